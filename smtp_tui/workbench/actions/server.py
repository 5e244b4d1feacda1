"""Action: what is learnt about the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Compare(UserAction):
    """Show what the server offers before TLS, inside it and after AUTH, with remarks."""

    # many terminals report shift+f3 as if they told where the cursor is
    id, keys, title = "compare", "alt+c,shift+f3", "Compare capabilities"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.capability_keys import compare_capabilities

        compare_capabilities(screen)


ACTIONS: tuple[type[UserAction], ...] = (Compare,)
