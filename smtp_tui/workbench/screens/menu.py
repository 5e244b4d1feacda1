"""The menu of a field: its values in a small list below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Region
from textual.widgets import OptionList

from smtp_tui.workbench.screens.dialog import Dialog


class MenuScreen(Dialog[str]):
    """Gives the value that was taken, None for none; ``field`` is where its field stands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,tab,shift+tab", "leave", show=False),
        Binding("space", "take", show=False),
    ]

    def __init__(
        self, options: Sequence[tuple[str | Content, str]], value: str, field: Region
    ) -> None:
        super().__init__()
        self._options = options
        self._value = value
        self._field = field

    def compose(self) -> ComposeResult:
        menu = OptionList(*(_shown(label) for label, _ in self._options), compact=True)
        height = min(len(self._options), 10) + 2
        below = self._field.bottom + height <= self.app.size.height
        top = self._field.bottom if below else self._field.y - height
        menu.absolute_offset = Offset(self._field.x - 1, max(0, top))
        menu.styles.width = self._field.width + 2
        menu.styles.height = height
        yield menu

    def on_mount(self) -> None:
        """Begin at the present value."""
        values = [value for _, value in self._options]
        menu = self.query_one(OptionList)
        menu.highlighted = values.index(self._value) if self._value in values else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        event.stop()
        self.dismiss(self._options[event.option_index][1])

    def on_click(self, event: events.Click) -> None:
        """A click elsewhere leaves."""
        if event.widget is self:
            self.dismiss(None)

    def action_take(self) -> None:
        """Take the one the cursor is on."""
        self.query_one(OptionList).action_select()

    def action_leave(self) -> None:
        """Keep what was."""
        self.dismiss(None)


def _shown(label: str | Content) -> Content:
    return label if isinstance(label, Content) else Content(label)
