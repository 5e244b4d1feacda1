"""Parts of a log file that is large, hostile, or written by two programs: bounded, and right."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.transcript import log_format, log_part
from smtp_tui.transcript.line_index import STRETCH, LineIndex
from smtp_tui.transcript.log_file import LogFile
from smtp_tui.transcript.log_part import LogSearch, growth, part
from smtp_tui.transcript.query import query
from smtp_tui.transcript.record import Kind, Record


def said(number: int, size: int = 10, run: int = 0) -> bytes:
    """One line of the client in a log file."""
    raw = b"%06d " % number + b"x" * size + b"\r\n"
    return log_format.written(Record(Kind.CLIENT, float(number), 1, raw=raw, wall=1.0), run)


def opened(path: Path) -> LogFile:
    file = LogFile(path)
    while file.index():
        pass
    return file


# Where the lines are


def indexed(data: bytes, octets: int = STRETCH) -> LineIndex:
    index = LineIndex(lambda start, most: data[start : start + most])
    while index.go_on(octets):
        pass
    return index


files = st.lists(
    st.one_of(
        st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")),
        st.integers(0, 3 * STRETCH).map(lambda size: b"x" * size),
        st.integers(0, STRETCH).map(lambda count: b"\n" * count),
    ),
    max_size=12,
).map(b"\n".join)


@given(files, st.integers(1, 4))
def test_every_line_is_found_where_it_begins(data: bytes, stretches: int) -> None:
    index = indexed(data, stretches * STRETCH)
    lines = data.split(b"\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    assert (index.lines, index.looked, index.end) == (len(lines) - 1, len(data), starts[-1])
    for number in {0, 1, index.lines // 2, index.lines - 1, index.lines} & set(range(len(starts))):
        assert index.start(number) == starts[number]


@given(files, st.integers(STRETCH, 4 * STRETCH))
def test_so_many_octets_hold_as_many_lines_and_at_least_one(data: bytes, octets: int) -> None:
    index = indexed(data)
    for stop in {1, index.lines // 2, index.lines} & set(range(1, index.lines + 1)):
        first = index.first_within(stop, octets)
        assert 0 <= first < stop
        assert first == stop - 1 or index.start(stop) - index.start(first) <= octets
    for start in {0, index.lines // 2} & set(range(index.lines)):
        last = index.last_within(start, octets)
        assert start < last <= index.lines
        assert last == start + 1 or index.start(last) - index.start(start) <= octets


@given(files, st.data())
def test_of_a_file_that_was_cut_the_rest_is_known(data: bytes, more: st.DataObject) -> None:
    size = more.draw(st.integers(0, len(data)))
    held = [data]
    index = LineIndex(lambda start, most: held[0][start : start + most])
    while index.go_on(STRETCH):
        pass
    held[0] = data[:size]
    index.cut(size)
    while index.go_on(STRETCH):
        pass
    whole = indexed(data[:size])
    assert (index.lines, index.looked, index.end) == (whole.lines, whole.looked, whole.end)


# Parts


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_part, "MOST_OCTETS", 10 * STRETCH)


@pytest.mark.usefixtures("small_parts")
def test_long_lines_make_shorter_parts_which_meet(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"".join(said(number, 50_000) for number in range(40)))
    file = opened(path)
    shown = part(file)
    assert shown.lines.stop == shown.total == 40
    assert 1 < len(shown.lines) == len(shown.transcript) <= 3
    seen = [shown.lines]
    while seen[-1].start:
        shown = part(file, stop=seen[-1].start)
        seen.append(shown.lines)
        beginning = shown.transcript[shown.transcript.first].raw[:6]
        assert int(beginning) == shown.lines.start
    assert part(file, 0).lines.start == 0
    lines = part(file, 0).lines
    while lines.stop < 40:
        following = part(file, lines.stop).lines
        assert following.start <= lines.stop < following.stop
        lines = following


@pytest.mark.usefixtures("small_parts")
def test_one_line_that_is_longer_than_a_part_is_one(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(said(0) + said(1, 20 * STRETCH) + said(2, 20 * STRETCH))
    file = opened(path)
    assert part(file).lines == range(2, 3)
    assert part(file, 0).lines == range(1)
    assert part(file, 1).lines == range(1, 2)


@pytest.mark.usefixtures("small_parts")
def test_a_search_keeps_only_so_much_and_says_how_many(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"".join(said(number, 20_000) for number in range(60)))
    file, wanted = opened(path), query("xxx")
    assert wanted is not None
    search = LogSearch(wanted)
    while lines := search.read(file):
        assert len(lines) < 10  # the window's loop waits for each slice
        search.sift(lines)
    found = search.result()
    assert found.matches == found.total == 60
    assert 1 < found.kept == len(found.transcript) < 12


def test_millions_of_empty_lines_fill_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(said(0) + b"\n" * 3_000_000)
    tracemalloc.start()
    try:
        file = opened(path)
        assert len(file) == 3_000_001
        assert file[0].raw.startswith(b"000000")
        assert file[2_000_000].note == "Line 2,000,001 of the file is no record: it is no JSON."
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


@pytest.mark.parametrize(
    "bomb",
    [
        b'{"kind": "note", "x": [' + b"[]," * 300_000 + b"[]]}\n",
        b'{"kind": "note", "x": ' + b'{"x": ' * 50_000 + b"1" + b"}" * 50_001 + b"\n",
        b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}\n",
    ],
    ids=["lists", "objects", "names"],
)
def test_a_line_that_unfolds_to_more_than_a_record_is_not_unfolded(
    tmp_path: Path, bomb: bytes
) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(bomb + said(1, 200_000))
    file = opened(path)
    tracemalloc.start()
    try:
        assert "is no record: it is no JSON" in file[0].note
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(bomb)
    assert len(file[1].raw) > 200_000


@given(
    st.binary(min_size=1, max_size=50),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    st.booleans(),
)
def test_a_long_record_is_read_whatever_it_holds(raw: bytes, note: str, secret: bool) -> None:
    raw *= 100_000 // len(raw)
    spans = tuple((start, start + 1) for start in range(0, 9000, 3)) if secret else ()
    record = Record(Kind.CLIENT, 1.0, 1, raw=raw, secrets=spans, note=note * 9, wall=1.0)
    assert log_format.read(log_format.written(record)) == record


# Two programs, and growth


def test_connections_of_two_programs_are_two(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    one, other = (
        Record(Kind.OPENING, 0.0, 1, note=f"mx{run}.example.org:25", wall=1.0) for run in (7, 8)
    )
    path.write_bytes(
        b"".join(
            (
                log_format.written(one, 7),
                said(1, run=7),
                log_format.written(other, 8),
                said(2, run=7),
                said(3, run=8),
            )
        )
    )
    shown = part(opened(path)).transcript
    assert [shown[number].connection for number in range(5)] == [1, 1, 2, 1, 2]
    found = query("000002")
    assert found is not None
    search = LogSearch(found)
    file = opened(path)
    search.sift(search.read(file))
    kept = search.result().transcript
    assert [kept[number].note for number in range(len(kept))] == ["mx7.example.org:25", ""]


def test_what_is_appended_at_once_comes_along_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(said(0))
    file = opened(path)
    shown = part(file)
    with path.open("ab") as more:
        more.write(said(1) * (log_part.MOST + 100))
    found = growth(file, shown)
    assert found is not None
    assert found.total == log_part.MOST + 101
    assert len(found.records) == log_part.MOST


def test_looking_through_a_file_of_any_size_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        file.write(said(0))
        file.truncate(1 << 40)  # a tebibyte of nothing
    large = LogFile(path)
    assert large.index()
    assert large.indexed < 0.01
    large.stop()
    assert part(large).total == 1
