"""What a client sent, taken as lines, as message text or as counted octets, in bounded memory."""

from __future__ import annotations

import asyncio

_PIECE = 1 << 16
_END_OF_DATA = b"\r\n.\r\n"


class EndOfInput(Exception):
    """The client sends nothing more."""


class LineTooLong(Exception):
    """A line went over its limit; it has been read to its end and thrown away."""


class Inbox:
    """Reads a stream in the three ways SMTP needs; what comes behind stays for the next read.

    Every method raises ``EndOfInput`` when the stream ends before it has what it was asked for.
    """

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._held = bytearray()

    def clear(self) -> None:
        """Forget what has been read ahead."""
        self._held.clear()

    async def line(self, limit: int) -> bytes:
        """The next line with its LF, ``limit`` octets at most; raises ``LineTooLong``."""
        searched = 0
        too_long = False
        while (end := self._held.find(b"\n", searched)) < 0:
            if len(self._held) > limit:
                self._held.clear()
                too_long = True
            searched = len(self._held)
            await self._receive()
        line = self._take(end + 1)
        if too_long or len(line) > limit:
            raise LineTooLong
        return line

    async def message(self, limit: int) -> bytes | None:
        """Message text up to the line with a single dot, its dot-stuffing undone (RFC 5321 4.5.2).

        Only CRLF ends a line here, so that every other octet arrives as it was sent. Gives None
        for a message of more than ``limit`` octets, after reading all of it.
        """
        text = bytearray(b"\r\n")  # a dot on the first line counts as well
        most = limit + limit // 3 + len(_END_OF_DATA)  # every third octet can be a stuffed dot
        searched = 0
        too_large = False
        while True:
            text += self._held
            self._held.clear()
            end = text.find(_END_OF_DATA, searched)
            if end >= 0:
                break
            if len(text) > most:
                too_large = True
                del text[: 1 - len(_END_OF_DATA)]
            searched = max(0, len(text) - len(_END_OF_DATA) + 1)
            await self._receive()
        self._held += text[end + len(_END_OF_DATA) :]
        if too_large:
            return None
        del text[end + 2 :]
        content = bytes(text.replace(b"\r\n.", b"\r\n")[2:])
        return content if len(content) <= limit else None

    async def octets(self, count: int) -> bytes:
        """Exactly ``count`` octets, whatever they are."""
        taken = bytearray()
        while len(taken) < count:
            taken += await self._some(count - len(taken))
        return bytes(taken)

    async def skip(self, count: int) -> None:
        """Throw ``count`` octets away."""
        while count:
            count -= len(await self._some(count))

    async def _some(self, most: int) -> bytes:
        if not self._held:
            await self._receive()
        return self._take(min(most, len(self._held)))

    async def _receive(self) -> None:
        data = await self._reader.read(_PIECE)
        if not data:
            raise EndOfInput
        self._held += data

    def _take(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken
