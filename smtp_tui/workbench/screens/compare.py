"""What the server offers before TLS, inside it and after AUTH, side by side, with remarks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.arguments import in_words
from smtp_tui.smtp.comparison import Cell, Change, Row, compare
from smtp_tui.smtp.remarks import Kind, remarks
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.stages import TITLES, Stages

_MOST_ROWS = 200
_MOST_LINES = 10
_NOTHING = (
    "Nothing to compare yet: connect and send EHLO. After STARTTLS and after AUTH send it again;"
    " what the server offers then stands beside what it offered before."
)
_COLOURS = {
    Change.NEW: "$success",
    Change.CHANGED: "$warning",
    Change.GONE: "$error",
    Change.DONE: "$quiet",
    Change.ABSENT: "$quiet",
    Change.NOT_ASKED: "$quiet",
}
_MARKS = {Kind.GOOD: ("✓", "$success"), Kind.NOTE: ("·", "$quiet"), Kind.WARNING: ("▲", "$warning")}


class CompareScreen(Dialog[None]):
    """Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,alt+c,shift+f3,q,enter", "dismiss", show=False)
    ]

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self._stages = stages

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="compare") as scroll:
            scroll.border_title = Content("Capabilities compared")
            scroll.border_subtitle = Content("↑ ↓ scroll · escape closes")
            yield Static(id="compare-text")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#compare").focus()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(50, width_beside_bar(self.query_one("#compare")))
        text = Content("\n").join(comparison(self._stages, width))
        self.query_one("#compare-text", Static).update(text)


def comparison(stages: Stages, width: int) -> list[Content]:
    """Remarks and table for a width in cells."""
    if not stages.heard:
        return [Content.styled(line, "$quiet") for line in textwrap.wrap(_NOTHING, width)]
    return [*_remarks(stages, width), *_table(stages, width)]


def _remarks(stages: Stages, width: int) -> Iterator[Content]:
    heard = (stages.before_tls, stages.after_tls, stages.after_auth)
    found = remarks(*heard, coded=stages.coded)
    for remark in found:
        mark, style = _MARKS[remark.kind]
        whole = f"{remark.text}  {remark.rfc}".rstrip()
        for number, line in enumerate(textwrap.wrap(whole, width - 2)):
            yield Content.styled(f"{' ' if number else mark} {line}", style)
    if found:
        yield Content("")


def _table(stages: Stages, width: int) -> Iterator[Content]:
    shown = [place for place, offered in enumerate(stages.all) if place < 3 or offered is not None]
    first = 20 if width >= 90 else 14
    column = (width - first) // len(shown)
    yield Content.assemble(
        " " * first, *((f"{TITLES[place]:<{column}}", "bold $accent") for place in shown)
    )
    asked = [stages.all[place] is not None for place in shown]
    if not all(asked):
        words = ["" if was else "not asked" for was in asked]
        yield Content.assemble(" " * first, *((f"{word:<{column}}", "$quiet") for word in words))
    rows = compare([stages.all[place] for place in shown])
    for row in rows[:_MOST_ROWS]:
        yield from _row(row, first, column)
    if len(rows) > _MOST_ROWS:
        yield Content.styled(
            f"… and {len(rows) - _MOST_ROWS:,} more; the log has them all", "$quiet"
        )


def _row(row: Row, first: int, column: int) -> Iterator[Content]:
    keyword = Content.styled(visible(row.keyword[:200]) or "(no keyword)", "bold")
    cells = [_cell(row.keyword, cell, column - 2) for cell in row.cells]
    if keyword.cell_length >= first:
        yield keyword.truncate(first + 2 * column, ellipsis=True)
        keyword = Content("")
    for number in range(max(len(lines) for lines in cells)):
        left = keyword if number == 0 else Content("")
        parts: list[Content] = [left.pad_right(first - left.cell_length)]
        for cell, lines in zip(row.cells, cells, strict=True):
            text = lines[number] if number < len(lines) else ""
            plain = number > 0 or cell.change in (Change.FIRST, Change.SAME)
            style = "$quiet" if plain else _COLOURS[cell.change]
            parts.append(Content.styled(text, style).pad_right(max(0, column - len(text))))
        yield Content.assemble(*parts)


def _cell(keyword: str, cell: Cell, width: int) -> list[str]:
    """Mark and word, and below them what the arguments say."""
    change = cell.change
    words = in_words(keyword, cell.arguments) or " ".join(cell.arguments)
    arguments = visible(words[:300]) if cell.arguments else ""
    wrapped = textwrap.wrap(arguments, max(8, width - 2), break_on_hyphens=False)
    more = ["  …"] if len(wrapped) > _MOST_LINES else []
    below = [f"  {line}" for line in wrapped[:_MOST_LINES]] + more
    return [f"{change.mark} {change.word}".strip(), *below]
