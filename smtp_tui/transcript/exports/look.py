"""How a session looks in a picture: a colour for each kind of line."""

from __future__ import annotations

from collections.abc import Iterable

from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection

BACKGROUND = "#10161c"
FOREGROUND = "#dde5e8"
QUIET = "#8c9aa2"
FONT = "'DejaVu Sans Mono', Menlo, Consolas, monospace"

_CLIENT = "#6fc3c8"
_BY_CLASS = {b"2": "#9bcf80", b"3": "#8fb4f0", b"4": "#f7c564", b"5": "#f47a7f"}
_ALARM = "#f47a7f"
_GUTTERS = {
    Protection.CLEAR: "#f47a7f",
    Protection.VERIFIED: "#9bcf80",
    Protection.UNVERIFIED: "#f7c564",
    Protection.OUTDATED: "#f7c564",
}
_SIGNS = {
    Protection.CLEAR: "!",
    Protection.VERIFIED: "✓",
    Protection.UNVERIFIED: "?",
    Protection.OUTDATED: "▲",
}


def colour(record: Record) -> str:
    """The colour of a line's text."""
    match record.kind:
        case Kind.CLIENT:
            return _CLIENT
        case Kind.SERVER:
            return _BY_CLASS.get(record.raw[:1], FOREGROUND)
        case Kind.ALARM:
            return _ALARM
        case Kind.FAULT:
            return FOREGROUND
        case _:
            return QUIET


def gutter(record: Record) -> str:
    """The colour of the bar at the left: what an onlooker sees of the line."""
    return BACKGROUND if record.protection is None else _GUTTERS[record.protection]


def sign(record: Record) -> str:
    """The same as a sign, for colour alone says nothing to some; "" for what was not sent."""
    return "" if record.protection is None else _SIGNS[record.protection]


def legend(records: Iterable[Record]) -> str:
    """What the signs of these records mean; "" where there are none."""
    seen = {record.protection for record in records}
    return " · ".join(f"{sign} {kind.value}" for kind, sign in _SIGNS.items() if kind in seen)


def round_trip(record: Record) -> str:
    """What the server took, as ``41 ms``; "" for what was not waited for."""
    if record.elapsed is None:
        return ""
    if record.elapsed >= 10:
        return f"{record.elapsed:.1f} s"
    milliseconds = record.elapsed * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
