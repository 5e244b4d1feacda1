"""How a session looks in a picture: a colour for each kind of line."""

from __future__ import annotations

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


def round_trip(record: Record) -> str:
    """What the server took, as ``41 ms``; "" for what was not waited for."""
    if record.elapsed is None:
        return ""
    if record.elapsed >= 10:
        return f"{record.elapsed:.1f} s"
    milliseconds = record.elapsed * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
