"""Runs: a record as text for a screen, safe and masked, with what each stretch of it is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from smtp_tui.smtp.visible import decode, pieces, visible
from smtp_tui.transcript.masking import mask
from smtp_tui.transcript.record import Record

SHOWN = 1024
"""Octets shown of one line, more than SMTP allows (RFC 5321 4.5.3.1); a record keeps them all."""
GAP = "  "
"""Between the server's words and ours."""


class Role(Enum):
    """What a stretch of text is."""

    WIRE = "the octets as text"
    CHIP = "the name of a character that no terminal may get, as ‹ESC›"
    MASK = "stands for a secret"
    NOTE = "our own words"


Run = tuple[str, Role]


def runs(record: Record) -> Iterator[Run]:
    """The whole line, octets first, then our words; joined it is one line of printable text."""
    content = record.content
    yield from _wire(record, content, SHOWN)
    if record.note:
        yield (GAP + visible(record.note) if content else visible(record.note)), Role.NOTE


def text(record: Record) -> str:
    """The whole line as text."""
    content = record.content
    if content and not record.secrets and len(content) <= SHOWN and content.isascii():
        plain = content.decode("ascii")
        if plain.isprintable():
            return plain + GAP + visible(record.note) if record.note else plain
    elif not content:
        return visible(record.note)
    return "".join(piece for piece, _ in runs(record))


def said(record: Record) -> str:
    """The line to its very end, without our words where octets are on it: what copying gives."""
    content = record.content
    if not content:
        return text(record)
    return "".join(piece for piece, _ in _wire(record, content, len(content)))


def _wire(record: Record, content: bytes, most: int) -> Iterator[Run]:
    end = _character_end(content, most)
    position = 0
    for first, last in record.secrets:
        if first >= end:
            break
        yield from _shown(content[position:first])
        last = min(last, len(content))
        yield mask(record.label, last - first), Role.MASK
        position = last
    yield from _shown(content[position:end])
    if max(position, end) < len(content):
        more = len(content) - max(position, end)
        yield f" … {more:,} octets more", Role.NOTE


def _shown(octets: bytes) -> Iterator[Run]:
    for piece, hidden in pieces(decode(octets)):
        yield (f"‹{piece}›", Role.CHIP) if hidden else (piece, Role.WIRE)


def _character_end(content: bytes, most: int) -> int:
    """Where to stop showing: not in the middle of a UTF-8 character, which would spoil them all."""
    end = min(most, len(content))
    if end < len(content):
        while end > most - 4 and content[end] & 0xC0 == 0x80:
            end -= 1
    return end
