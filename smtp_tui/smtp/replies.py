"""Bytes into reply lines, bounded; never loses its place and never raises (RFC 5321 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from smtp_tui.smtp.events import made

_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
NO_FLAGS: frozenset[str] = frozenset()
_USUAL = re.compile(rb"([2-5][0-9]{2})(?:([ -])([ -~\t]*))?\r\n")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds in octets: what is kept of one line, and what a line or a whole reply may reach.

    In a reply every line counts ``PER_LINE`` octets more than it has, which is about what keeping
    it takes: of the shortest lines some 60,000 are taken, and what goes on then has no end.
    """

    line: int = 8192
    reply: int = 4 * 1024 * 1024


PER_LINE = 64
TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""How a server begins that speaks TLS, where a reply was to come (RFC 8446 5.1)."""


class Line(NamedTuple):
    """One line as it came and, if it is a reply line, taken apart.

    ``text`` stands after the code; ``last``: the reply ends here. Of an over-long line ``raw`` is
    the head, with ``dropped`` octets not kept. ``flags`` name what is unusual about the octets.
    ``fault`` says in words why it is no reply line, else "".
    """

    raw: bytes
    code: int
    text: bytes
    last: bool
    dropped: int = 0
    flags: frozenset[str] = NO_FLAGS
    fault: str = ""


class LineSplitter:
    """Cuts a stream into lines; LF ends one, a bare CR does not."""

    __slots__ = ("_dropped", "_head", "_limits", "_usual")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._usual = min(limits.line, limits.reply + 1)
        self._head = bytearray()
        self._dropped = 0

    @property
    def partial(self) -> bytes:
        """What has come of an unfinished line, at most the bound."""
        return bytes(self._head)

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._head)

    def begins_with(self, heads: tuple[bytes, ...]) -> bool:
        """Whether the unfinished line begins with one of these octets."""
        return self._head.startswith(heads)

    @property
    def endless(self) -> bool:
        """Whether the unfinished line is longer than any reply may be."""
        return len(self._head) + self._dropped > self._limits.reply

    def take(self, data: bytes, start: int) -> tuple[Line | None, int]:
        """The next line of ``data`` from ``start`` (None: unfinished) and where to go on."""
        if not self._head and (usual := _USUAL.match(data, start)) is not None:
            end = usual.end()
            if end - start <= self._usual:
                raw, code, mark, text = usual.group(0, 1, 2, 3)
                return made(Line, (raw, int(code), text or b"", mark != b"-", 0, NO_FLAGS, "")), end
        found = data.find(b"\n", start)
        end = len(data) if found < 0 else found + 1
        within = self._limits.reply - len(self._head) - self._dropped + 1
        if end - start > within:  # stop where the bound is passed, however the octets were cut
            found, end = -1, start + within
        room = max(0, self._limits.line - len(self._head))
        self._head += data[start : min(end, start + room)]
        self._dropped += max(0, end - start - room)
        if found < 0:
            return None, end
        line = _line(bytes(self._head), self._dropped)
        self.forget()
        return line, end

    def forget(self) -> None:
        """Drop the unfinished line."""
        self._head.clear()
        self._dropped = 0


def _line(raw: bytes, dropped: int) -> Line:
    """Any line, taken apart."""
    content = raw[:-2] if raw.endswith(b"\r\n") else raw.removesuffix(b"\n")
    flags = _flags(raw, content, dropped)
    match = _REPLY_LINE.fullmatch(content)
    if match is None:
        return Line(raw, 0, b"", False, dropped, flags, _fault(content))
    return Line(raw, int(match[1]), match[3] or b"", match[2] != b"-", dropped, flags)


def _flags(raw: bytes, content: bytes, dropped: int) -> frozenset[str]:
    flags = set()
    if dropped:
        flags.add("truncated")
    elif not raw.endswith(b"\r\n"):
        flags.add("bare-lf")
    if b"\0" in content:
        flags.add("nul")
    if any((octet < 0x20 and octet not in b"\0\t") or octet == 0x7F for octet in content):
        flags.add("control")
    if not content.isascii():
        flags.add("non-ascii")
    return frozenset(flags)


def _fault(content: bytes) -> str:
    """Why what a line holds is no reply line."""
    if not content:
        return "an empty line is no reply"
    digits = content[:4]
    if len(digits) == 4 and digits.isdigit():
        return "a reply code has three digits"
    if content[:3].isdigit():
        if content[:1] not in b"2345":
            return "reply codes begin with 2, 3, 4 or 5"
        return "after the code comes a space or a hyphen"
    return "the line does not begin with a reply code"


def enhanced_status(text: bytes) -> str | None:
    """The enhanced status code a reply text begins with, as ``5.7.8`` (RFC 2034 4), or None."""
    match = _ENHANCED.match(text)
    return match[1].decode("ascii") if match else None
