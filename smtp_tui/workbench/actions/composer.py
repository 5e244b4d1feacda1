"""Actions: what is done with the line that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Complete(UserAction):
    """List how the command line can go on: verbs, addresses, parameters, mechanisms."""

    id, keys, title, group = "complete", "ctrl+space,ctrl+@", "List completions", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.completing.list()


class Raw(UserAction):
    """Type octets with escapes such as \\r \\n \\0 \\xHH, sent exactly; once more: lines again."""

    id, keys, title, group = "raw", "alt+x", "Raw octets", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.composer.toggle_raw()


ACTIONS: tuple[type[UserAction], ...] = (Complete, Raw)
