"""A session as an SVG picture: text and rectangles only, no font but those every machine has."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.exports import look
from smtp_tui.transcript.exports.text import content
from smtp_tui.transcript.record import Record
from smtp_tui.transcript.xml_text import escaped

_COLUMNS = 100
"""Characters of a line's text in one row, of wide ones half as many."""
_RAGGED = 24
"""Characters that a row may be shorter, so that no word is torn."""
_MOST_ROWS = 2000
"""Rows that a picture holds: viewers choke on more."""
_CHARACTER = 8.43
_ROW = 20
_EDGE = 18
_TEXT = 13


def write(excerpt: Excerpt) -> bytes:
    """The picture; of a very long session its end, and the first line says so."""
    rows = [row for record in excerpt.records for row in _rows(excerpt, record)]
    left_out = max(0, len(rows) - _MOST_ROWS)
    words = [f"{excerpt.heading}.", *excerpt.remarks]
    if left_out:
        words.append(f"{counted(left_out, 'older row')} did not fit into the picture.")
    words.append(look.legend(excerpt.records))
    drawn: list[str] = []
    top = _EDGE
    for text in words:
        drawn.append(_text(_TEXT, top, look.QUIET, text[: _COLUMNS + 20]))
        top += _ROW
    top += _ROW // 2
    for row in rows[left_out:]:
        drawn += row.drawn(top)
        top += _ROW
    width = round(_EDGE * 2 + (_COLUMNS + 20) * _CHARACTER)
    height = top + _EDGE
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="{look.FONT}" font-size="14">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{look.BACKGROUND}"/>\n'
        f"{''.join(drawn)}</svg>\n"
    )
    return picture.encode("utf-8", "replace")


class _Row:
    """One row of the picture."""

    def __init__(self, record: Record, text: str, time: str, took: str, letter: str) -> None:
        self._record = record
        self._text = text
        self._time = time
        self._took = took
        self._letter = letter

    def drawn(self, top: int) -> Iterator[str]:
        """Its elements, the bar at the left first."""
        shade, bar = look.colour(self._record), look.gutter(self._record)
        yield f'<rect x="{_EDGE}" y="{top}" width="3" height="{_ROW}" fill="{bar}"/>\n'
        if self._letter:
            yield _text(0.8, top, bar, look.sign(self._record))
        yield _text(2, top, look.QUIET, self._time)
        yield _text(11, top, shade, self._letter)
        yield _text(_TEXT, top, shade, self._text)
        yield _text(_COLUMNS + _TEXT, top, look.QUIET, self._took)


def _rows(excerpt: Excerpt, record: Record) -> Iterator[_Row]:
    first, *others = _cut(content(record))
    time = f"{excerpt.seconds(record):8.3f}"
    yield _Row(record, first, time, look.round_trip(record).rjust(7), record.kind.letter)
    for text in others:
        yield _Row(record, text, "", "", "")


def _cut(text: str) -> Iterator[str]:
    """The text in pieces that fit a row each, cut behind a space where one is near."""
    start = 0
    while (end := _fitting(text, start)) < len(text):
        end = text.rfind(" ", max(start, end - _RAGGED), end) + 1 or end
        yield text[start:end]
        start = end
    yield text[start:]


def _fitting(text: str, start: int) -> int:
    """Where a row that begins there is full."""
    end = min(start + _COLUMNS, len(text))
    if text[start:end].isascii():
        return end
    room = _COLUMNS
    for place in range(start, end):
        room -= 2 if east_asian_width(text[place]) in "WF" else 1
        if room < 0:
            return place
    return end


def _text(column: float, top: int, shade: str, text: str) -> str:
    """Text at a column; nothing for none."""
    if not text.strip():
        return ""
    left = _EDGE + column * _CHARACTER
    return (
        f'<text x="{left:.1f}" y="{top + 15}" fill="{shade}" xml:space="preserve">'
        f"{escaped(text)}</text>\n"
    )
