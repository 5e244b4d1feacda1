"""Revealing: secrets in sight for five seconds, by a clock of the test's own, and never kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.screen import Screen
from textual.widgets import Input

from smtp_tui.workbench.revealing import Revealing
from tests.workbench.windows import Window, window

ANSWER = "cGFzc3dvcmQ="
PLAIN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


class Clock:
    """Stands in for timers of screens: time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[Alarm] = []

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Alarm:
        self._due.append(Alarm(self.now + delay, callback))
        return self._due[-1]

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for alarm in [each for each in self._due if each.at <= self.now]:
            self._due.remove(alarm)
            if not alarm.stopped:
                alarm.callback()


class Alarm:
    """One timer."""

    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback = callback
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()

    def set_timer(_: Screen[None], delay: float, callback: Callable[[], None]) -> Alarm:
        return made.set_timer(delay, callback)

    monkeypatch.setattr(Screen, "set_timer", set_timer)
    return made


async def answering(at: Window) -> None:
    """LOGIN asks for the password, and it is typed by hand."""
    scene = at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
    scene.both(b"dXNlcg==", b"334 UGFzc3dvcmQ6\r\n")
    await at.type(ANSWER)


async def passes(at: Window, clock: Clock, seconds: float) -> None:
    clock.pass_by(seconds)
    await at.pilot.pause()


async def test_a_typed_answer_is_in_sight_for_five_seconds(clock: Clock) -> None:
    async with window() as at:
        await answering(at)
        assert ANSWER not in at.text()
        await at.press("ctrl+r")
        assert ANSWER in at.text()
        await passes(at, clock, 4.9)
        assert ANSWER in at.text()
        await passes(at, clock, 0.2)
        assert ANSWER not in at.text()
        assert at.desk.composer.text == ANSWER


async def test_a_second_time_the_five_seconds_begin_anew(clock: Clock) -> None:
    async with window() as at:
        await answering(at)
        await at.press("ctrl+r")
        await passes(at, clock, 3.0)
        await at.press("ctrl+r")
        await passes(at, clock, 3.0)
        assert ANSWER in at.text()
        await passes(at, clock, 2.1)
        assert ANSWER not in at.text()


async def test_what_was_revealed_is_remembered_nowhere(clock: Clock) -> None:
    async with window() as at:
        await answering(at)
        await at.press("ctrl+r", "enter")
        assert at.sent == [ANSWER.encode()]
        at.desk.composer.insert("")
        await at.press("up")
        assert at.desk.composer.text == ""
        await passes(at, clock, 5.0)
        assert ANSWER not in at.text()
        assert not at.app._notifications
        assert at.app.clipboard == ""


async def test_revealed_is_what_was_typed_and_the_log_stays_masked(clock: Clock) -> None:
    async with window() as at:
        at.scene().secured().both(f"AUTH PLAIN {PLAIN}".encode(), b"535 no\r\n")
        await at.press("ctrl+r")
        assert PLAIN not in at.text()
        assert "‹PLAIN: 32 octets hidden›" in at.text()


async def test_the_forms_are_masked_again_too(clock: Clock) -> None:
    async with window() as at:
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.press("ctrl+r")
        assert PLAIN in at.text()
        assert "[password]" in at.text()
        await passes(at, clock, 5.0)
        assert PLAIN not in at.text()
        assert "[password]" not in at.text()
        assert at.desk.query_one("#password", Input).password


async def test_the_decoder_reveals_for_as_long(clock: Clock) -> None:
    async with window() as at:
        await at.press("shift+f7")
        at.app.screen.query_one("#pasted", Input).value = PLAIN
        await at.press("ctrl+r")
        assert PLAIN in at.text()
        assert "••••" not in at.text()
        await passes(at, clock, 5.0)
        assert PLAIN not in at.text()


@pytest.mark.parametrize("where", ["window", "decoder"])
async def test_a_screenshot_shows_nothing_revealed(clock: Clock, where: str) -> None:
    async with window() as at:
        at.desk.credentials.fill("user@gmail.com", "password")
        if where == "decoder":
            await at.press("shift+f7")
            at.app.screen.query_one("#pasted", Input).value = PLAIN
        await at.press("ctrl+r")
        assert PLAIN in at.text()
        assert PLAIN not in at.app.export_screenshot()
        await at.pilot.pause()
        assert PLAIN not in at.text()


async def test_masking_what_is_not_revealed_changes_nothing(clock: Clock) -> None:
    calls: list[bool] = []
    async with window() as at:
        revealing = Revealing(at.desk, calls.append)
        revealing.end()
        assert calls == []
        revealing.begin()
        revealing.end()
        clock.pass_by(10.0)
        assert calls == [True, False]
