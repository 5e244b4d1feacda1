"""Doing what an explanation suggests: an action of the window, or a line for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.panes.log import LogPane

if TYPE_CHECKING:
    from smtp_tui.smtp.explain import Suggestion
    from smtp_tui.workbench.screens.main import MainScreen


def follow(screen: MainScreen, suggestion: Suggestion) -> None:
    """Do it, if it makes sense now, and leave the detail; a line is put down and not sent."""
    if suggestion.line:
        screen.query_one(LogPane).close_detail()
        screen.composer.insert(suggestion.line)
        return
    action = ACTIONS.get(suggestion.action)
    if action is None:
        return
    if not action.check(screen.view):
        screen.say(f"{action.title} makes no sense now.")
        return
    screen.query_one(LogPane).close_detail()
    action.run(screen)
