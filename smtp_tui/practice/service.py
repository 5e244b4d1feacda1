"""The thread behind the practice server: an event loop that talks to all clients until told off."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
import ssl
import threading
import weakref
from collections.abc import Mapping

from smtp_tui.practice.conversation import Conversation
from smtp_tui.practice.faults import NO_FAULTS, Fault, Faults
from smtp_tui.practice.listening import Listener
from smtp_tui.practice.mailbox import Mailbox
from smtp_tui.practice.misbehaviour import Misbehaving
from smtp_tui.practice.recipients import Acquaintances

MOST_CONNECTIONS = 50
"""How many clients are talked to at once; those beyond are sent away with 421."""

_JOIN_SECONDS = 1.0
_FAREWELL_STEPS = 30
_FAREWELL_STEP_SECONDS = 0.005

_log = logging.getLogger(__name__)
logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's; the screen is ours


class Service:
    """Serves two listening sockets in a daemon thread, from when it is made until ``stop()``."""

    def __init__(
        self,
        starttls: Listener,
        tls: Listener,
        context: ssl.SSLContext,
        mailbox: Mailbox,
        faults: Faults = NO_FAULTS,
    ) -> None:
        self._starttls = starttls
        self._tls = tls
        self._context = context
        self._mailbox = mailbox
        self._faults = faults
        self._acquaintances = Acquaintances()
        self._serials = itertools.count(1)
        self._conversations: weakref.WeakSet[Conversation] = weakref.WeakSet()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="practice-server", daemon=True)
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close the ports and every connection, and end the thread."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_note)
        faults = self._faults
        at_once = self._context if Fault.TLS_AT_ONCE in faults else None
        tls = None if Fault.PLAIN_AT_TLS_PORT in faults else self._context
        servers = [
            await self._loop.create_server(self._welcome, sock=self._starttls, ssl=at_once),
            await self._loop.create_server(self._welcome, sock=self._tls, ssl=tls),
        ]
        self._ready.set()
        await self._stopping.wait()
        for listener in (self._starttls, self._tls):
            self._loop.remove_reader(listener)
        await asyncio.sleep(0)  # those just accepted get hold of their server before it closes
        for server in servers:
            server.close()
        await self._part()

    def _welcome(self) -> Conversation:
        crowded = len(self._connections()) > MOST_CONNECTIONS
        conversation = Misbehaving(
            self._context,
            self._mailbox,
            self._acquaintances,
            next(self._serials),
            faults=self._faults,
            crowded=crowded,
        )
        self._conversations.add(conversation)
        return conversation

    async def _part(self) -> None:
        """Break every connection, also those still in a handshake, and see them closed."""
        for conversation in list(self._conversations):
            conversation.abort()
        for connection in self._connections():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _ in range(_FAREWELL_STEPS):
            if not self._connections():
                break
            await asyncio.sleep(_FAREWELL_STEP_SECONDS)

    def _connections(self) -> list[socket.socket]:
        return self._starttls.connections() + self._tls.connections()


def _note(loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
    """What went wrong on a connection belongs in a log, never on the screen."""
    error = context.get("exception")
    _log.debug(
        "%s", context.get("message"), exc_info=error if isinstance(error, Exception) else None
    )
