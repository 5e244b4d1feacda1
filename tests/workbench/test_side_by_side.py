"""Two transcripts side by side: scripts, log files, the session, its two connections."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from smtp_tui.transcript.comparison import compare
from smtp_tui.transcript.script import parse
from smtp_tui.transcript.side import Side
from smtp_tui.workbench import comparing
from smtp_tui.workbench.pair_rows import PairRows
from smtp_tui.workbench.screens.side_by_side import SideBySideScreen
from tests.workbench.windows import Window, window

ONE = b"S: 220 one\nC: EHLO me\nS: 250 one\nC: NOOP\nS: 250 2.0.0 OK\nC: QUIT\nS: 221 bye\n"
OTHER = b"S: 220 one\nC: EHLO me\nS: 250 one\nC: NOOP\nS: 450 4.0.0 later\nC: QUIT\nS: 221 bye\n"


def _files(tmp_path: Path, *contents: bytes) -> list[str]:
    paths = [tmp_path / f"{number}.smtp" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


async def _ask(w: Window, first: str, second: str) -> None:
    comparing.ask(w.desk)
    await w.pilot.pause()
    w.app.screen.query_one("#first-file", Input).value = first
    w.app.screen.query_one("#second-file", Input).value = second
    await w.press("enter")


async def _compare(w: Window, first: str, second: str) -> None:
    await _ask(w, first, second)
    await _shown(w)


async def _shown(w: Window) -> None:
    async with asyncio.timeout(20):
        while not isinstance(w.app.screen, SideBySideScreen):
            await w.pilot.pause(0.01)
    await w.pilot.pause()


async def test_two_scripts_stand_beside_each_other_and_n_goes_to_what_differs(
    tmp_path: Path,
) -> None:
    async with window() as w:
        await _compare(w, *_files(tmp_path, ONE, OTHER))
        assert "1 of 4 exchanges differ" in w.text()
        assert "2nd − 1st" not in w.text()  # a script takes no time
        assert w.rows()[-1].rstrip().endswith("− + only one")
        row = next(row for row in w.rows() if "450 4.0.0 later" in row)
        assert row.startswith(" ≠ S: 250 2.0.0 OK")
        await w.press("n", "n")
        assert [each.message for each in w.app._notifications] == [
            "There is no difference further on."
        ]
        await w.press("escape")
        assert w.app.screen is w.desk


async def test_where_there_is_little_room_one_stands_below_the_other(tmp_path: Path) -> None:
    async with window(size=(80, 24)) as w:
        await _compare(w, *_files(tmp_path, ONE, OTHER))
        rows = w.rows()
        place = next(number for number, row in enumerate(rows) if "2.0.0 OK" in row)
        assert rows[place].startswith(" 1 S: 250 2.0.0 OK")
        assert rows[place + 1].startswith(" 2 S: 450 4.0.0 later")


async def test_two_connections_of_the_session_are_compared_with_their_times() -> None:
    async with window() as w:
        w.scene(number=1).greeted().both(b"NOOP", b"250 fine\r\n").gone()
        w.scene(number=2).greeted().both(b"NOOP", b"421 no\r\n").gone()
        await w.pilot.pause()
        await _compare(w, "", "")
        text = w.text()
        assert "connection 1" in text
        assert "connection 2" in text
        assert "+0 ms" in text
        assert "2nd − 1st" in text
        assert any("≠ S: 250 fine" in row and "S: 421 no" in row for row in w.rows())


async def test_other_words_alone_are_told_as_that(tmp_path: Path) -> None:
    one, other = (b"S: 220 %s\nC: NOOP\nS: 250 ok\n" % name for name in (b"one", b"two"))
    async with window() as w:
        await _compare(w, *_files(tmp_path, one, other))
        assert "No difference but in the words of 1 exchange" in w.text()


async def test_a_password_in_a_script_is_a_placeholder_there(tmp_path: Path) -> None:
    secret = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
    written = f"S: 220\nC: AUTH PLAIN {secret}\nS: 235 you said {secret}\n".encode()
    placeholder = b"S: 220\nC: AUTH PLAIN {PLAIN}\nS: 235\n"
    async with window() as w:
        await _compare(w, *_files(tmp_path, written, placeholder))
        assert "No difference" in w.text()
        assert secret not in w.text()


async def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    good, bad = _files(tmp_path, ONE, b"{not json\n")
    async with asyncio.timeout(20), window() as w:
        for second, words in (
            (bad, "no session in which anything was sent"),
            (str(tmp_path), "is no plain file"),
            (str(tmp_path / "none"), "No such file"),
            ("", "Nothing was said in this session yet."),
        ):
            await _ask(w, good, second)
            told = ""
            while words not in told:
                await w.pilot.pause(0.01)
                told = " ".join(each.message for each in w.app._notifications)


@given(st.lists(st.sampled_from(["NOOP", "RSET", "VRFY a"])), st.lists(st.sampled_from("24")))
def test_every_row_belongs_to_its_pair_beside_and_stacked(
    lines: list[str], classes: list[str]
) -> None:
    one = parse("".join(f"C: {line}\nS: 250 ok\n" for line in lines).encode())
    other = parse("".join(f"C: NOOP\nS: {each}50 ok\n" for each in classes).encode())
    pairs = compare(one, other)
    for stacked in (False, True):
        rows = PairRows(pairs, stacked=stacked)
        firsts = [number for number in range(len(rows)) if rows.at(number).first]
        assert firsts == [rows.start(number) for number in range(len(pairs))]
        assert all(
            rows.at(number).pair is pairs[rows.pair_at(number)] for number in range(len(rows))
        )


async def test_what_of_a_file_is_left_out_is_said_above_the_sides() -> None:
    one, other = Side("a.jsonl", parse(ONE), {}, "its last line has no end"), _side(OTHER)
    async with window(size=(80, 24)) as w:
        w.app.push_screen(SideBySideScreen(one, other, compare(one.script, other.script)))
        await w.pilot.pause()
        assert "a.jsonl: its last line has no end" in w.text()


def _side(script: bytes) -> Side:
    return Side("b.smtp", parse(script), {})
