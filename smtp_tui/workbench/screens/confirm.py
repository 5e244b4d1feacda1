"""Asks before credentials leave over a connection that is not safe for them."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.workbench.disclosure import Disclosure
from smtp_tui.workbench.screens.question import Question, QuestionScreen


class ConfirmScreen(QuestionScreen):
    """Gives True when the person wants it; enter and escape mean no."""

    def __init__(self, disclosure: Disclosure) -> None:
        super().__init__(
            Question("Send credentials here?", _text(disclosure), "Keep them", "Send anyway (y)")
        )


def _text(about: Disclosure) -> Content:
    rows: list[Content] = []
    for name, value in (("Mechanism", about.mechanism), ("User", about.user)):
        if value:
            rows.append(Content.assemble((f"{name:<10} ", "$quiet"), value))
    return Content("\n").join(
        [*rows, Content(""), Content.styled(f"▲ {about.sentence}", "bold $warning")]
    )
