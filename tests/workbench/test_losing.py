"""Nothing that took work is lost without a question, and nothing else is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Deliver
from smtp_tui.wire.target import Target
from smtp_tui.workbench.screens.message import MessageScreen
from tests.workbench.scene import Scene
from tests.workbench.windows import Window, window

LOCAL = Target("127.0.0.1", 2525, ehlo="me.example.org")
MANY = "".join(f"NOOP {number}\n" for number in range(20))


async def write(at: Window, text: str) -> None:
    """Type a message and go back to the session."""
    await at.press("f9")
    screen = at.app.screen
    assert isinstance(screen, MessageScreen)
    screen.area.load_text(text)
    await at.pilot.pause()


async def paste(at: Window, text: str) -> None:
    at.desk.composer.field.focus()
    at.app.post_message(events.Paste(text))
    await at.pilot.pause()
    await at.pilot.pause()


def deliver(at: Window, *, ok: bool) -> None:
    """The message goes out, and comes to its end."""
    scene = at.scene(LOCAL)
    at.desk.receive([wire.DeliveryProgress(scene.now, 1, 10, 10, wire.Way.DATA)])
    at.desk.receive([wire.DeliveryFinished(scene.now, 1, ok, "The server answered.")])


def addressed(at: Window) -> Scene:
    scene = at.scene(LOCAL).secured()
    return scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")


@pytest.mark.parametrize("back", [(), ("escape",)], ids=["in the editor", "back in the session"])
async def test_quitting_with_a_message_that_was_not_sent_asks(back: tuple[str, ...]) -> None:
    async with window(LOCAL) as at:
        await write(at, "an hour of work")
        await at.press(*back, "ctrl+q")
        assert not at.app._exit
        assert "not sent and not saved" in at.text()
        await at.press("escape")
        assert not at.app._exit
        assert at.desk.drafting.draft.text == "an hour of work"


@pytest.mark.parametrize("yes", ["y", "ctrl+q"])
async def test_who_means_it_leaves_with_one_more_key(yes: str) -> None:
    async with window(LOCAL) as at:
        await write(at, "an hour of work")
        await at.press("ctrl+q", yes)
        assert at.app._exit
        assert at.worker.stopped


async def test_quitting_with_lines_that_wait_asks_and_counts_all_of_them() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await paste(at, MANY)
        await at.press("ctrl+q")
        assert not at.app._exit
        assert "20 lines not sent" in at.text()


@pytest.mark.parametrize("text", ["", " \n\n"])
async def test_quitting_with_an_empty_message_asks_nothing(text: str) -> None:
    async with window(LOCAL) as at:
        await write(at, text)
        await at.press("ctrl+q")
        assert at.app._exit


async def test_quitting_with_a_template_nobody_changed_asks_nothing() -> None:
    async with window(LOCAL) as at:
        await at.press("f9", "f2", "down", "enter", "ctrl+q")
        assert at.app._exit


@pytest.mark.parametrize("ok", [True, False], ids=["accepted", "refused"])
async def test_a_message_the_server_took_is_not_asked_about(ok: bool) -> None:
    async with window(LOCAL) as at:
        addressed(at)
        await write(at, "hello")
        await at.press("f8")
        assert isinstance(at.posted[-1], Deliver)
        deliver(at, ok=ok)
        await at.press("ctrl+q")
        assert at.app._exit is ok


async def test_what_was_changed_after_the_message_went_out_is_asked_about() -> None:
    async with window(LOCAL) as at:
        addressed(at)
        await write(at, "hello")
        await at.press("f8")
        await at.press("end", "x")
        deliver(at, ok=True)
        await at.press("ctrl+q")
        assert not at.app._exit


async def test_a_message_that_was_saved_is_not_asked_about(tmp_path: Path) -> None:
    async with window(LOCAL) as at:
        await write(at, "hello")
        saved: list[str] = []
        at.desk.drafting.write(str(tmp_path / "kept.eml"), saved.append)
        while not saved:
            await at.pilot.pause(0.01)
        await at.press("ctrl+q")
        assert at.app._exit


async def test_a_message_taken_from_a_file_is_not_asked_about(tmp_path: Path) -> None:
    (tmp_path / "there.eml").write_bytes(b"Subject: a file\r\n\r\nhello\r\n")
    async with window(LOCAL) as at:
        taken: list[str] = []
        at.desk.drafting.read(str(tmp_path / "there.eml"), taken.append)
        while not taken:
            await at.pilot.pause(0.01)
        await at.press("ctrl+q")
        assert at.app._exit


async def test_escape_asks_before_it_drops_many_lines() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await paste(at, MANY)
        await at.press("escape", "escape")  # the first empties the command line
        assert "19 lines wait to be sent" in at.text()
        await at.press("enter")
        assert len(at.desk.queueing.queue.waiting) == 19
        await at.press("escape", "y")
        assert at.desk.queueing.queue.waiting == []
        assert "19 more queued lines dropped" in at.text()
