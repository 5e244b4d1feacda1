"""A log file in the window: a part at a time, growing, cut short, or no log file at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from smtp_tui.transcript.log_format import written
from smtp_tui.transcript.log_part import MOST
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.detail import DetailPane
from smtp_tui.workbench.screens.log_file import LogFileScreen
from tests.workbench.windows import Window, window


def _lines(start: int, stop: int) -> bytes:
    return b"".join(
        written(
            Record(
                Kind.CLIENT,
                100.0 + number,
                1,
                Protection.CLEAR,
                b"NOOP %d\r\n" % number,
                wall=1_700_000_000.0 + number,
            )
        )
        for number in range(start, stop)
    )


async def _open(w: Window, path: Path) -> None:
    w.desk.playing.open(str(path))
    await w.pilot.pause()


async def _shows(w: Window, *words: str) -> None:
    await _until(w, lambda: all(each in w.text() for each in words))


async def _told(w: Window, words: str) -> None:
    await _until(w, lambda: words in " ".join(each.message for each in w.app._notifications))


async def _until(w: Window, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        try:
            while not condition():
                await w.pilot.pause(0.01)
        except asyncio.CancelledError:
            raise AssertionError(w.text()) from None


async def test_a_large_file_shows_its_end_and_goes_back_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(_lines(0, 2 * MOST + 5))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "lines 10,006 to 20,005 of 20,005", "NOOP 20004")
        await w.press("less_than_sign")
        await _shows(w, "lines 6 to 10,005 of 20,005", "NOOP 10004")
        await w.press("ctrl+home")
        await _shows(w, "lines 1 to 10,000 of 20,005", "NOOP 0 ")
        await w.press("ctrl+end")
        await _shows(w, "NOOP 20004")


async def test_all_of_the_file_is_looked_through_and_escape_goes_back(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(_lines(0, MOST + 500))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "NOOP 10499")
        await w.press("f", *"/NOOP 7$/", "enter")
        await _shows(w, "1 line with “/NOOP 7$/”", "NOOP 7")
        await w.press("escape")
        await _shows(w, "lines 501 to 10,500 of 10,500")
        await w.press("escape")
        assert w.app.screen is w.desk


async def test_a_log_file_is_known_by_whatever_name(tmp_path: Path) -> None:
    path = tmp_path / "session.log"
    path.write_bytes(_lines(0, 2))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "session.log · 2 lines", "NOOP 1")


async def test_a_log_file_that_no_script_could_be_as_large_as_is_known_too(tmp_path: Path) -> None:
    path = tmp_path / "session.log"
    with path.open("wb") as file:
        file.write(_lines(0, 2))
        file.truncate(1 << 29)
    async with window() as w:
        await _open(w, path)
        await _shows(w, "session.log · 2 lines", "octets are a line without an end")


async def test_an_expression_that_takes_too_long_is_given_up_and_said(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    line = Record(Kind.CLIENT, 1.0, 1, Protection.CLEAR, b"NOOP " + b"a" * 60 + b"!\r\n", wall=2.0)
    path.write_bytes(written(line))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "s.jsonl · 1 line")
        await w.press("f", *"re:(a+)+$", "enter")
        await _told(w, "This expression takes too long")
        await _shows(w, "s.jsonl · 1 line")
        await w.press("escape")
        assert w.app.screen is w.desk


async def test_what_was_found_stands_below_its_connection_with_its_time(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    openings = [
        Record(Kind.OPENING, at, number, note=f"mx{number}.example.org:25", wall=at)
        for number, at in ((1, 90.0), (2, 98.5))
    ]
    path.write_bytes(b"".join(map(written, openings)) + _lines(0, 2).replace(b": 1,", b": 2,"))
    async with window(size=(80, 24)) as w:
        await _open(w, path)
        await _shows(w, "s.jsonl · 4 lines", "f find in all · escape")
        await w.press("f", *"NOOP 1", "enter")
        await _shows(w, "1 line with “NOOP 1”", "mx2.example.org:25", "2.500 C  NOOP 1")
        assert "mx1" not in w.text()


async def test_a_file_that_takes_long_says_how_far_it_is_and_can_be_left(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    async with window() as w:
        await _open(w, path)
        await _shows(w, "opening: 0 % · escape leaves")
        await w.press("escape")
        await _until(
            w, lambda: not any(each.name == "log reader" for each in threading.enumerate())
        )
        await w.pilot.pause()
        assert w.app.screen is w.desk


async def test_what_is_appended_comes_along_and_what_is_cut_off_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(_lines(0, 5))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "5 lines", "NOOP 4")
        with path.open("ab") as file:
            file.write(_lines(5, 8))
        await _shows(w, "8 lines", "NOOP 7")
        path.write_bytes(_lines(0, 2))
        await _told(w, "became shorter")
        await _shows(w, "2 lines", "NOOP 1")
        assert "NOOP 7" not in w.text()


async def test_a_file_that_is_no_log_is_shown_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    for data, words in (
        (b"\x7fELF\x00\x01\n\xff\xfe\x1b[31m\n", "Line 1 of the file is no record"),
        (b"\x00" * 5000, "The file holds no whole line: it is no log file."),
        (b"", "The file is empty."),
        (_lines(0, 3) + b'{"kind": "cli', "The last 13 octets are a line without an end"),
    ):
        path.write_bytes(data)
        async with window(size=(80, 24)) as w:
            await _open(w, path)
            await _shows(w, words)
            assert "\x1b" not in w.text()


async def test_a_file_that_cannot_be_opened_closes_the_screen_and_says_why(tmp_path: Path) -> None:
    async with window() as w:
        for path, words in (
            (tmp_path / "none.jsonl", "No such file"),
            (tmp_path / "folder.jsonl", "is no plain file"),
        ):
            if "folder" in path.name:
                path.mkdir()
            await _open(w, path)
            await _told(w, words)
            await w.pilot.pause()
            assert not isinstance(w.app.screen, LogFileScreen)


async def test_escape_closes_the_card_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(_lines(0, 5))
    async with window() as w:
        await _open(w, path)
        await _shows(w, "NOOP 4")
        w.app.screen.query_one(LogView).focus()
        await w.press("enter")
        assert w.app.screen.query(DetailPane)
        w.app.screen.query_one(LogView).focus()
        await w.press("escape")
        assert isinstance(w.app.screen, LogFileScreen)
        assert not w.app.screen.query(DetailPane)
        await w.press("escape")
        assert w.app.screen is w.desk
