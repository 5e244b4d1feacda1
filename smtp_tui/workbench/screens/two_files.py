"""Asks for two transcripts to compare."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.screens.dialog import Dialog

_NOTE = (
    "Scripts (.smtp) or log files. An empty field is this session; both empty are its last two"
    " connections."
)


class TwoFilesScreen(Dialog[tuple[str, str]]):
    """Gives both paths, "" for the session; None when the person wants none of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def compose(self) -> ComposeResult:
        """Two fields."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content("Compare two transcripts")
            dialog.border_subtitle = Content("tab next field · enter compares · escape leaves")
            yield Static(Content.styled("First", "$quiet"))
            yield Field("", placeholder="this session", id="first-file")
            yield Static(Content.styled("Second", "$quiet"))
            yield Field("", placeholder="this session", id="second-file")
            yield Static(Content.styled(f"\n{_NOTE}", "$quiet"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: these two."""
        event.stop()
        first, second = (
            self.query_one(id, Field).value.strip() for id in ("#first-file", "#second-file")
        )
        self.dismiss((first, second))

    def action_leave(self) -> None:
        """Escape: nothing."""
        self.dismiss(None)
