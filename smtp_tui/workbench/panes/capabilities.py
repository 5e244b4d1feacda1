"""Capabilities, row by row: keyword, arguments and meaning in words, and where it is written."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from smtp_tui.smtp.comparison import Change, changed
from smtp_tui.smtp.extensions import Extension, Extensions, meaning
from smtp_tui.smtp.state import Security
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.session import Link, SessionView

MOST = 200
"""How many capabilities are shown."""

_COLUMN = 10
_RFC = 5
_MOST_LINES = 6
_LONGEST = 400
_EMPTY = "What the server can do appears here, in words, after EHLO."
_FORGOTTEN = "TLS made both sides forget what was said in the clear: send EHLO again."
_STAGES = {
    "before TLS": "in clear",
    "after TLS": "inside TLS",
    "after AUTH": "after AUTH",
    "after XCLIENT": "after XCLIENT",
}


@dataclass(frozen=True, slots=True)
class Row:
    """Some lines of the pane; ``opens`` is the capability whose card they open.

    ``compares``: they open the comparison of the stages.
    """

    lines: tuple[Content, ...]
    opens: Extension | None = None
    compares: bool = False

    @property
    def leads(self) -> bool:
        """Whether there is something to open."""
        return self.compares or self.opens is not None


def rows(view: SessionView, width: int) -> Iterator[Row]:
    """The pane for a width in cells; ``+`` is new against the stage before, ``~`` changed."""
    state = view.state
    if state.hello is None:
        told = state.security is Security.TLS and view.link is Link.OPEN
        text = _FORGOTTEN if told and view.stages.before_tls is not None else _EMPTY
        yield Row(tuple(_wrapped(text, width)))
        return
    if not state.extensions:
        yield Row(tuple(_wrapped("The server named no extensions.", width)))
        return
    title, before = _stage(view)
    yield Row((_headline(title, state.extensions, width),), compares=True)
    entries = state.extensions.entries
    seen: set[str] = set()
    for entry in entries[:MOST]:
        yield Row(tuple(_lines(entry, before, state.extensions, seen, width)), entry)
        seen.add(entry.keyword)
    if len(entries) > MOST:
        more = f"… and {len(entries) - MOST:,} more; the log has them all"
        yield Row(tuple(_wrapped(more, width)))
    gone = (
        [each for each in before.values() if each.keyword not in state.extensions] if before else []
    )
    for entry in gone[:MOST]:
        yield Row((_gone(entry, changed(entry.keyword, before, state.extensions), width),), entry)


def _stage(view: SessionView) -> tuple[str, Extensions | None]:
    """The stage that is shown, by name, and what was offered at the one before it."""
    heard = view.stages.heard
    place = next((i for i, (_, each) in enumerate(heard) if each is view.state.extensions), 0)
    title = heard[place][0] if heard else ""
    return title, heard[place - 1][1] if place > 0 else None


def _headline(title: str, offered: Extensions, width: int) -> Content:
    count = len(offered.entries)
    noun = "capability" if count == 1 else "capabilities"
    text = f"{count:,} {noun} {_STAGES.get(title, '')}".rstrip()
    gap = " " * max(1, width - len(text) - 3)
    return Content.assemble((f"{text}{gap}RFC", "$quiet"))


def _lines(
    entry: Extension, before: Extensions | None, offered: Extensions, seen: set[str], width: int
) -> Iterator[Content]:
    change = changed(entry.keyword, before, offered)
    marked = change in (Change.NEW, Change.CHANGED)
    style = "$success" if marked else ""
    keyword = visible(entry.keyword[:_LONGEST]) or "(no keyword)"
    number = _number(entry)
    text = _text(entry, again=entry.keyword in seen)
    room = width - _COLUMN - 3
    head = Content.assemble(
        (f"{change.mark if marked else ' '} ", style), (keyword, f"bold {style}")
    )
    if len(keyword) > _COLUMN:
        yield _with_number(head.truncate(width - _RFC, ellipsis=True), number, width)
        wrapped = _split(text, room)
    else:
        first, *rest = _split(text, room - _RFC) or [""]
        head = Content.assemble(
            head, " " * (_COLUMN - len(keyword) + 1), (first, style or "$quiet")
        )
        yield _with_number(head, number, width)
        wrapped = _split(" ".join(rest), room)
    for line in wrapped[:_MOST_LINES]:
        yield Content.assemble(" " * (_COLUMN + 3), (line, style or "$quiet"))


def _split(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(10, width), break_on_hyphens=False)


def _with_number(head: Content, number: str, width: int) -> Content:
    gap = " " * max(1, width - head.cell_length - len(number))
    return Content.assemble(head, (f"{gap}{number}", "$quiet")) if number else head


def _text(entry: Extension, *, again: bool) -> str:
    """Arguments and meaning in words; those of an unknown keyword as they came."""
    known = meaning(entry)
    text = known.text if known is not None else " ".join(entry.arguments)
    if again and not entry.legacy:
        text = f"once more: {text}" if text else "once more"
    safe = visible(text[:_LONGEST])
    return f"{safe}…" if len(text) > _LONGEST else safe


def _number(entry: Extension) -> str:
    """The number of its RFC, "" where it has none."""
    known = meaning(entry)
    found = re.fullmatch(r"RFC (\d+)", known.rfc) if known is not None else None
    return found[1] if found is not None else ""


def _gone(entry: Extension, change: Change, width: int) -> Content:
    keyword = visible(entry.keyword[:_LONGEST])
    why = "no longer offered" if change is Change.GONE else change.word
    gap = " " * max(1, _COLUMN - len(keyword) + 1)
    return Content.styled(f"− {keyword}{gap}{why}", "$quiet").truncate(width, ellipsis=True)


def _wrapped(text: str, width: int) -> Iterator[Content]:
    for line in textwrap.wrap(text, width):
        yield Content.styled(line, "$quiet")
