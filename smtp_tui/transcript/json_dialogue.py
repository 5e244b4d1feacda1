"""JSON lines, of a log file or of ``run --json``, as the dialogue they tell of: C: and S: lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

from smtp_tui.transcript import log_format
from smtp_tui.transcript.exports.text import content
from smtp_tui.transcript.record import Kind

_MARKS = {Kind.CLIENT: "C:", Kind.SERVER: "S:"}


def dialogue(text: str) -> str:
    """The text itself, unless it is JSON lines: then what client and server said in them.

    Words stand in the place of secrets. A line that is cut off or damaged is left out.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith('{"kind"'):
        return text
    return "\n".join(said for line in text.splitlines() for said in _said(line))


def _said(line: str) -> Iterator[str]:
    try:
        record = log_format.read(line.encode("utf-8", "replace"))
    except ValueError:
        yield from _reported(line)
        return
    if record.kind in _MARKS:
        yield f"{_MARKS[record.kind]} {content(record)}"


def _reported(line: str) -> Iterator[str]:
    """A line of what ``run --json`` prints."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return
    match values:
        case {"kind": "client", "line": str() as said}:
            yield f"C: {said}"
        case {"kind": "server", "code": int() as code, "lines": [*texts]}:
            for number, each in enumerate(texts, 1):
                yield f"S: {code}{' ' if number == len(texts) else '-'}{each}"
        case _:
            pass
