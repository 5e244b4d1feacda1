"""What the detail of a log entry shows: its meaning, its text to the last octet, its hex dump."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from textual.content import Content

from smtp_tui.smtp.events import Span
from smtp_tui.smtp.explain import Explanation, Suggestion
from smtp_tui.smtp.provider_notes import Note
from smtp_tui.smtp.visible import decode, pieces, visible
from smtp_tui.transcript.entry import Entry
from smtp_tui.transcript.hex_dump import rows
from smtp_tui.transcript.masking import mask
from smtp_tui.transcript.record import Record

SHOWN = 16 * 1024
"""Octets of an entry that are shown."""
_LABEL = 9
_WIDE = 72
_CHIP = "$background on $secondary"


def meaning(entry: Entry, width: int, way: str) -> Content:
    """The explanation, and what there is to know; ``way`` says how to do what is suggested."""
    found = entry.explanation
    lines: list[Content] = []
    if found is not None:
        lines += _explained(found, width, way)
        lines.append(Content(""))
    elif not entry.raw:
        lines += _wrapped(visible(entry.records[0].note), width)
        lines.append(Content(""))
    for label, text in entry.facts:
        lines += _row(label, text, width, "$quiet")
    for phrase in dict.fromkeys(phrase for marks in entry.marks for phrase in marks):
        lines += _row("unusual", phrase, width, "$warning", "$warning")
    return Content("\n").join(lines)


def octets(entry: Entry, revealed: bool) -> Content:
    """Every line with its end visible, and behind it what is unusual about it."""
    if not entry.raw:
        return Content.styled("Nothing of this was on the wire.", "$quiet")
    lines: list[Content] = []
    room = SHOWN
    for record, marks in zip(entry.records, entry.marks, strict=True):
        if room <= 0:
            break
        raw = record.raw[:room]
        room -= len(raw)
        parts = [*_shown(raw, () if revealed else record.secrets, record)]
        parts += [Content.styled(f"  ▲ {phrase}", "$warning") for phrase in marks]
        lines.append(Content("").join(parts))
    return Content("\n").join([*lines, *_rest(entry)])


def dump(entry: Entry, width: int, revealed: bool) -> Content:
    """Offset, octets and ASCII; sixteen in a row where there is room, else eight."""
    if not entry.raw:
        return Content.styled("Nothing of this was on the wire.", "$quiet")
    spans: list[Span] = []
    offset = 0
    for record in entry.records:
        spans += [] if revealed else [(a + offset, b + offset) for a, b in record.secrets]
        offset += len(record.raw)
    spans = [(start, min(end, SHOWN)) for start, end in spans if start < SHOWN]
    lines = [
        Content.assemble((f"{place}  ", "$quiet"), f"{words} ", (written, "$accent"))
        for place, words, written in rows(entry.raw[:SHOWN], spans, 16 if width >= _WIDE else 8)
    ]
    return Content("\n").join([*lines, *_rest(entry)])


def _rest(entry: Entry) -> Iterator[Content]:
    more = len(entry.raw) - SHOWN
    if more > 0:
        yield Content.styled(f"… {more:,} octets more", "$quiet")


# The explanation


def _explained(found: Explanation, width: int, way: str) -> Iterator[Content]:
    yield Content.assemble((found.title, "bold"), f"  {found.outcome}")
    first, others = found.notes[:1], found.notes[1:]
    for note in first:
        yield from _note(note, width)
    if way:
        yield from _wrapped(way, width, "bold $accent")
    if first:
        yield Content("")
    for code, text in found.rows:
        yield from _row(code, text, width, "bold")
    for sentence in found.contradictions:
        yield from _row("✗", sentence, width, "$error", "$error")
    for note in others:
        yield Content("")
        yield from _note(note, width)


def _note(note: Note, width: int) -> Iterator[Content]:
    named = not note.provider or note.provider.partition(" ")[0] in note.meaning
    text = note.meaning if named else f"{note.provider}: {note.meaning}"
    yield from _wrapped(text, width, "$warning")
    yield from _wrapped(f"→ {note.todo}", width, "", "  ")
    yield from _wrapped(f"source: {note.source}", width, "$quiet", "  ", "  ")
    if note.url:
        yield Content.styled(f"  {note.url}", "$quiet")


def way(suggestion: Suggestion | None, key: str, title: str, possible: bool) -> str:
    """How to do what is suggested: by enter, and by which key else; "" where nothing does it."""
    if suggestion is None:
        return ""
    if suggestion.line:
        return f"enter puts {suggestion.line} on the command line"
    if not key:
        return ""
    return f"{'enter or ' if possible else ''}{key}: {title}{'' if possible else ' (not now)'}"


# Pieces


def _shown(raw: bytes, secrets: Iterable[Span], record: Record) -> Iterator[Content]:
    position = 0
    for start, end in secrets:
        if start >= len(raw):
            break
        yield from _chips(raw[position:start])
        yield Content.styled(mask(record.label, end - start), "$quiet")
        position = min(end, len(raw))
    yield from _chips(raw[position:])


def _chips(raw: bytes) -> Iterator[Content]:
    for piece, hidden in pieces(decode(raw)):
        yield Content.styled(f"‹{piece}›", _CHIP) if hidden else Content(piece)


def _row(label: str, text: str, width: int, style: str, body: str = "") -> Iterator[Content]:
    lines = textwrap.wrap(text, max(20, width - _LABEL)) or [""]
    yield Content.assemble((label.ljust(_LABEL), style), (lines[0], body))
    for line in lines[1:]:
        yield Content.styled(" " * _LABEL + line, body)


def _wrapped(
    text: str, width: int, style: str = "", rest: str = "", first: str = ""
) -> Iterator[Content]:
    for line in textwrap.wrap(
        text, max(20, width), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    ):
        yield Content.styled(line, style)
