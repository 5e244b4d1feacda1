"""Asks before work is lost: by leaving with something unsent, by dropping many queued lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from smtp_tui.smtp.amounts import counted
from smtp_tui.workbench.question import Question
from smtp_tui.workbench.screens.question import QuestionScreen, put

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

_HANDFUL = 5
"""Queued lines that are typed again sooner than a question is read."""


class _LeaveQuestion(QuestionScreen):
    """Whether to leave; to ask for that again means yes."""


def leave(screen: MainScreen) -> None:
    """Leave the program, asking once where a message or queued lines would be lost."""
    app = screen.app

    def go() -> None:
        app.call_later(app.action_quit)

    unsent = _unsent(screen)
    if not unsent or isinstance(app.screen, _LeaveQuestion):
        go()
        return
    question = Question(
        "Quit?", "Quitting loses what was not sent.", unsent, keep="Stay", go="Quit (y)"
    )
    put(app, question, go, screen=_LeaveQuestion)


def drop(app: App[None], count: int, agreed: Callable[[], None]) -> None:
    """Go on with dropping so many queued lines; of more than a handful it is asked first."""
    if count <= _HANDFUL:
        agreed()
        return
    question = Question(
        "Drop the queue?",
        f"{count:,} lines wait to be sent, and cannot be brought back.",
        keep="Keep them",
        go="Drop them (y)",
    )
    put(app, question, agreed)


def _unsent(screen: MainScreen) -> tuple[tuple[str, str], ...]:
    """What there is that leaving would lose, by name."""
    facts: list[tuple[str, str]] = []
    if screen.drafting.unsent:
        facts.append(("Message", "not sent and not saved"))
    waiting = len(screen.queueing.queue.waiting) + screen.composer.field.came_from_queue
    if waiting:
        facts.append(("Queue", f"{counted(waiting, 'line')} not sent"))
    return tuple(facts)
