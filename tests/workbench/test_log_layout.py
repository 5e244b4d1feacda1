"""Wrapping and rows: nothing is lost at a break, and every row finds its line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.log_rows import Rows
from smtp_tui.workbench.log_wrap import LEAST, breaks

WIDTHS = st.integers(min_value=LEAST, max_value=60)


def rows(text: str, first: int, rest: int) -> list[str]:
    starts = breaks(text, first, rest)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


@given(st.text(max_size=300) | st.text(alphabet="ab 日é‹›·✓\x1b", max_size=300), WIDTHS, WIDTHS)
def test_every_row_fits_and_none_is_lost(text: str, first: int, rest: int) -> None:
    text = visible(text)
    first, rest = min(first, rest), max(first, rest)
    wrapped = rows(text, first, rest)
    assert "".join(wrapped) == text
    for number, row in enumerate(wrapped):
        seen = row[:-1] if number < len(wrapped) - 1 and row.endswith(" ") else row
        hangs = 1 if row.endswith(" ") else 0  # a space at the end of the text may stand outside
        assert cell_len(seen) <= (rest if number else first) + hangs


@given(st.lists(st.sampled_from(["a", "bc ", "‹ESC›", "‹U+202E›", "日"]), max_size=60), WIDTHS)
def test_a_chip_is_never_torn(parts: list[str], width: int) -> None:
    for row in rows("".join(parts), width, width):
        assert row.count("‹") == row.count("›")


def test_rows_break_behind_a_space() -> None:
    assert rows("535 Username and Password not accepted", 20, 20) == [
        "535 Username and ",
        "Password not ",
        "accepted",
    ]


def test_a_long_word_is_broken_where_the_row_ends() -> None:
    assert rows("AUTH PLAIN " + "x" * 40, 30, 30) == ["AUTH PLAIN " + "x" * 19, "x" * 21]


def test_wide_characters_count_twice() -> None:
    assert rows("日" * 10, 13, 13) == ["日" * 6, "日" * 4]


def test_combining_characters_stay_with_their_letter() -> None:
    assert rows("é" * 13, 12, 12) == ["é" * 12, "é"]


def test_a_mark_stays_with_its_word() -> None:
    assert rows("TLS 1.3 ✓ verified · 61 days", 14, 14) == ["TLS 1.3 ", "✓ verified ", "· 61 days"]


def test_an_empty_line_has_one_row() -> None:
    assert rows("", 20, 20) == [""]


@given(
    st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=30),
    st.integers(min_value=0, max_value=29),
    st.integers(min_value=0, max_value=10),
)
def test_rows_find_their_lines_while_lines_come_and_go(
    heights: list[int], split: int, gone: int
) -> None:
    split, gone = min(split, len(heights) - 1), min(gone, len(heights) - 1)
    table = Rows(split)
    table.append(heights[split:])
    table.prepend(heights[:split])
    table.drop(gone)
    expected = [(line, row) for line in range(gone, len(heights)) for row in range(heights[line])]
    assert [table.at(row) for row in range(table.top, table.bottom)] == expected
    assert (table.first, table.end, len(table)) == (gone, len(heights), len(heights) - gone)
    assert all(table.at(table.row(line)) == (line, 0) for line in range(gone, len(heights)))


def test_rows_keep_their_numbers() -> None:
    table = Rows(100)
    table.append([2, 3, 1])
    row = table.row(101)
    table.prepend([4, 4])
    table.append([1])
    table.drop(100)
    assert table.row(101) == row


def test_truncated_rows_can_be_added_again() -> None:
    table = Rows()
    table.append([1, 2, 3])
    table.truncate(1)
    table.append([5])
    assert (table.end, table.bottom) == (2, 6)
    table.drop(9)
    assert (table.first, len(table), table.bottom) == (9, 0, 6)
