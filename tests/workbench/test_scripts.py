"""Scripts in the window, played over a real connection to the practice server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from smtp_tui.wire import actions
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.panes.script import ScriptPane
from tests.workbench.live import LiveWindow, live_window
from tests.workbench.scene import FakeWorker
from tests.workbench.windows import window

WALKTHROUGH = Path(__file__).parent.parent / "scripts" / "walkthrough.smtp"
SHORT = b"S: 220\nC: EHLO me\nS: 250\nC: NOOP\nS: 250\n"


async def _practising(window: LiveWindow, script: Path) -> None:
    await window.until(lambda: window.view.greeting is not None, "greeting")
    await _open(window, script)


async def _open(window: LiveWindow, script: Path) -> None:
    await window.pilot.press("alt+o")
    window.app.screen.query_one("#prompt", Input).value = str(script)
    await window.pilot.press("enter")
    await window.until(lambda: window.app.desk.playing.play is not None, "script")


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "s.smtp"
    path.write_bytes(data)
    return path


async def test_a_whole_script_runs_with_tls_and_credentials_and_is_counted() -> None:
    async with live_window(practice=True) as window:
        await _practising(window, WALKTHROUGH)
        await window.pilot.press("alt+a")
        await window.shows("Script: 10 of 10 replies as expected.")
        assert window.view.farewell
        play = window.app.desk.playing.play
        assert play is not None
        assert not play.failures


async def test_a_script_goes_on_a_line_at_a_time_and_other_lines_may_come_between(
    tmp_path: Path,
) -> None:
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, SHORT))
        play = window.app.desk.playing.play
        assert play is not None
        await window.pilot.press("alt+n")
        await window.until(lambda: play.place == 3, "EHLO")
        await window.enter("VRFY somebody")
        await window.enter("MAIL gone wrong")
        await window.idle()
        assert play.place == 3
        await window.pilot.press("alt+n")
        await window.until(lambda: play.over, "end")
        assert play.result.met == play.result.expected == 3


async def test_a_run_stops_at_what_is_unexpected_and_goes_on_when_asked_again(
    tmp_path: Path,
) -> None:
    data = b"S: 220\nC: EHLO me\nS: 500 no\nC: NOOP\nS: 250\n"
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, data))
        await window.pilot.press("alt+a")
        await window.shows("Line 3: expected 500, got 250.")
        await window.shows("got 250 smtp.practice.test")
        play = window.app.desk.playing.play
        assert play is not None
        assert play.place == 3
        await window.pilot.press("alt+a")
        await window.shows("Script: 2 of 3 replies as expected.")


async def test_how_it_went_is_told_after_the_last_line_not_before(tmp_path: Path) -> None:
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, b"S: 220\nC: EHLO me\nS: 250\nC: NOOP\n"))
        await window.pilot.press("alt+a")
        await window.shows("Script: 2 of 2 replies as expected.")
        text = window.text()
        assert text.index("C  NOOP") < text.index("Script: 2 of 2")


async def test_the_cursor_says_how_far_to_run(tmp_path: Path) -> None:
    data = SHORT + b"C: RSET\nS: 250\n"
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, data))
        window.app.desk.query_one(ScriptPane).focus()
        await window.pilot.press("down", "down", "alt+r")
        play = window.app.desk.playing.play
        assert play is not None
        await window.until(lambda: play.place == 5, "NOOP")
        await window.idle()
        assert play.place == 5


async def test_message_text_that_is_not_wanted_is_not_sent(tmp_path: Path) -> None:
    data = b"S: 220\nC: EHLO me\nS: 250\nC: DATA\nS: 354\nC: text\nC: .\nS: 250\nC: NOOP\nS: 250\n"
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, data))
        await window.pilot.press("alt+a")
        await window.shows("Line 5: expected 354")
        await window.pilot.press("alt+a")
        await window.shows("expected 354 before message text")
        await window.pilot.press("alt+a")
        await window.shows("Script: 3 of 5 replies as expected.")
        assert "C  text" not in window.text()


async def test_after_the_server_hung_up_one_key_connects_and_says_all_of_it_again() -> None:
    async with live_window(practice=True) as window:
        await window.until(lambda: window.view.greeting is not None, "greeting")
        await window.enter("EHLO me")
        await window.enter("STARTTLS")
        await window.idle()
        await window.enter("EHLO me")
        await window.enter("AUTH PLAIN {PLAIN}")
        await window.enter("MAIL FROM:<a@example.org>")
        await window.enter("RCPT TO:<drop@example.org>")
        await window.until(lambda: not window.view.live, "end")
        await window.shows("alt+r also replays the session")
        first = window.view.connection
        await window.pilot.press("alt+r")
        await window.until(lambda: window.view.connection == first + 1, "another connection")
        await window.until(lambda: not window.view.live, "end")
        text = window.text()
        assert "AUTH PLAIN {PLAIN}" in text
        assert "password" not in text
        await window.shows("reconnects and replays to line")
        assert window.view.state.identity is not None


async def test_a_script_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    cut = _file(tmp_path, b"S: 220\nC: EHLO me\nS: 25")
    other = tmp_path / "binary.smtp"
    other.write_bytes(b"S: 220\n\x7fELF\0\0")
    async with asyncio.timeout(10), window() as w:
        for path, words in (
            (cut, "line 3: found"),
            (other, "line 2: found a NUL"),
            (tmp_path, "Is a directory"),
            (tmp_path / "none.smtp", "No such file"),
        ):
            w.desk.playing.open(str(path))
            told = ""
            while words not in told:
                await w.pilot.pause(0.01)
                told = " ".join(each.message for each in w.app._notifications)
        assert w.desk.playing.play is None


@pytest.mark.parametrize("name", ["none.smtp", "none.jsonl"])
async def test_a_name_that_cannot_be_opened_is_asked_for_again_and_not_lost(
    tmp_path: Path, name: str
) -> None:
    path = str(tmp_path / name)
    async with asyncio.timeout(10), window() as w:
        await w.press("alt+o")
        w.app.screen.query_one("#prompt", Input).value = path
        await w.press("enter")
        while "cannot be read: No such file" not in w.text():
            await w.pilot.pause(0.01)
        assert w.app.screen.query_one("#prompt", Input).value == path
        await w.press("escape")
        assert w.app.screen is w.desk
        assert not w.app._notifications


async def test_a_script_of_100_000_lines_opens_and_is_scrolled(tmp_path: Path) -> None:
    path = _file(tmp_path, b"S: 220\n" + b"C: NOOP\nS: 250\n" * 50_000)
    async with window() as w:
        w.desk.playing.open(str(path))
        while w.desk.playing.play is None:
            await w.pilot.pause(0.01)
        w.desk.query_one(ScriptPane).focus()
        await w.press("end")
        assert "100001 S: 250" in w.text()
        await w.press("home")
        assert "1 S: 220" in w.text()


async def test_a_password_that_stands_in_a_script_is_not_shown(tmp_path: Path) -> None:
    secret = b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
    data = b"S: 220\nC: AUTH PLAIN " + secret + b"\nS: 235\nC: AUTH LOGIN\nS: 334\nC: c2VjcmV0\n"
    async with window() as w:
        w.desk.playing.open(str(_file(tmp_path, data)))
        while w.desk.playing.play is None:
            await w.pilot.pause(0.01)
        await w.pilot.pause()
        text = w.text()
        assert secret.decode() not in text
        assert "c2VjcmV0" not in text
        assert "C: AUTH PLAIN ‹secret: 32 octets hidden›" in text


async def test_credentials_in_the_clear_are_asked_for_and_a_no_sends_nothing(
    tmp_path: Path,
) -> None:
    path = _file(tmp_path, b"S: 220\nC: AUTH PLAIN {PLAIN}\nS: 235\n")
    async with window() as w:
        scene = w.scene().open()
        w.desk.credentials.fill("user", "password")
        w.desk.playing.open(str(path))
        while w.desk.playing.play is None:
            await w.pilot.pause(0.01)
        await w.press("alt+n")
        assert "Send credentials here?" in w.text()
        await w.press("escape")
        scene.server(b"")
        await w.pilot.pause()
        assert not w.sent
        assert not [each for each in w.posted if isinstance(each, actions.SendRaw)]


async def test_a_key_with_alt_types_no_letter_where_a_terminal_names_the_letter_too() -> None:
    async with window() as w:
        field = w.desk.composer.field
        field.focus()
        w.app.post_message(events.Key("alt+o", "o"))
        await w.pilot.pause()
        await w.pilot.pause()
        assert field.value == ""
        assert "Open a script" in w.text()


async def test_a_script_may_be_opened_with_the_window(tmp_path: Path) -> None:
    app = Workbench(file=str(_file(tmp_path, SHORT)), worker=FakeWorker)
    async with asyncio.timeout(20), app.run_test(size=(120, 40)) as pilot:
        while app.desk.playing.play is None:
            await pilot.pause(0.01)
        assert len(app.desk.playing.play.steps) == 5


async def test_what_came_stands_in_one_column_however_long_the_lines_of_the_script_are(
    tmp_path: Path,
) -> None:
    data = b"S: 220 a greeting of some length\nC: EHLO me\nS: 250\nC: NOOP\nS: 250 2.0.0 OK\n"
    async with live_window(practice=True) as window:
        await _practising(window, _file(tmp_path, data))
        await window.pilot.press("alt+a")
        await window.shows("Script: 3 of 3 replies as expected.")
        strips = [window.app.desk.query_one(ScriptPane).render_line(y) for y in (0, 2, 4)]
        columns = {
            strip.text.rindex(words)
            for strip, words in zip(strips, (" 220 smtp", " 250 smtp", " 250 2.0.0 "), strict=True)
            if words in strip.text
        }
        assert len(columns) == 1, [strip.text for strip in strips]


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 5), ((120, 40), 10)])
async def test_script_and_queue_together_leave_the_log_room(
    tmp_path: Path, size: tuple[int, int], rows: int
) -> None:
    async with live_window(practice=True, size=size) as window:
        await _practising(window, _file(tmp_path, SHORT * 10))
        window.app.desk.queueing.add([f"NOOP {number}" for number in range(20)])
        await window.pilot.pause()
        assert window.app.desk.query_one("LogView").size.height >= rows
        assert window.app.desk.query_one("#composer").region.bottom == size[1] - 1
        for pane in ("#script", "#queue"):
            assert window.app.desk.query_one(pane).region.height >= 5
