"""The left column: connection, credentials and server."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget


class Setup(VerticalScroll, can_focus=False):
    """The left column; where the window is narrow a drawer, open while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.do('setup')", show=False)]

    def on_mount(self) -> None:
        """Watch where the focus goes."""
        self.watch(self.screen, "focused", self._focus_moved, init=False)

    def go_to(self, id: str) -> None:
        """Give the focus to a field of it."""
        self.add_class("-open")
        self.query_one(f"#{id}").focus()

    def _focus_moved(self, focused: Widget | None) -> None:
        """Close the drawer; while another window has the keys nothing here has the focus."""
        if focused is not None and self not in focused.ancestors:
            self.remove_class("-open")
