"""Actions: what is done with a session for others to see, or to do again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Save(UserAction):
    """Save the session as a script that runs again, text, JSON, a page or a picture; no secrets."""

    id, keys, title, group = "save", "ctrl+s", "Save the session", "Sharing"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import sharing

        sharing.ask(screen)


ACTIONS: tuple[type[UserAction], ...] = (Save,)
