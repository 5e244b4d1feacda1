"""Input fields that show no control character and give no password away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.smtp.visible import pieces

STAND_IN = "¿"
"""One cell in place of a character that no terminal may get; the text itself keeps it."""

_FROM_THE_FIRST = "-textual-compact -valid"
"""Classes that the base class would add one by one, styling the field anew for each."""
_LINE_ENDS = re.compile("\r\n|\r|\n")


def lines_of(text: str) -> list[str]:
    """Pasted text cut at CR, LF and CRLF and nothing else; an end after the last line adds none."""
    lines = _LINE_ENDS.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


class Harmless(Highlighter):
    """Draws a stand-in for every character that a terminal would obey; the length stays."""

    def highlight(self, text: Text) -> None:
        """Replace the characters in place."""
        text.plain = obeying_nothing(text.plain)


def obeying_nothing(text: str) -> str:
    """Text of the same length in which each control character is the stand-in."""
    shown: list[str] = []
    for piece, hidden in pieces(text):
        shown.append(STAND_IN if hidden else piece)
    return "".join(shown)


def editing_keys(bindings: Iterable[BindingType]) -> dict[str, str]:
    """The action of each key; without copying, which others take over where nothing is selected."""
    keys = {binding.key: binding.action for binding in Binding.make_bindings(bindings)}
    return {key: action for key, action in keys.items() if action != "copy"}


class Field(Input):
    """A one-row input of a form.

    Bindings are looked up by the app, after the key has passed every ancestor, while letters go
    in at once: typed fast, ``a enter b`` would become ``a b enter``. So the keys of the field act
    where letters do.
    """

    EDITING: ClassVar[Mapping[str, str]] = editing_keys(Input.BINDINGS)

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        password: bool = False,
        select_on_focus: bool = True,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            highlighter=Harmless(),
            password=password,
            select_on_focus=select_on_focus,
            id=id,
            classes=_FROM_THE_FIRST,
            compact=True,
        )

    async def on_key(self, event: events.Key) -> None:
        """Act on the field's own keys, in the order they were pressed."""
        action = self.EDITING.get(event.key)
        if action is not None:
            event.prevent_default()
            event.stop()
            await self.run_action(action)
        elif event.key.startswith("alt+"):
            event.prevent_default()  # the base class would type the letter

    def paste(self, text: str) -> None:
        """Put the first line of pasted text at the cursor, over the selection."""
        lines = lines_of(text)
        self.replace(lines[0], *self.selection)

    def on_paste(self, event: events.Paste) -> None:
        """Paste by our own rule: the base class cuts lines at characters that end none."""
        event.prevent_default()
        event.stop()
        self.paste(event.text)

    def action_paste(self) -> None:
        """Paste what this program copied last."""
        self.paste(self.app.clipboard)


class SecretField(Field):
    """A password: shown as dots, never copied or cut."""

    def __init__(self, *, id: str) -> None:
        super().__init__(password=True, id=id)

    def action_copy(self) -> None:
        """Refuse: the clipboard is read by every program."""
        self.app.notify("A password is not copied; it can be revealed for a moment.", markup=False)

    def action_cut(self) -> None:
        """Refuse, and keep the text."""
        self.action_copy()


class Toggle(Widget, can_focus=True):
    """One of two choices in words; space, enter or a click takes the other.

    ``doubtful``: the second is worth a warning, else it is only what was not asked for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "flip", show=False)]
    ALLOW_SELECT = False

    value: reactive[bool] = reactive(True)

    class Changed(Message):
        """The other choice was taken."""

    def __init__(self, yes: str, no: str, value: bool, *, doubtful: bool = True, id: str) -> None:
        super().__init__(id=id)
        self._doubtful = doubtful
        self._yes = yes
        self._no = no
        self.set_reactive(Toggle.value, value)

    def render(self) -> Content:
        """The choice, with a mark that needs no colour."""
        if self.value:
            return Content.assemble(("✓ ", "$success"), self._yes)
        if self._doubtful:
            return Content.assemble(("✗ ", "$warning"), self._no)
        return Content.styled(f"□ {self._no}", "$quiet")

    def action_flip(self) -> None:
        """Take the other choice."""
        self.value = not self.value
        self.post_message(self.Changed())

    def on_click(self) -> None:
        """Take the other choice."""
        self.action_flip()
