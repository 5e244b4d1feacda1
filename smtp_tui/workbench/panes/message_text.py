"""The text of a message: edited as it is, drawn so that no terminal obeys it."""

from __future__ import annotations

import re

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import TextArea

from smtp_tui.smtp.message import LINE_LIMIT
from smtp_tui.workbench.draft import MOST_TEXT, editable
from smtp_tui.workbench.panes.fields import obeying_nothing

_LINE_ENDS = re.compile("\r\n|\r")


class MessageText(TextArea):
    """Marks where a dot is stuffed, what is longer than a line may be, and 8-bit text."""

    class TooLarge(Message):
        """With what was pasted it is too large to be edited; ``text`` is all of it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text,
            id="message-text",
            soft_wrap=True,
            show_line_numbers=True,
            tab_behavior="focus",
            compact=True,
        )

    def get_line(self, line_index: int) -> Text:
        """The line with stand-ins for what a terminal would obey; its length stays."""
        line = self.document.get_line(line_index)
        shown = Text(obeying_nothing(line), end="", no_wrap=True)
        if line.startswith("."):
            shown.stylize(self._colour("accent", "cyan") + Style(bold=True), 0, 1)
        if not line.isascii():
            eight_bit = self._colour("warning", "yellow")
            for place, character in enumerate(line):
                if not character.isascii():
                    shown.stylize(eight_bit, place, place + 1)
        if len(line) > LINE_LIMIT // 4 and len(line.encode("utf-8", "replace")) > LINE_LIMIT:
            long = self._colour("warning", "yellow") + Style(bold=True)
            shown.stylize(long, min(LINE_LIMIT, len(line) - 1), len(line))
        return shown

    def _colour(self, role: str, plain: str) -> Style:
        """A colour of the theme, which stands out on its background; ``plain`` where it has none.

        The themes of sixteen colours name theirs in a way of their own.
        """
        named = self.app.theme_variables.get(role, "")
        return Style(color=named if named.startswith("#") else plain)

    def on_paste(self, event: events.Paste) -> None:
        """Paste by our own rule: the base class breaks lines at characters that end none."""
        event.prevent_default()
        event.stop()
        self.paste(event.text)

    def action_paste(self) -> None:
        """Paste what this program copied last."""
        self.paste(self.app.clipboard)

    def paste(self, text: str) -> None:
        """Put text at the cursor, over the selection; too much of it is only told."""
        if self.read_only or not text:
            return
        pasted = editable(_LINE_ENDS.sub("\n", text))
        if len(pasted) > MOST_TEXT // 4 and len(pasted) + len(self.text) > MOST_TEXT // 4:
            start, end = sorted(self.selection)
            before = self.get_text_range((0, 0), start)
            after = self.get_text_range(end, self.document.end)
            whole = f"{before}{pasted}{after}"
            if len(whole.encode("utf-8", "surrogatepass")) > MOST_TEXT:
                self.post_message(self.TooLarge(whole))
                return
        result = self.replace(pasted, *self.selection, maintain_selection_offset=False)
        self.move_cursor(result.end_location)
