"""The log against a naive model: whatever comes, is folded, filtered, wrapped or dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from smtp_tui.transcript.query import query
from smtp_tui.transcript.record import Kind
from smtp_tui.transcript.records import Transcript
from smtp_tui.workbench import log_layout
from smtp_tui.workbench.log_layout import Layout
from smtp_tui.workbench.log_lens import Lens
from smtp_tui.workbench.log_paint import Painter
from tests.workbench.test_log_view import client, server

MOST = 64
FILTERS = ["", "4xx", "C", "-line", "/x{9}/", "550 long"]

STEPS = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 3)),
    st.tuples(st.just("hear"), st.integers(0, 40)),
    st.tuples(st.just("fold"), st.integers(0, 200)),
    st.tuples(st.just("fold all"), st.just(0)),
    st.tuples(st.just("filter"), st.integers(0, len(FILTERS) - 1)),
    st.tuples(st.just("width"), st.integers(40, 120)),
    st.tuples(st.just("clear"), st.just(0)),
)


@dataclass
class Bench:
    """A layout, driven as the log drives it."""

    transcript: Transcript = field(default_factory=lambda: Transcript(most_records=MOST))
    width: int = 80

    def __post_init__(self) -> None:
        self.lens = Lens(self.transcript)
        self.layout = Layout(self.lens, self.painter())

    def painter(self) -> Painter:
        return Painter(lambda _: Style(), self.width, wrap=True)

    def step(self, what: str, number: int) -> None:
        lines = self.transcript
        match what:
            case "say" | "hear":
                said = client(b"NOOP " + b"x" * number * 30 + b"\r\n")
                heard = (b"250 line", b"550 long " + b"word " * 30, b"451 later")[number % 3]
                count = 1 if what == "say" else number
                start = lines.end
                for _ in range(count):
                    start = min(start, lines.add(said if what == "say" else server(heard)).start)
                self.layout.update(max(start, lines.first))
                self.lens.forget()
            case "fold" if len(lines):
                self.lens.fold(lines.first + number % len(lines))
                self.layout.begin(self.painter())
            case "fold all":
                self.lens.fold_all()
                self.layout.begin(self.painter())
            case "filter":
                self.lens.filter = query(FILTERS[number])
                self.layout.begin(self.painter())
            case "width":
                self.width = number
                self.layout.begin(self.painter())
            case "clear":
                lines.clear()
                self.lens.forget()
                self.layout.begin(self.painter())
        while not self.layout.complete:
            self.layout.fill(lines.first)


class Model:
    """What ought to be seen, computed anew from the lines alone."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.lines = bench.transcript

    def head(self, line: int) -> int:
        """The first line of the exchange, by walking back to it; -1 where that was dropped."""
        while line >= self.lines.first:
            before = self.lines[line - 1].kind if line > self.lines.first else None
            if self.lines[line].kind is Kind.CLIENT and before is not Kind.CLIENT:
                known = before is not None or self.lines.begins_exchange(line)
                return line if known else -1
            line -= 1
        return -1

    def height(self, line: int, folded: set[int]) -> int:
        lens = self.bench.lens
        record = self.lines[line]
        if lens.filter is not None:
            if not lens.filter.takes(record):
                return 0
        elif (head := self.head(line)) in folded:
            return int(line == head)
        return len(self.bench.painter().texts(record))


def folded_heads(model: Model) -> set[int]:
    lens, lines = model.bench.lens, model.lines
    heads = {model.head(line) for line in range(lines.first, lines.end)} - {-1}
    if lens.filter is not None:
        return set()
    return {head for head in heads if lens.folds(head)}


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_rows_are_what_a_naive_model_says(steps: list[tuple[str, int]]) -> None:
    bench = Bench()
    with patch.object(log_layout, "SLICE", 0.0):  # as many slices as there can be
        for what, number in steps:
            bench.step(what, number)
            model = Model(bench)
            lines, rows = bench.transcript, bench.layout.rows
            folded = folded_heads(model)
            heights = [model.height(line, folded) for line in range(lines.first, lines.end)]
            expected = [
                (line, row)
                for line, height in enumerate(heights, lines.first)
                for row in range(height)
            ]
            assert [rows.at(row) for row in range(rows.top, rows.bottom)] == expected
            assert rows.shown == sum(height > 0 for height in heights)
            seen = [line for line, row in expected if row == 0]
            assert [*rows.between(rows.top, rows.bottom - 1)] == seen
            assert all(rows.shown_after(line) == len(seen) - at - 1 for at, line in enumerate(seen))
            for line, after in zip(seen, [*seen[1:], -1], strict=False):
                assert rows.step(line, 1) == after
