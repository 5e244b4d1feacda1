"""Jump mode: a letter on every place; pressing it goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import Static

from smtp_tui.workbench.panes.setup import Setup
from smtp_tui.workbench.screens.dialog import Dialog

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

PLACES: Mapping[str, str] = {
    "c": "composer-input",
    "l": "log",
    "h": "host",
    "o": "port",
    "t": "tls-mode",
    "e": "ehlo",
    "v": "verify",
    "a": "ca-file",
    "x": "tls-options",
    "i": "timeout",
    "f": "profile",
    "m": "mechanism",
    "u": "user",
    "p": "password",
    "s": "server",
}
"""Which letter goes to the widget of which id."""


def jump(screen: MainScreen) -> None:
    """Show the letters, and go where the person wants."""
    spots: dict[str, Offset] = {}
    for id in PLACES.values():
        widget = screen.query_one(f"#{id}")
        if widget.region and screen.region.contains_region(widget.region):
            spots[id] = widget.region.offset

    def go(id: str | None) -> None:
        if not id:
            return
        setup, widget = screen.query_one(Setup), screen.query_one(f"#{id}")
        if setup in widget.ancestors:
            setup.go_to(id)
        else:
            widget.focus()

    screen.app.push_screen(JumpScreen(spots), go)


class JumpScreen(Dialog[str]):
    """Gives the id to go to, "" for none; ``spots`` are the places in sight."""

    AUTO_FOCUS = None

    def __init__(self, spots: Mapping[str, Offset]) -> None:
        super().__init__()
        self._spots = spots

    def compose(self) -> ComposeResult:
        for key, id in PLACES.items():
            if id in self._spots:
                label = Static(Content(f" {key} "), classes="jump")
                label.absolute_offset = self._spots[id]
                yield label
        yield Static(Content("Press a letter to go there, escape to stay"), id="jump-help")

    def on_key(self, event: events.Key) -> None:
        """Go, or stay."""
        event.stop()
        event.prevent_default()
        self.dismiss(PLACES.get(event.key, ""))

    def on_click(self) -> None:
        """Stay."""
        self.dismiss("")
