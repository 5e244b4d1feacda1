"""The practice server of the window: started beside it, when asked for and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.wire.target import Target, TlsMode

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress, PracticeMessage, PracticeServer


class PracticeReady(Message):
    """The practice server listens at ``address``."""

    def __init__(self, address: PracticeAddress) -> None:
        super().__init__()
        self.address = address


def placed(wanted: Target, at: PracticeAddress) -> Target:
    """The practice server as target; what does not name a server is as in ``wanted``."""
    mode = TlsMode.IMPLICIT if at.faults.implicit else wanted.tls
    return replace(
        wanted,
        host=at.host,
        port=at.tls_port if mode is TlsMode.IMPLICIT else at.starttls_port,
        tls=mode,
        ehlo=wanted.ehlo or "localhost",
        ca_file=at.ca_file,
    )


class Practice:
    """At most one practice server.

    ``ready`` is told where it listens, ``failed`` why it does not, both in another thread.
    """

    def __init__(
        self, ready: Callable[[PracticeAddress], object], failed: Callable[[str], None]
    ) -> None:
        self._ready = ready
        self._failed = failed
        self._faults = NO_FAULTS
        self._server: PracticeServer | None = None
        self._turn = threading.Lock()

    def start(self, faults: Faults = NO_FAULTS) -> None:
        """Start it with these faults, or tell again where it listens; returns at once.

        One that runs with other faults is stopped first; the mails it kept go with it.
        """
        threading.Thread(target=self._start, args=(faults,), name="practice", daemon=True).start()

    @property
    def messages(self) -> tuple[PracticeMessage, ...] | None:
        """What it accepted, oldest first; None while there is no practice server."""
        server = self._server
        return None if server is None else server.messages

    def _start(self, faults: Faults) -> None:
        from smtp_tui.practice.server import CannotListenError, PracticeServer

        with self._turn:
            if self._server is not None and faults != self._faults:
                self._server.stop()
                self._server = None
            if self._server is None:
                server = PracticeServer(faults=faults)
                try:
                    server.start()
                except CannotListenError as error:
                    self._failed(str(error))
                    return
                self._server, self._faults = server, faults
            self._ready(self._server.address)
