"""Octets written as text with escapes, for what no keyboard types."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|[rnt0\\]|x.{0,2}|.?)", re.DOTALL)
_NAMED = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


class EscapeError(ValueError):
    """An escape that is none: one sentence that says which there are."""


def unescape(text: str) -> bytes:
    r"""The octets that a text with ``\r \n \t \0 \\ \xHH`` stands for, other characters as UTF-8.

    Raises ``EscapeError``.
    """
    octets = bytearray()
    position = 0
    for match in _ESCAPE.finditer(text):
        octets += text[position : match.start()].encode("utf-8", "surrogateescape")
        octets += _octet(match)
        position = match.end()
    octets += text[position:].encode("utf-8", "surrogateescape")
    return bytes(octets)


def escape(octets: bytes) -> str:
    """Octets as text that ``unescape`` turns back; printable ASCII stays as it is."""
    names = {octet[0]: f"\\{name}" for name, octet in _NAMED.items()}
    return "".join(
        names.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02X}")
        for octet in octets
    )


def _octet(match: re.Match[str]) -> bytes:
    name = match[1]
    if name in _NAMED:
        return _NAMED[name]
    if len(name) == 3 and name.isascii() and name[0] == "x":
        try:
            return bytes([int(name[1:], 16)])
        except ValueError:
            pass
    raise EscapeError(
        f"At character {match.start() + 1} a \\ begins no escape: there are \\r, \\n, \\t, \\0,"
        " \\xHH, and \\\\ for itself."
    )
