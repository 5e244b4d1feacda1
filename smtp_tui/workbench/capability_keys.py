"""Opening the card of a capability, the comparison of all, and taking what was chosen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.smtp.extensions import Extension
from smtp_tui.smtp.keywords import Insert
from smtp_tui.workbench.inserts import inserted

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


def open_capability(screen: MainScreen, extension: Extension | None) -> None:
    """Show the card of a capability, or with None the comparison of all stages."""
    if extension is None:
        compare_capabilities(screen)
        return
    from smtp_tui.workbench.screens.card import CardScreen

    def chosen(insert: Insert | None) -> None:
        if insert is not None:
            insert_into_line(screen, insert)

    screen.app.push_screen(CardScreen(extension, screen.view.stages), chosen)


def compare_capabilities(screen: MainScreen) -> None:
    """Show what was offered at each stage of the session, side by side."""
    from smtp_tui.workbench.screens.compare import CompareScreen

    screen.app.push_screen(CompareScreen(screen.view.stages))


def insert_into_line(screen: MainScreen, insert: Insert) -> None:
    """Put it on the command line; nothing is sent."""
    user = screen.credentials.credentials.user
    screen.composer.insert(inserted(screen.composer.text, insert, user=user))
    screen.query("#setup").remove_class("-open")
