"""What the window says of what was asked for: in time, and no longer than it is true."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Abort, Authenticate, StartTls
from smtp_tui.workbench.panes.choice import Choice
from tests.workbench.scene import FACTS
from tests.workbench.windows import window

SIZES = [(120, 40), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("key", "action"), [("f6", StartTls), ("f7", Authenticate)])
async def test_ehlo_comes_first_and_nothing_goes_out_unless_asked_for_again(
    size: tuple[int, int], key: str, action: type[StartTls] | type[Authenticate]
) -> None:
    async with window(user="user", size=size) as at:
        at.desk.credentials.fill("user", "password")
        at.scene().open()
        await at.press(key)
        assert at.posted == []
        assert f"EHLO first: nothing was sent. {key} again tries it" in at.text()
        await at.press(key)
        if key == "f7":
            assert "Send credentials here?" in at.text()
            await at.press("y")
        assert [type(each) for each in at.posted] == [action]
        assert "EHLO first" not in at.text()


async def test_ehlo_comes_first_again_behind_tls() -> None:
    async with window(user="user") as at:
        at.desk.credentials.fill("user", "password")
        scene = at.scene().open()
        await at.press("f7")
        scene.both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n").both(b"STARTTLS", b"220 go\r\n")
        scene.tls(FACTS)
        await at.press("f7")
        assert at.posted == []
        assert "EHLO first" in at.text()


async def test_what_was_tried_again_is_not_told_to_be_tried_again() -> None:
    async with window(user="user") as at:
        at.desk.credentials.fill("user", "password")
        at.desk.query_one("#mechanism", Choice).value = "CRAM-MD5"
        at.scene().secured()
        await at.press("f7")
        assert "f7 again tries it" in at.text()
        await at.press("f7")
        assert len(at.posted) == 1
        assert "f7 again" not in at.text()


async def test_the_key_that_hangs_up_is_named_as_long_as_there_is_a_connection() -> None:
    async with window() as at:
        await at.press("ctrl+c")
        assert "Nothing runs. ctrl+q quits." in at.text()
        scene = at.scene().greeted()
        await at.press("ctrl+c")
        assert "Nothing runs. ctrl+g hangs up" in at.text()
        scene.gone()
        await at.pilot.pause()
        assert "hangs up" not in at.text()


async def test_that_there_is_no_script_is_over_when_one_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.smtp"
    path.write_bytes(b"S: 220\nC: NOOP\n")
    async with asyncio.timeout(20), window() as at:
        at.scene().greeted()
        await at.press("alt+n")
        assert "There is no script" in at.text()
        at.desk.playing.open(str(path))
        while at.desk.playing.play is None:
            await at.pilot.pause(0.01)
        assert "There is no script" not in at.text()


async def test_why_a_script_stopped_stays_in_sight_when_the_connection_closes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.smtp"
    path.write_bytes(b"S: 220\nC: EHLO me\nS: 250\nC: NOOP\nS: 250\n")
    async with asyncio.timeout(20), window() as at:
        scene = at.scene().open()
        at.desk.playing.open(str(path))
        while at.desk.playing.play is None:
            await at.pilot.pause(0.01)
        await at.press("alt+a")
        scene.client(b"EHLO me").gone(clean=False, text="It broke.")
        await at.pilot.pause()
        assert "the connection is closed." in at.text()


async def test_a_message_has_to_wait_as_long_as_the_server_has_not_answered() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").client(b"NOOP")
        await at.press("f9")
        assert "it has to wait" in at.text()
        assert "sends it to 1 recipient" not in at.text()
        await at.press("f8")
        assert "The message has to wait" in at.text()
        scene.server(b"250 fine\r\n")
        await at.pilot.pause()
        assert "has to wait" not in at.text()
        assert "f8 sends it to 1 recipient" in at.text()


async def test_that_a_recipient_is_missing_is_over_when_there_is_one() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        await at.press("f9", "f8")
        assert "No recipient was accepted yet" in at.text()
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n")
        await at.pilot.pause()
        assert "recipient was accepted" not in at.text()


async def test_after_a_message_was_taken_another_needs_recipients_of_its_own() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go\r\n")
        scene.client(b"hello").both(b".", b"250 taken\r\n")
        await at.press("f9")
        assert "no recipient was accepted yet" not in at.text()
        assert "another message needs its own recipients: shift+f9 names them" in at.text()


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_waited_for_is_told_with_what_escape_does(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        assert at.desk.composer.field.offer.startswith("RCPT")
        at.desk.composer.field.focus()
        scene.client(b"RCPT TO:<c@d>")
        await at.pilot.pause()
        assert "Waiting for the reply to RCPT; escape closes the connection." in at.text()
        assert at.desk.composer.field.offer == ""
        scene.server(b"250 ok\r\n")
        await at.pilot.pause()
        assert "Waiting" not in at.text()
        assert at.desk.composer.field.offer == "DATA"
        scene.client(b"NOOP")
        await at.press("escape")
        assert at.posted == [Abort()]


async def test_the_greeting_and_the_end_of_a_message_are_waited_for_in_words() -> None:
    async with window() as at:
        scene = at.scene().open(b"")
        await at.pilot.pause()
        assert "Waiting for the server's greeting; escape closes the connection." in at.text()
        scene.server(b"220 hi\r\n").both(b"EHLO me", b"250 x\r\n")
        scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")
        scene.both(b"DATA", b"354 go\r\n").client(b"hello").client(b".")
        await at.pilot.pause()
        assert "Waiting for the reply to the message;" in at.text()


async def test_what_never_was_connected_is_not_called_connected_no_more() -> None:
    async with window() as at:
        take = at.scene().connecting().sink
        take(wire.Failed(0, 1, wire.Failure.CONNECT, "Nothing listens there."))
        take(wire.Gone(0, 1, False, "Not connected."))
        await at.pilot.pause()
        assert "Not connected: f5 connects again." in at.text()


@pytest.mark.parametrize("size", SIZES)
async def test_the_practice_server_is_named_with_its_key(size: tuple[int, int]) -> None:
    async with window(None, size=size) as at:
        assert "f4     starts a practice server on this computer and connects to it" in at.text()
        await at.press("f3")
        assert "There is no practice server: f4 starts one." in at.text()


async def test_in_place_of_what_is_not_offered_the_strongest_is_suggested() -> None:
    async with window(user="user") as at:
        at.desk.query_one("#mechanism", Choice).value = "SCRAM-SHA-1"
        scene = at.scene().greeted().both(b"STARTTLS", b"220 go\r\n").tls()
        scene.both(b"EHLO me", b"250-x\r\n250 AUTH LOGIN PLAIN SCRAM-SHA-256 XOAUTH2\r\n")
        await at.pilot.pause()
        assert "Strongest offered: SCRAM-SHA-256" in at.text()
        assert at.desk.composer.field.offer == "AUTH SCRAM-SHA-256 {SCRAM-SHA-256}"
