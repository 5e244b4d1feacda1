"""Message text on the wire: dot-stuffing both ways and the end-of-data scanner (RFC 5321 4.5.2)."""

from __future__ import annotations

import re

END_OF_DATA = b"\r\n.\r\n"

# What some servers take for the end of data although it is not: the raw material of smuggling.
_LOOSE_END = re.compile(rb"(?:\r\n|\n|\r)\x00?\.\x00?(?:\r\n|\n|\r)")


def normalise(message: bytes) -> bytes:
    """The message with CRLF line ends only, the last line ended too; b"" stays empty."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if lines and not lines.endswith(b"\n"):
        lines += b"\n"
    return lines.replace(b"\n", b"\r\n")


def stuff(message: bytes) -> bytes:
    """What goes on the wire after 354: normalised, a dot put before each leading dot, ended.

    Takes the message as bytes with any line ends and gives text that ends in CRLF "." CRLF (for
    an empty message just "." CRLF).
    """
    text = normalise(message)
    if text.startswith(b"."):
        text = b"." + text
    return text.replace(b"\r\n.", b"\r\n..") + b".\r\n"


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

    def find(self, data: bytes) -> int | None:
        """How many octets of ``data`` belong to the message with its end; None: all, no end yet."""
        window = self._tail + data
        found = window.find(END_OF_DATA)
        stop = len(window) if found < 0 else found
        for match in _LOOSE_END.finditer(window, 0, stop):
            boundary = match.end() == len(window) and match.group().endswith(b"\r")
            if match.group() != END_OF_DATA and not boundary:
                self.loose = True
        if found >= 0:
            return found + len(END_OF_DATA) - len(self._tail)
        self._tail = window[-4:]
        return None
