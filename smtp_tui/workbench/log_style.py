"""How the log looks: its colours, and what it says while it is empty."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from smtp_tui.transcript.records import Transcript

CSS = """
LogCanvas {
    background: $background;
    color: $foreground;
    overflow-x: auto;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size: 1 1;
    height: 1fr;
    & > .log--gutter { color: $text-muted 50%; }
    & > .log--gutter-clear { color: $error; }
    & > .log--gutter-verified { color: $success; }
    & > .log--gutter-unverified { color: $warning; }
    & > .log--time { color: $text-muted; }
    & > .log--note { color: $text-muted; }
    & > .log--annotation { color: $text-muted; }
    & > .log--heading { color: $text-muted; text-style: bold; }
    & > .log--good { color: $success; }
    & > .log--hint { color: $warning; }
    & > .log--alarm { color: $error; }
    & > .log--letter-alarm { color: $error; text-style: bold reverse; }
    & > .log--client { color: $primary; }
    & > .log--accepted { color: $success; }
    & > .log--intermediate { color: $secondary; }
    & > .log--temporary { color: $warning; }
    & > .log--permanent { color: $error; }
    & > .log--fault { color: $foreground; }
    & > .log--chip { color: $foreground; background: $foreground 22%; }
    & > .log--mask { color: $text-muted; }
    & > .log--match { color: $background; background: $warning; }
    & > .log--cursor { background: $panel; }
    & > .log--empty { color: $text-muted; }
    & > .log--key { color: $accent; text-style: bold; }
    &:ansi {
        & > .log--gutter, & > .log--time, & > .log--note, & > .log--annotation, & > .log--mask {
            text-style: dim;
        }
        & > .log--cursor { text-style: underline; }
        & > .log--chip { background: ansi_default; text-style: reverse; }
        & > .log--match { background: ansi_default; text-style: bold reverse; }
    }
}
"""

_FRESH = (
    ("", "Nothing has been said yet."),
    ("", ""),
    ("f5", "connects to the server and waits for its greeting"),
    ("f4", "starts a practice server on this computer and connects to it"),
    ("enter", "sends the command you typed below, byte for byte"),
    ("", ""),
    ("", "Every line, yours and the server's, will stand here."),
)
_CLEARED = (("", "The log was cleared: what comes next will stand here."),)
_FILTERED = (("", "No line is as the filter wants it."), ("", ""), ("escape", "shows all lines"))


def empty(y: int, size: Size, transcript: Transcript, words: Style, key: Style) -> Strip:
    """Row ``y`` of a log in which nothing is seen: what to do, in the middle of it."""
    lines = _FILTERED if len(transcript) else _CLEARED if transcript.end else _FRESH
    index = y - max(0, (size.height - len(lines)) // 3)
    if not 0 <= index < len(lines):
        return Strip.blank(size.width)
    name, text = lines[index]
    keyed = any(name for name, _ in lines)
    column = max(len(name) for name, _ in lines) + 2 if name else 0
    block = max(len(text) for _, text in lines) + (2 if keyed else 0)
    left = " " * max(1, (size.width - block) // 2)
    segments = [Segment(left), Segment(name.ljust(column), key), Segment(text, words)]
    return Strip(segments).adjust_cell_length(size.width)
