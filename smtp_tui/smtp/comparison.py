"""Comparison: what a server offers at one stage of a session beside what it offers at another."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from smtp_tui.smtp.extensions import Extension, Extensions


class Change(Enum):
    """How a capability stands at a stage, against the stage before; the sign and a word for it."""

    NOT_ASKED = ("", "")
    ABSENT = ("·", "no")
    FIRST = ("✓", "yes")
    SAME = ("✓", "same")
    NEW = ("+", "new")
    CHANGED = ("~", "changed")
    GONE = ("−", "gone")
    DONE = ("−", "done")

    @property
    def mark(self) -> str:
        """One character, for where there is no room for a word."""
        return self.value[0]

    @property
    def word(self) -> str:
        """One word."""
        return self.value[1]


class Cell(NamedTuple):
    """A capability at one stage; ``arguments`` where it is offered there."""

    change: Change
    arguments: tuple[str, ...] = ()


class Row(NamedTuple):
    """A capability through all stages."""

    keyword: str
    cells: tuple[Cell, ...]


def compare(stages: Sequence[Extensions | None]) -> tuple[Row, ...]:
    """Every capability ever offered, the latest ones first in their order; None: not asked."""
    keywords = {
        keyword: None for stage in reversed(stages) if stage is not None for keyword in stage
    }
    return tuple(Row(keyword, tuple(_cells(keyword, stages))) for keyword in keywords)


def changed(keyword: str, before: Extensions | None, now: Extensions) -> Change:
    """How a capability stands now against a stage before; None: nothing was asked before."""
    new = now.get(keyword)
    if before is None:
        return Change.ABSENT if new is None else Change.FIRST
    change = _between(before.get(keyword), new)
    # inside TLS it must not be offered again (RFC 3207 4.2)
    return Change.DONE if change is Change.GONE and keyword == "STARTTLS" else change


def _cells(keyword: str, stages: Sequence[Extensions | None]) -> list[Cell]:
    cells: list[Cell] = []
    before: Extensions | None = None
    for stage in stages:
        if stage is None:
            cells.append(Cell(Change.NOT_ASKED))
            continue
        found = stage.get(keyword)
        arguments = found.arguments if found is not None else ()
        cells.append(Cell(changed(keyword, before, stage), arguments))
        before = stage
    return cells


def _between(old: Extension | None, new: Extension | None) -> Change:
    match old, new:
        case None, None:
            return Change.ABSENT
        case None, _:
            return Change.NEW
        case _, None:
            return Change.GONE
        case Extension(), Extension():
            return Change.SAME if old.arguments == new.arguments else Change.CHANGED
    raise AssertionError("all cases are above")
