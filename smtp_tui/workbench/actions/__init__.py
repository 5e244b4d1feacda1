"""What a person can do: one class an action, from which come key, footer, palette and help."""

from __future__ import annotations

from collections.abc import Mapping

from smtp_tui.workbench.actions import (
    composer,
    credentials,
    log,
    queue,
    scripts,
    server,
    session,
    sharing,
    timings,
    tls,
    window,
)
from smtp_tui.workbench.actions.base import UserAction

__all__ = ["ACTIONS", "UserAction"]

ACTIONS: Mapping[str, type[UserAction]] = {
    action.id: action
    for group in (
        window.FIRST,
        session.ACTIONS,
        log.ACTIONS,
        timings.ACTIONS,
        tls.ACTIONS,
        server.ACTIONS,
        composer.ACTIONS,
        queue.ACTIONS,
        credentials.ACTIONS,
        sharing.ACTIONS,
        scripts.ACTIONS,
        window.LAST,
    )
    for action in group
}
"""In the order of the bar of keys, of palette and help."""
