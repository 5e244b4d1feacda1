"""The life of one connection to the practice server: reading lines, sending replies, the close."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import AnyStr

from aiosmtpd.smtp import SMTP, TLSSetupException

from smtp_tui.practice.inbox import EndOfInput, Inbox, LineTooLong
from smtp_tui.practice.replies import Refusal, Reply, say

HOST_NAME = "smtp.practice.test"

_COMMAND_LINE = 2_048
_AUTH_LINE = 16_384  # RFC 4954 4 wants room for 12,288 octets
_IDLE_SECONDS = 1_800.0  # people read and think while they practise
_LINGER_SECONDS = 30.0

_LIBRARY_READY = "220 Ready to start TLS"
READY = b"220 2.0.0 Ready to start TLS"


class Goodbye(Exception):
    """The conversation is over; what was said last still goes out."""


class Vanished(Exception):
    """The connection breaks without another word."""


class Connection(SMTP):
    """One connection, from the greeting to the close; a subclass answers the commands.

    aiosmtpd gives the stream, the upgrade to TLS and the ``smtp_…`` methods by verb. The reading
    is done here, because a message must arrive octet for octet and a client that closes its half
    must still get its answers. Each ``smtp_…`` method takes the text behind its verb, and raises
    ``Refusal`` to refuse, ``Goodbye`` or ``Vanished`` to end.

    ``serial`` numbers the connection in the replies; a client that comes when it is ``crowded``
    is sent away, and so is one that is ``idle`` for so many seconds (None: half an hour).
    """

    line_length_limit = 1 << 16  # what the stream reads ahead; lines have limits of their own

    ready = READY
    """The last word before TLS."""

    def __init__(
        self,
        context: ssl.SSLContext,
        serial: int,
        *,
        crowded: bool = False,
        idle: float | None = None,
    ) -> None:
        super().__init__(
            None,
            hostname=HOST_NAME,
            tls_context=context,
            enable_SMTPUTF8=True,
            timeout=_IDLE_SECONDS if idle is None else idle,
            loop=asyncio.get_running_loop(),
        )
        self._serial = serial
        self._crowded = crowded
        self._exchanges = 0

    # The stream

    def data_received(self, data: bytes) -> None:
        """Octets came: the client is not idle."""
        self._reset_timeout()
        super().data_received(data)

    def eof_received(self) -> bool:
        """The client sends nothing more; in clear text it can still read its last answers."""
        super(SMTP, self).eof_received()
        return not self.is_private()

    def is_private(self) -> bool:
        """Whether TLS is up."""
        return self.transport is not None and bool(self.transport.get_extra_info("ssl_object"))

    def abort(self) -> None:
        """End the connection, and its timer, at once."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    def _cb_client_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.inbox = Inbox(reader)

    def _timeout_cb(self) -> None:
        if not isinstance(self.transport, asyncio.Transport) or self.transport.is_closing():
            self.abort()
            return
        timeout = self._sign(say(421, "4.4.2", "Timeout - closing connection."))
        self.transport.write(timeout + b"\r\n")
        self._close()

    def _close(self) -> None:
        """End the connection when the last reply is out, or soon if the client does not read."""
        if self.transport is not None:
            self._reset_timeout(_LINGER_SECONDS)
            self.transport.close()

    # The conversation

    async def _handle_client(self) -> None:
        leave = self.abort
        try:
            await self._converse()
        except (Goodbye, EndOfInput):
            leave = self._close
        except (Vanished, OSError, TLSSetupException):
            pass
        finally:
            leave()

    async def greet(self) -> None:
        """Say the first word (RFC 5321 3.1)."""
        await self.say(Reply(220, "", (f"{HOST_NAME} ESMTP",)))

    async def _converse(self) -> None:
        if self._crowded:
            await self.say(say(421, "4.7.0", "Too many connections, try again later."))
        await self.greet()
        while True:
            self._exchanges += 1
            try:
                await self.answer(await self.next_line())
            except Refusal as refusal:
                await self.say(refusal.reply)
            await asyncio.sleep(0)  # a flood of commands must not keep the others waiting

    async def answer(self, line: bytes) -> None:
        """Answer one command line; raises ``Refusal`` to refuse it."""
        word, _, rest = line.partition(b" ")
        verb = word.decode("latin-1").upper()
        if len(line) > _COMMAND_LINE and verb != "AUTH":
            raise Refusal(500, "5.5.2", "Line too long.")
        perform: Callable[[str], Awaitable[None]] | None = self._smtp_methods.get(verb)
        if perform is None:
            raise Refusal(502, "5.5.1", "Unrecognized command.")
        await perform(rest.decode("utf-8", "surrogateescape").strip())

    async def next_line(self) -> bytes:
        """The next line without its end; raises ``Refusal`` for one beyond every limit."""
        try:
            return (await self.inbox.line(_AUTH_LINE)).rstrip(b"\r\n")
        except LineTooLong:
            raise Refusal(500, "5.5.2", "Line too long.") from None

    async def say(self, reply: Reply) -> None:
        """Send a reply; a 421 ends the conversation."""
        await self.push(self._sign(reply))
        if reply.code == 421:
            raise Goodbye

    async def push(self, status: AnyStr) -> None:
        """Send one reply; the library's own word before TLS gets the manner of the others."""
        if status == _LIBRARY_READY:
            await super().push(self.ready)
        else:
            await super().push(status)

    def _sign(self, reply: Reply) -> bytes:
        return reply.render(f"p{self._serial}.{self._exchanges}")
