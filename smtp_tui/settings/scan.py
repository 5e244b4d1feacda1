"""Where the keys stand in a TOML text: the line and the span of each, which no parser tells.

Reads what ``tomllib`` has accepted; of a broken text it finds what it can, for the error's sake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from smtp_tui.settings.problem import KeyPath

_DEEPEST = 4
"""How many parts of a key get a line of their own: no setting lies deeper."""

_TOKEN = re.compile(
    r"""
      (?P<text> \"{3} (?: \\. | [^\\] )*? (?: \"{3,5} | \Z )
              | '{3} .*? (?: '{3,5} | \Z )
              | " (?: \\. | [^"\\\n] )* "?
              | ' [^'\n]* '? )
    | (?P<comment> \#[^\n]* )
    | (?P<newline> \n )
    | (?P<space> [ \t\r]+ )
    | (?P<mark> [][{}=,.] )
    | (?P<word> [^][{}=,.\s"'\#]+ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key or table header.

    ``start`` is where its line begins, ``value`` and ``end`` are where its value begins and ends
    (for a header both are where it ends); ``inline`` marks a key within an inline table.
    """

    path: KeyPath
    line: int
    start: int
    value: int
    end: int
    header: bool = False
    inline: bool = False


def entries(text: str) -> list[Entry]:
    """Every key and header of a TOML text, in order; the line ends are LF or CR LF."""
    scanner = _Scanner()
    for match in _TOKEN.finditer(text):
        scanner.take(match.lastgroup or "", match[0], match.start())
    return scanner.entries


def lines(found: Iterable[Entry]) -> dict[KeyPath, int]:
    """The line where each key, or the first key below it, stands; lines count from 1."""
    places: dict[KeyPath, int] = {}
    for entry in found:
        for length in range(1, min(len(entry.path), _DEEPEST) + 1):
            places.setdefault(entry.path[:length], entry.line)
    return places


class _Mode(Enum):
    KEY = auto()
    HEADER = auto()
    VALUE = auto()


class _Scanner:
    """Reads piece by piece; an open value keeps its entry growing until its line ends."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._mode = _Mode.KEY
        self._line = 1
        self._line_start = 0
        self._table: KeyPath = ()
        self._prefix: KeyPath = ()  # what the next key belongs to
        self._path: KeyPath = ()  # the key whose value is being read
        self._parts: list[str] = []
        self._open: int | None = None  # index of the statement's own entry
        self._stack: list[tuple[str, KeyPath, KeyPath]] = []

    def take(self, kind: str, piece: str, start: int) -> None:
        match kind:
            case "newline":
                self._end_line()
            case "comment" | "space":
                pass
            case _:
                self._grow(start, start + len(piece))
                self._take(kind, piece, start)
        if "\n" in piece:
            self._line += piece.count("\n")
            self._line_start = start + piece.rindex("\n") + 1

    def _end_line(self) -> None:
        if self._stack and self._mode is not _Mode.HEADER:
            return
        self._mode, self._prefix, self._parts, self._open = _Mode.KEY, self._table, [], None

    def _grow(self, start: int, end: int) -> None:
        if self._open is not None:
            entry = self.entries[self._open]
            value = entry.value if entry.value < entry.end else start
            self.entries[self._open] = replace(entry, value=value, end=end)

    def _take(self, kind: str, piece: str, start: int) -> None:
        match self._mode, piece if kind == "mark" else "":
            case _Mode.KEY, "[" if not self._parts and not self._stack:
                self._mode = _Mode.HEADER
            case _Mode.HEADER, "]":
                self._table = self._prefix = tuple(self._parts)
                end = start + len(piece)
                self.entries.append(
                    Entry(self._table, self._line, self._line_start, end, end, header=True)
                )
                self._mode, self._parts = _Mode.KEY, []
            case _Mode.KEY, "=":
                self._begin_value(start + 1)
            case ((_Mode.KEY | _Mode.VALUE), ("]" | "}")):
                self._close()
            case _Mode.VALUE, ("{" | "["):
                self._stack.append((piece, self._prefix, self._path))
                if piece == "{":
                    self._mode, self._prefix, self._parts = _Mode.KEY, self._path, []
            case _Mode.VALUE, "," if self._stack and self._stack[-1][0] == "{":
                self._mode, self._parts = _Mode.KEY, []
            case ((_Mode.KEY | _Mode.HEADER), "") if kind != "other":
                self._parts.append(_plain(piece))
            case _:
                pass

    def _begin_value(self, end: int) -> None:
        self._path = (*self._prefix, *self._parts)
        inline = bool(self._stack)
        self.entries.append(
            Entry(self._path, self._line, self._line_start, end, end, inline=inline)
        )
        if not inline:
            self._open = len(self.entries) - 1
        self._mode, self._parts = _Mode.VALUE, []

    def _close(self) -> None:
        if self._stack:
            _, self._prefix, self._path = self._stack.pop()
            self._mode, self._parts = _Mode.VALUE, []


def _plain(piece: str) -> str:
    """A part of a key without its quotes."""
    if piece.startswith("'"):
        return piece.strip("'")
    if not piece.startswith('"'):
        return piece
    import tomllib

    try:
        text = tomllib.loads(f"k = {piece}")["k"]
    except ValueError:
        return piece.strip('"')
    return text if isinstance(text, str) else piece
