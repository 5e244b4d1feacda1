"""The parts of an envelope command: verb, FROM or TO, and its path (RFC 5321 4.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WANTED = {b"MAIL": b"FROM", b"RCPT": b"TO"}
"""The word that belongs to each verb."""

_HEAD = re.compile(
    rb"\s*(MAIL|RCPT)(\s*)(?:([A-Z]+)(?=[\s:<\x80-\xff]|$))?(\s*)(:?)(\s*)", re.IGNORECASE
)
QUOTED = rb'"(?:[^"\\]|\\.)*+"'
"""A quoted string, to be built into expressions (RFC 5321 4.1.2)."""
_PATH = re.compile(rb"<(?:" + QUOTED + rb'|[^">])*+>|<[^>]*+>', re.DOTALL)
_BARE = re.compile(rb"(?:" + QUOTED + rb"(?=@)|[^\s<])[^\s]*+|" + QUOTED, re.DOTALL)
_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[^,;\s"]++', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """How an envelope command begins, as typed: up to its path, which stands at ``end``."""

    verb: bytes
    gap: bytes
    word: bytes
    before: bytes
    colon: bool
    space: bytes
    end: int

    @property
    def right(self) -> bool:
        """Whether verb and word belong together and are written as two, with a colon."""
        return bool(self.gap) and self.colon and self.word.upper() == WANTED[self.verb.upper()]


def head(line: bytes) -> Head | None:
    """The beginning of a line that looks like MAIL or RCPT, well written or not; else None."""
    found = _HEAD.match(line)
    if found is None:
        return None
    verb, gap, word, before, colon, space = found.groups(b"")
    ends = found.end() == len(line) or line[found.end() : found.end() + 1] == b"<"
    if not (gap or word or colon or ends) or (
        word and not gap and word.upper() not in WANTED.values()
    ):
        return None
    return Head(verb, gap, word, before, bool(colon), space, found.end())


def path_end(line: bytes, start: int = 0) -> int | None:
    """Where the path that begins at ``start`` ends; None where there is none or its > is missing.

    A > inside a quoted local part ends nothing; a path without <> ends at a space.
    """
    form = _PATH if line[start : start + 1] == b"<" else _BARE
    found = form.match(line, start)
    return found.end() if found is not None else None


def address(line: bytes) -> bytes | None:
    """What stands in the <> of an envelope command, well written or not; None without such."""
    begun = head(line)
    if begun is None or line[begun.end : begun.end + 1] != b"<":
        return None
    end = path_end(line, begun.end)
    return line[begun.end + 1 : end - 1] if end is not None else None


def pieces(text: bytes) -> Iterator[bytes]:
    """The parts of a text between commas, semicolons and spaces that are not quoted."""
    piece, end = b"", 0
    for found in _PIECE.finditer(text):
        if piece and found.start() != end:
            yield piece
            piece = b""
        piece, end = piece + found[0], found.end()
    if piece:
        yield piece
