"""Two dialogues side by side: what differs is marked, and how much longer the second took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.comparison import Pair, Verdict
from smtp_tui.transcript.side import Side
from smtp_tui.workbench.pair_rows import Line, PairRows, Row, delta
from smtp_tui.workbench.screens.dialog import Dialog

_WIDE = 100
"""Columns from which the two stand beside each other."""
_DELTA = 11
_STEP = 20

_MARKS = {
    Verdict.SAME: (" ", "quiet"),
    Verdict.OTHER_TEXT: ("~", "text"),
    Verdict.OTHER_REPLY: ("≠", "bad"),
    Verdict.ONLY_LEFT: ("−", "bad"),
    Verdict.ONLY_RIGHT: ("+", "bad"),
}
_KEYS = "n N next difference, the one before · ↑ ↓ ← → scroll · escape closes"
_LEGEND = "   ≠ reply · ~ words differ · − + only one"


class Pairs(ScrollView, can_focus=True):
    """The rows; a cursor goes from difference to difference."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pairs--client", "pairs--server", "pairs--quiet", "pairs--bad", "pairs--text",
        "pairs--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    Pairs {
        height: 1fr;
        padding: 0 1;
        scrollbar-size: 1 1;
        overflow-x: hidden;
        & > .pairs--client { color: $primary; }
        & > .pairs--server { color: $foreground; }
        & > .pairs--quiet { color: $quiet; }
        & > .pairs--bad { color: $error; text-style: bold; }
        & > .pairs--text { color: $warning; }
        & > .pairs--cursor { background: $input-selection-background; }
    }
    """

    def __init__(self, left: Side, right: Side, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self._left = left
        self._right = right
        self._pairs = pairs
        self._rows = PairRows(pairs, stacked=False)
        self._at = -1  # the difference where the cursor is
        self._shift = 0

    def on_resize(self) -> None:
        """Beside each other, or one above the other."""
        stacked = self.app.size.width < _WIDE
        if stacked != self._rows.stacked:
            self._rows = PairRows(self._pairs, stacked=stacked)
        self.virtual_size = Size(1, len(self._rows))
        self._show()

    def step(self, step: int) -> bool:
        """To the next difference, down or up; False where there is none."""
        numbers = range(len(self._pairs))
        later = numbers[self._at + 1 :] if step > 0 else numbers[: max(0, self._at)][::-1]
        for number in later:
            if self._pairs[number].verdict.differs:
                self._at = number
                self._show()
                return True
        return False

    def shift(self, step: int) -> None:
        """Show other columns of long lines."""
        self._shift = max(0, self._shift + step * _STEP)
        self.refresh()

    def _show(self) -> None:
        if self._at >= 0:
            height = self.scrollable_content_region.height
            start, end = self._rows.start(self._at), self._rows.end(self._at)
            if not self.scroll_offset.y <= start <= end <= self.scroll_offset.y + height:
                self.scroll_to(y=max(0, start - height // 3), animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        width, number = self.scrollable_content_region.width, self.scroll_offset.y + y
        base = self.rich_style
        if number >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows.at(number)
        if self._at >= 0 and self._rows.pair_at(number) == self._at:
            base += Style(bgcolor=self._style("cursor").bgcolor)
        segments = self._stacked(row, width) if self._rows.stacked else self._beside(row, width)
        return Strip(segments).apply_style(base).adjust_cell_length(width, base)

    def _beside(self, row: Row, width: int) -> list[Segment]:
        mark, style = _MARKS[row.pair.verdict]
        column = (width - 5 - _DELTA) // 2
        took = delta(self._left, self._right, row.pair) if row.first else ""
        return [
            Segment(f"{mark} ", self._style(style)),
            self._cell(row.left, row, column),
            Segment(" │ ", self._style("quiet")),
            self._cell(row.right, row, column),
            Segment(f"{took:>{_DELTA}}", self._style("quiet")),
        ]

    def _stacked(self, row: Row, width: int) -> list[Segment]:
        mark, style = _MARKS[row.pair.verdict]
        line = row.left if row.left is not None else row.right
        if row.left is not row.right:
            mark = "1" if row.left is not None else "2"
        took = delta(self._left, self._right, row.pair) if row.first else ""
        return [
            Segment(f"{mark} ", self._style(style)),
            self._cell(line, row, width - 2 - _DELTA),
            Segment(f"{took:>{_DELTA}}", self._style("quiet")),
        ]

    def _cell(self, line: Line | None, row: Row, width: int) -> Segment:
        if line is None:
            return Segment(" " * width)
        text = line.text[self._shift :] if self._shift else line.text
        if cell_len(text) > width:
            text = set_cell_size(text, width - 1) + "…"
        style = "client" if line.client else "server"
        other = row.left is None or row.right is None or row.left.text != row.right.text
        if not line.client and row.pair.verdict is not Verdict.SAME and other:
            style = _MARKS[row.pair.verdict][1]
        return Segment(set_cell_size(text, width), self._style(style))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"pairs--{name}", partial=True)


class SideBySideScreen(Dialog[None]):
    """``words`` say more of how it went."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", show=False),
        Binding("n", "difference(1)", show=False),
        Binding("N", "difference(-1)", show=False),
        Binding("right", "shift(1)", show=False, priority=True),
        Binding("left", "shift(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    SideBySideScreen {
        background: $background;
        layout: vertical;
        #sides-title { height: auto; padding: 0 1; background: $panel; text-style: bold; }
        #sides-names { height: 1; padding: 0 1; color: $accent; }
        #sides-keys { height: 1; padding: 0 1; background: $footer-background; color: $quiet; }
    }
    """

    def __init__(
        self, left: Side, right: Side, pairs: Sequence[Pair], words: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._left = left
        self._right = right
        self._pairs = pairs
        self._words = words

    def compose(self) -> ComposeResult:
        """A title, the rows, and the keys."""
        sides = (self._left, self._right)
        left_out = (f"{side.name}: {side.remark}" for side in sides if side.remark)
        words = " · ".join((_count(self._pairs), *self._words, *left_out))
        yield Static(Content(words), id="sides-title")
        yield Static(id="sides-names")
        yield Pairs(self._left, self._right, self._pairs)
        yield Static(id="sides-keys")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Pairs).focus()

    def on_resize(self) -> None:
        """Name the sides above their columns, and the keys below."""
        width, wide = self.size.width - 3, self.size.width >= _WIDE
        one, other = self._left.name, self._right.name
        names = f"  1 {one}   2 {other}"
        if wide:
            column = (width - 5 - _DELTA) // 2
            names = f"  {set_cell_size(one, column)}   {set_cell_size(other, column)}"
            names += f"{self._times:>{_DELTA}}"
        self.query_one("#sides-names", Static).update(Content(names))
        self.query_one("#sides-keys", Static).update(Content(_KEYS + (_LEGEND if wide else "")))

    @property
    def _times(self) -> str:
        """What the last column tells: a script takes no time."""
        known = [bool(side.took) for side in (self._left, self._right)]
        return "2nd − 1st" if all(known) else "took" if any(known) else ""

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_difference(self, step: int) -> None:
        """To the next difference."""
        if not self.query_one(Pairs).step(step):
            self.notify("There is no difference further on.", markup=False)

    def action_shift(self, step: int) -> None:
        """Other columns of long lines."""
        self.query_one(Pairs).shift(step)


def _count(pairs: Sequence[Pair]) -> str:
    differ = sum(pair.verdict.differs for pair in pairs)
    if differ:
        return f"{differ:,} of {len(pairs):,} exchanges differ"
    words = sum(pair.verdict is Verdict.OTHER_TEXT for pair in pairs)
    if words:
        return f"No difference but in the words of {counted(words, 'exchange')}"
    return "No difference" if pairs else "Nothing to compare"
