"""Minds the password of the form: log, log file and history do not show it wherever it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.panes.log import LogPane

if TYPE_CHECKING:
    from smtp_tui.transcript.given import Given
    from smtp_tui.workbench.screens.main import MainScreen


def mind(screen: MainScreen) -> Given:
    """Tell log and history of it; what this gives is for the log file."""
    given = screen.credentials.given
    screen.query_one(LogPane).transcript.given = given
    screen.composer.field.given = given
    return given
