"""Bytes into reply lines, bounded; never loses its place and never raises (RFC 5321 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

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


class Line(NamedTuple):
    """One line as it came; of an over-long one the head, with ``dropped`` octets not kept."""

    raw: bytes
    dropped: int

    @property
    def content(self) -> bytes:
        """The line without its end."""
        if self.raw.endswith(b"\r\n"):
            return self.raw[:-2]
        return self.raw[:-1] if self.raw.endswith(b"\n") else self.raw

    @property
    def flags(self) -> frozenset[str]:
        """What is unusual about the octets."""
        content = self.content
        flags = set()
        if self.dropped:
            flags.add("truncated")
        elif not self.raw.endswith(b"\r\n"):
            flags.add("bare-lf")
        if b"\0" in content:
            flags.add("nul")
        if any((octet < 0x20 and octet not in b"\0\t") or octet == 0x7F for octet in content):
            flags.add("control")
        if not content.isascii():
            flags.add("non-ascii")
        return frozenset(flags)


class Parsed(NamedTuple):
    """A well-formed reply line: its code, the text after it, and whether the reply ends here.

    ``flags`` name what is unusual about its octets.
    """

    code: int
    text: bytes
    last: bool
    flags: frozenset[str] = NO_FLAGS


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
        found = data.find(b"\n", start)
        end = len(data) if found < 0 else found + 1
        if found >= 0 and end - start <= self._usual and not self._head:
            return Line(data[start:end], 0), end
        within = self._limits.reply - len(self._head) - self._dropped + 1
        if end - start > within:  # stop where the bound is passed, however the octets were cut
            found, end = -1, start + within
        room = max(0, self._limits.line - len(self._head))
        self._head += data[start : min(end, start + room)]
        self._dropped += max(0, end - start - room)
        if found < 0:
            return None, end
        line = Line(bytes(self._head), self._dropped)
        self.forget()
        return line, end

    def forget(self) -> None:
        """Drop the unfinished line."""
        self._head.clear()
        self._dropped = 0


def parse(line: Line) -> Parsed | str:
    """A reply line taken apart, or in words why it is none."""
    if not line.dropped and (usual := _USUAL.fullmatch(line.raw)) is not None:
        code, mark, text = usual.groups(b"")
        return Parsed(int(code), text, mark != b"-")
    content = line.content
    match = _REPLY_LINE.fullmatch(content)
    if match is not None:
        return Parsed(int(match[1]), match[3] or b"", match[2] != b"-", line.flags)
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
