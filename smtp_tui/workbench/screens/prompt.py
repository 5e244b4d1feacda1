"""Asks for one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.screens.dialog import Dialog


class PromptScreen(Dialog[str]):
    """Gives what was typed, "" when the person wants none of it.

    ``problem`` is what was wrong with ``value`` when it was given the last time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, title: str, note: str, value: str = "", problem: str = "") -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._value = value
        self._problem = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Field(self._value, id="prompt")
            if self._problem:
                yield Static(Content.styled(f"✗ {self._problem}", "$error"))
            yield Static(Content.styled(self._note, "$quiet"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: that is it."""
        event.stop()
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Escape: nothing."""
        self.dismiss("")
