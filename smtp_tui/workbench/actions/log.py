"""Action: what the newest refusal means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Explain(UserAction):
    """Explain the newest refusal: what it means, where that is written, and what to do next."""

    id, keys, title = "explain", "alt+w", "Explain the last refusal"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.panes.log import LogPane

        if not screen.query_one(LogPane).explain_refusal(screen.focused):
            screen.say("Nothing was refused so far.")


ACTIONS: tuple[type[UserAction], ...] = (Explain,)
