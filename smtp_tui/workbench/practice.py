"""The practice server of the window: started beside it, when asked for and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress, PracticeMessage, PracticeServer


class Practice:
    """At most one practice server.

    ``ready`` is told where it listens, ``failed`` why it does not, both in another thread.
    """

    def __init__(
        self, ready: Callable[[PracticeAddress], None], failed: Callable[[str], None]
    ) -> None:
        self._ready = ready
        self._failed = failed
        self._server: PracticeServer | None = None

    def start(self) -> None:
        """Start it, or tell again where it listens; returns at once."""
        threading.Thread(target=self._start, name="practice", daemon=True).start()

    @property
    def messages(self) -> tuple[PracticeMessage, ...] | None:
        """What it accepted, oldest first; None while there is no practice server."""
        return None if self._server is None else self._server.messages

    def _start(self) -> None:
        if self._server is None:
            from smtp_tui.practice.server import CannotListenError, PracticeServer

            server = PracticeServer()
            try:
                server.start()
            except CannotListenError as error:
                self._failed(str(error))
                return
            self._server = server
        self._ready(self._server.address)
