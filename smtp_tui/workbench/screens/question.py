"""Asks before something that cannot be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from smtp_tui.workbench.question import Question
from smtp_tui.workbench.screens.dialog import Dialog


class QuestionScreen(Dialog[bool]):
    """Gives True when the person wants it; enter and escape mean no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", show=False),
        Binding("y", "answer(True)", show=False),
        Binding("left,right,up,down", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._question.title)
            yield Static(self._text())
            with Horizontal(classes="answers"):
                yield Button(self._question.keep, id="no", compact=True)
                yield Button(self._question.go, id="yes", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by button."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)

    def _text(self) -> Content:
        facts = self._question.facts
        rows = [Content.assemble((f"{name:<10} ", "$quiet"), value) for name, value in facts]
        if rows:
            rows.append(Content(""))
        return Content("\n").join(
            [*rows, Content.styled(f"▲ {self._question.warning}", "bold $warning")]
        )


def put(
    app: App[None],
    question: Question,
    agreed: Callable[[], None],
    declined: Callable[[], None] = lambda: None,
    *,
    screen: type[QuestionScreen] = QuestionScreen,
) -> None:
    """Ask it over the current screen, and do what the answer says; ``screen`` asks."""
    app.push_screen(screen(question), lambda yes: agreed() if yes else declined())


def replacing(sentence: str) -> Question:
    """Whether a file may be replaced; ``sentence`` says that it is there."""
    return Question("Replace the file?", sentence, keep="Keep it", go="Replace it (y)")
