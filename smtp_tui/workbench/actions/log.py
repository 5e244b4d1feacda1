"""Action: what a refusal means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import Failure
from smtp_tui.workbench.actions.base import UserAction
from smtp_tui.workbench.actions.tls import ShowTls
from smtp_tui.workbench.session import Link

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Explain(UserAction):
    """Explain the newest refusal, or the one the log's cursor is on, and what to do next."""

    id, keys, title = "explain", "alt+w", "Explain the last refusal"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.panes.log import LogPane

        log, view = screen.query_one(LogPane), screen.view
        if view.failure is not None and log.view.refusal < 0:  # nothing newer can have come
            _explain_failure(screen)
        elif not log.explain_refusal(screen.focused):
            text = view.text if view.link is Link.BROKEN else ""
            screen.say(visible(text) or "Nothing was refused so far.")


def _explain_failure(screen: MainScreen) -> None:
    """Why no connection, or no TLS, came about."""
    view = screen.view
    if view.failure is Failure.TLS and view.tls is not None:
        ShowTls.run(screen)
    else:
        screen.say(visible(view.text))


ACTIONS: tuple[type[UserAction], ...] = (Explain,)
