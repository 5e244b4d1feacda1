"""A form: fields beside their labels, drawn anew at each change, taken by enter, left by escape."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.fields import Toggle
from smtp_tui.workbench.screens.dialog import Answer, Dialog


class Form(Dialog[Answer]):
    """``draw`` shows what the form says now, ``take`` closes it with that."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def draw(self) -> None:
        """Show what follows from what is filled in."""
        raise NotImplementedError

    def take(self) -> None:
        """Close and give what is filled in."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Show what the form says from the beginning."""
        self.draw()

    @on(Input.Changed)
    @on(Choice.Changed)
    @on(Toggle.Changed)
    def _edited(self, event: Input.Changed | Choice.Changed | Toggle.Changed) -> None:
        event.stop()
        self.draw()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.take()

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)
