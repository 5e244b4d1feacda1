"""Asks before credentials leave over a connection that is not safe for them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from smtp_tui.workbench.disclosure import Disclosure


class ConfirmScreen(ModalScreen[bool]):
    """Gives True when the person wants it; enter and escape mean no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", show=False),
        Binding("y", "answer(True)", show=False),
        Binding("left,right,up,down", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#keep"

    def __init__(self, disclosure: Disclosure) -> None:
        super().__init__()
        self._disclosure = disclosure

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content("Send credentials here?")
            yield Static(self._text())
            with Horizontal(classes="answers"):
                yield Button("Keep them", id="keep", compact=True)
                yield Button("Send anyway (y)", id="send", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by button."""
        event.stop()
        self.dismiss(event.button.id == "send")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)

    def _text(self) -> Content:
        about = self._disclosure
        rows: list[Content] = []
        for name, value in (("Mechanism", about.mechanism), ("User", about.user)):
            if value:
                rows.append(Content.assemble((f"{name:<10} ", "$quiet"), value))
        return Content("\n").join(
            [*rows, Content(""), Content.styled(f"▲ {about.sentence}", "bold $warning")]
        )
