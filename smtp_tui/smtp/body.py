"""Message text on the wire: dot-stuffing both ways and the end-of-data scanner (RFC 5321 4.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

END_OF_DATA = b"\r\n.\r\n"

# What some servers take for the end of data although it is not: the raw material of smuggling.
_LOOSE_END = re.compile(rb"(?:\r\n|\n|\r)\x00?\.\x00?(?:\r\n|\n|\r)")
_REACH = 8  # octets: more than any form of an end has


PIECE = 64 * 1024
"""Octets of a message that are worked on at once, about."""


def normalise(message: bytes) -> bytes:
    """The message with CRLF line ends only, the last line ended too; b"" stays empty."""
    lines = with_crlf(message)
    return lines if not lines or lines.endswith(b"\n") else lines + b"\r\n"


def with_crlf(piece: bytes) -> bytes:
    """A piece of a message with CRLF line ends only; an unfinished last line stays so."""
    lines = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.replace(b"\n", b"\r\n")


def pieces(message: bytes, size: int = PIECE) -> Iterator[bytes]:
    """The message cut behind line ends where it has any, into pieces of about ``size`` octets.

    No piece ends between a CR and its LF; none is longer than four times the size.
    """
    start = 0
    while start < len(message):
        end = message.find(b"\n", min(start + size, len(message)) - 1, start + 4 * size - 1) + 1
        if not end:
            end = min(start + 4 * size - 1, len(message))
            if message[end - 1 : end + 1] == b"\r\n":
                end += 1
        yield message[start:end]
        start = end


def stuffed(message: bytes, *, at_line_start: bool = True, size: int = PIECE) -> Iterator[bytes]:
    """What goes on the wire after 354, in pieces, the last of them the dot that ends it.

    CRLF line ends, a dot put before each leading dot, CRLF "." CRLF at the end (for an empty
    message just "." CRLF). Without ``at_line_start`` it ends a line that was begun.
    """
    if not message and not at_line_start:
        yield b"\r\n"
        at_line_start = True
    for piece in pieces(message, size):
        text = with_crlf(piece)
        dot = b"." if at_line_start and text.startswith(b".") else b""
        at_line_start = text.endswith(b"\n")
        yield dot + text.replace(b"\r\n.", b"\r\n..")
    yield b".\r\n" if at_line_start else b"\r\n.\r\n"


def stuff(message: bytes, *, at_line_start: bool = True) -> bytes:
    """The same in one piece."""
    return b"".join(stuffed(message, at_line_start=at_line_start))


def unstuff(text: bytes) -> bytes:
    """The message that a server takes from ``stuff``'s result, with or without its last line."""
    if text == b".\r\n":
        return b""
    if text.endswith(END_OF_DATA):
        text = text[:-3]
    if text.startswith(b"."):
        text = text[1:]
    return text.replace(b"\r\n.", b"\r\n")


class EndOfData:
    """Finds the end of message text in octets that come in pieces.

    ``loose`` becomes True once a form was seen that only some servers take for the end.
    """

    __slots__ = ("_tail", "loose")

    def __init__(self) -> None:
        self._tail = b"\r\n"  # a dot on the first line counts as well
        self.loose = False

    @property
    def at_line_start(self) -> bool:
        """Whether the next octet begins a line."""
        return self._tail.endswith(b"\r\n")

    def find(self, data: bytes, start: int = 0) -> int | None:
        """Where in ``data``, from ``start``, the message with its end is over; None: not yet."""
        seam = self._tail + data[start : start + _REACH]
        found = seam.find(END_OF_DATA)
        if found >= 0:
            self._look(seam, 0, found)
            return start + found + len(END_OF_DATA) - len(self._tail)
        self._look(seam, 0, len(seam))
        found = data.find(END_OF_DATA, start)
        self._look(data, start, len(data) if found < 0 else found)
        if found >= 0:
            return found + len(END_OF_DATA)
        self._tail = (self._tail + data[max(start, len(data) - _REACH) :])[-_REACH:]
        return None

    def _look(self, data: bytes, start: int, stop: int) -> None:
        if self.loose:
            return
        for match in _LOOSE_END.finditer(data, start, stop):
            unfinished = match.end() == len(data) and match.group().endswith(b"\r")
            if match.group() != END_OF_DATA and not unfinished:
                self.loose = True
                return
