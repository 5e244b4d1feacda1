"""Action: where the time of the session goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Timings(UserAction):
    """Show how long each step took: name, every address, greeting, TLS and each command."""

    id, keys, title = "timings", "shift+f1", "Timings"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.screens.timings import TimingsScreen

        screen.app.push_screen(TimingsScreen(lambda: screen.view))


ACTIONS: tuple[type[UserAction], ...] = (Timings,)
