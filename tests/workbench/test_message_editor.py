"""The message editor: what is written is kept, marked, and sent piece by piece."""

from __future__ import annotations

import os
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.document._document import Document
from textual.widgets import Input

from smtp_tui.practice import conversation
from smtp_tui.settings import Settings
from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Deliver, StopDelivery
from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target
from smtp_tui.workbench.attachments import attach
from smtp_tui.workbench.draft import MOST_TEXT, Draft
from smtp_tui.workbench.screens.message import MessageScreen
from tests.workbench.live import LiveWindow, live_window
from tests.workbench.scene import Scene
from tests.workbench.windows import Window, window

LOCAL = Target("127.0.0.1", 2525, ehlo="me.example.org")


def editor(at: Window) -> MessageScreen:
    screen = at.app.screen
    assert isinstance(screen, MessageScreen)
    return screen


def with_recipient(at: Window) -> Scene:
    """A session in which one recipient was accepted."""
    scene = at.scene(LOCAL).secured()
    return scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")


async def until(at: Window, condition: Callable[[], bool]) -> None:
    """Wait for a file to be read or written."""
    for _ in range(1000):
        if condition():
            return
        await at.pilot.pause(0.01)
    raise AssertionError(at.text())


async def _addressed(at: LiveWindow) -> MessageScreen:
    """Sign in at the practice server, name a recipient there, and open the editor."""
    await at.shows("220 smtp.practice.test")
    for line in ("EHLO me", "STARTTLS"):
        await at.enter(line)
    await at.until(lambda: at.view.encrypted, "TLS")
    for line in ("EHLO me", "AUTH PLAIN {PLAIN}", "MAIL FROM:<user@gmail.com>"):
        await at.enter(line)
    await at.enter("RCPT TO:<b@example.org>")
    await at.until(lambda: at.view.state.recipients == 1, "recipient")
    await at.pilot.press("f9")
    screen = at.app.screen
    assert isinstance(screen, MessageScreen)
    return screen


async def write(at: Window, text: str) -> None:
    editor(at).area.load_text(text)
    await at.pilot.pause(0.3)


async def test_the_message_goes_out_as_it_was_written_and_stays_in_the_editor() -> None:
    async with window(LOCAL) as at:
        with_recipient(at)
        await at.press("f9")
        await write(at, "Subject: x\n\n.dot\nü")
        await at.press("f8")
        assert at.posted == [Deliver("Subject: x\n\n.dot\nü".encode(), Way.DATA)]
        assert editor(at).area.text == "Subject: x\n\n.dot\nü"


async def test_without_a_recipient_the_way_is_told_and_asking_again_sends_it() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await at.press("f9", "f8")
        assert at.posted == []
        assert "No recipient was accepted yet" in at.text()
        await at.press("f8")
        assert len(at.posted) == 1
        assert "The message is on its way." in at.text()


async def test_the_editor_says_where_the_message_would_go() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        assert "not connected: what is written here stays" in at.text()
        scene = at.scene(LOCAL).secured()
        await at.pilot.pause()
        assert "no recipient was accepted yet: shift+f9 builds MAIL and RCPT" in at.text()
        scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<e@f>", b"550 no\r\n").both(b"RCPT TO:<g@h>", b"250 ok\r\n")
        await at.pilot.pause()
        assert "f8 sends it to 2 recipients" in at.text()
        await at.press("f9", "alt+d", "f9")
        assert "dry run: RSET goes out in its place" in at.text()


async def test_the_envelope_is_built_from_the_editor_and_its_lines_wait() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await at.press("f9", "shift+f9")
        at.app.screen.query_one("#envelope-recipients", Input).value = "c@d.example"
        await at.press("enter")
        assert "RCPT TO:<c@d.example>" in at.desk.composer.field.waiting
        assert at.posted == []
        assert at.app.focused is at.desk.query_one("#queue")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_key_of_the_editor_stands_whole_in_its_row(size: tuple[int, int]) -> None:
    async with window(LOCAL, size=size) as at:
        await at.press("f9")
        for key in ("f8 Send", "⇧f9 Envelope", "f6 Attach", "f4 $EDITOR", "escape Back"):
            assert any(key in row for row in at.rows()), key


async def test_a_message_that_could_not_be_sent_is_not_on_its_way() -> None:
    async with window(LOCAL) as at:
        with_recipient(at)
        await at.press("f9", "f8")
        reason = "The message was not sent: RSET has not been answered yet."
        at.desk.receive([wire.Refused(200.0, 1, reason)])
        await at.pilot.pause()
        assert reason in at.text()
        assert "The message is on its way." not in at.text()


async def test_why_nothing_was_sent_is_told_in_the_editor() -> None:
    async with window(LOCAL) as at:
        await at.press("f9", "f8")
        assert "Not connected: f5 connects." in at.text()
        scene = with_recipient(at)
        await at.press("f8")
        scene.sink(wire.Refused(1.0, 1, "The message was not sent: RCPT has no answer yet."))
        await at.pilot.pause()
        assert "RCPT has no answer yet" in at.text()
        assert "on its way" not in at.text()


async def test_a_refused_message_does_not_bring_the_last_line_back() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.enter("NOOP")
        await at.press("f9", "f8")
        scene.sink(wire.Refused(1.0, 1, "The message was not sent: NOOP has no answer yet."))
        await at.press("escape")
        assert at.desk.composer.text == ""
        assert "NOOP has no answer yet" in at.text()


async def test_the_end_of_the_message_before_is_not_taken_for_that_of_this_one() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9", "f8")
        scene.sink(wire.DeliveryFinished(1.0, 1, False, "The server refused the message: 552"))
        await at.press("f8")
        at.desk.drafting.show(at.desk.view)
        await at.pilot.pause()
        assert "552" not in at.text()
        assert "on its way" in at.text()
        scene.sink(wire.DeliveryFinished(2.0, 1, True, "The server took the message: 250"))
        await at.pilot.pause()
        assert "took the message" in at.text()


async def test_a_message_goes_on_while_the_editor_is_left_and_its_end_is_told() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9", "f8")
        scene.sink(progress(250, Way.BDAT))
        await at.press("f9")
        assert at.app.screen is at.desk
        assert StopDelivery() not in at.posted
        assert "A message is on its way: 25%" in at.text()
        scene.sink(wire.DeliveryFinished(2.0, 1, True, "The server took the message: 250"))
        await at.pilot.pause()
        assert "The server took the message" in at.text()


async def test_escape_on_the_command_line_stops_behind_a_chunk_too() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9", "f5", "f8")
        scene.sink(progress(250, Way.BDAT))
        await at.press("f9", "escape")
        assert at.posted[-1] == StopDelivery()


async def test_the_keys_of_the_editor_can_be_changed_and_are_shown_as_they_are() -> None:
    keymap = {"send": "f7", "auth": "f8", "message": "f11", "message-template": "shift+f4"}
    async with window(LOCAL, settings=Settings(keys=keymap)) as at:
        with_recipient(at)
        await at.press("f11")
        assert "f7 Send" in at.text()
        assert "⇧f4 Template" in at.text()
        await at.press("f8")
        assert at.posted == []
        await at.press("f7")
        assert len(at.posted) == 1
        await at.press("f11")
        assert at.app.screen is at.desk


async def test_another_template_can_be_taken_back() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "an hour of work")
        await at.press("f2", "down", "enter")
        assert "Grüße" in editor(at).area.text
        assert "ctrl+z" in at.text()
        await at.press("ctrl+z")
        assert editor(at).area.text == "an hour of work"


async def test_leaving_keeps_the_text() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "half a mess")
        await at.press("escape", "f9")
        assert editor(at).area.text == "half a mess"


async def test_the_session_gives_the_addresses_of_a_new_message() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await at.enter("MAIL FROM:<sender@example.org>")
        await at.enter("RCPT TO:<recipient@example.org>")
        await at.press("f9")
        assert "From: <sender@example.org>\nTo: <recipient@example.org>" in editor(at).area.text


async def test_what_a_server_may_refuse_stands_below_the_text() -> None:
    async with window(LOCAL) as at:
        at.scene(LOCAL).secured()
        await at.press("f9")
        await write(at, "Subject: x\n\n.dot\n" + "y" * 999)
        assert "line 4 is longer than 998 octets" in at.text()
        assert "line 3 begins with a dot" in at.text()
        assert "1,021 octets of 34.2 MiB · 4 lines · by DATA" in at.text()
        await at.press("f5")
        assert "does not offer CHUNKING" in at.text()
        assert "begins with a dot" not in at.text()


async def test_another_template_goes_out_in_the_way_that_was_chosen() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("f9", "f5", "f2", "down", "enter")
        assert at.desk.drafting.draft.name == "UTF-8 text"
        assert at.desk.drafting.draft.way is Way.BDAT


async def test_a_template_says_what_belongs_into_the_envelope() -> None:
    async with window(LOCAL) as at:
        await at.press("f9", "f2", "down", "down", "down", "down", "enter")
        assert "RCPT … NOTIFY=SUCCESS,FAILURE,DELAY" in at.text()


async def test_control_characters_in_a_message_reach_no_terminal() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "a\x1b]0;owned\x07b \u202e \udce9")
        assert not {"\x1b", "\x07", "\u202e", "\udce9"} & set(at.text())


async def test_a_file_is_sent_octet_for_octet_also_where_it_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(b"Subject: x\n\n\xff\xfe\x1b[2J\n")
    async with window(LOCAL) as at:
        with_recipient(at)
        await at.press("f9", "f3")
        at.app.screen.query_one("#prompt", Input).value = str(path)
        await at.press("enter")
        await until(at, lambda: "odd.eml" in at.text())
        await at.press("f8")
        assert at.posted == [Deliver(path.read_bytes(), Way.DATA)]


async def test_of_a_large_file_the_beginning_is_shown_and_all_of_it_sent(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    path.write_bytes(b"Subject: x\n\n" + b"y" * 70 + b"\n" + (b"z" * 70 + b"\n") * 5000)
    async with window(LOCAL) as at:
        with_recipient(at)
        desk = at.desk.drafting
        await at.press("f9")
        desk.read(str(path), editor(at)._told)
        await until(at, lambda: "large.eml" in at.text())
        assert editor(at).area.read_only
        assert len(editor(at).area.text) <= MOST_TEXT
        assert "the beginning is shown, all of it is sent" in at.text()
        await at.press("f8")
        assert at.posted == [Deliver(path.read_bytes(), Way.DATA)]


@pytest.mark.parametrize("name", ["missing.eml", "", "nul\0"])
async def test_a_file_that_cannot_be_read_leaves_the_message(tmp_path: Path, name: str) -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "keep me")
        at.desk.drafting.read(str(tmp_path / name), editor(at)._told)
        await until(at, lambda: "cannot be read" in at.text() or "no plain file" in at.text())
        assert editor(at).area.text == "keep me"


async def test_the_message_can_be_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "kept.eml"
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "Subject: kept\n")
        at.desk.drafting.write(str(path), editor(at)._told)
        await until(at, lambda: "Saved 14 octets" in at.text())
        assert path.read_bytes() == b"Subject: kept\n"


def progress(octets: int, way: Way) -> wire.DeliveryProgress:
    return wire.DeliveryProgress(1.0, 1, octets, 1000, way)


async def test_progress_is_shown_and_escape_stops_behind_a_chunk() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9", "f5", "f8")
        scene.sink(progress(250, Way.BDAT))
        await at.pilot.pause()
        assert "25% of 1000 octets" in at.text()
        assert "it is on its way, and goes on when f9 goes back" in at.text()
        await at.press("escape")
        assert at.posted[-1] == StopDelivery()
        scene.sink(wire.DeliveryFinished(1.0, 1, False, "Stopped after 250 of 1,000 octets."))
        await at.pilot.pause()
        assert "Stopped after 250" in at.text()
        assert "escape Back" in at.text()


async def test_what_was_begun_with_data_is_stopped_by_closing() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9", "f8")
        scene.sink(progress(250, Way.DATA))
        await at.pilot.pause()
        assert "escape closes the connection" in at.text()
        assert "escape Stop" in at.text()
        assert "escape Back" not in at.text()
        await at.press("escape")
        assert at.posted[-1] == StopDelivery(at_once=True)


async def test_when_the_server_closes_in_the_middle_the_message_and_the_count_stay() -> None:
    async with window(LOCAL) as at:
        scene = with_recipient(at)
        await at.press("f9")
        await write(at, "Subject: precious\n")
        await at.press("f8")
        scene.sink(progress(250, Way.DATA))
        text = "The connection ended after 250 of 1,000 octets of the message."
        scene.sink(wire.DeliveryFinished(1.0, 1, False, text))
        scene.gone(clean=False)
        await at.pilot.pause()
        assert "250 of 1,000 octets" in at.text()
        assert editor(at).area.text == "Subject: precious\n"


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
async def test_a_whole_message_reaches_the_practice_server(way: Way) -> None:
    async with live_window(practice=True) as at:
        screen = await _addressed(at)
        screen.area.load_text("Subject: live\n\n.\n..\nend")
        await at.pilot.pause()
        if way is Way.BDAT:
            await at.pilot.press("f5")
        await at.pilot.press("f8")
        await at.shows("The server took the message")
        messages = at.app.practice.messages
        assert messages is not None
        assert messages[-1].content == b"Subject: live\r\n\r\n.\r\n..\r\nend\r\n"


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
async def test_a_file_beyond_what_the_server_takes_is_told_before_and_its_552_after(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "SIZE_LIMIT", 3 * 1024 * 1024)
    path = tmp_path / "large.eml"
    path.write_bytes(b"Subject: large\r\n\r\n" + (b"x" * 78 + b"\r\n") * 65_536)
    async with live_window(practice=True) as at:
        screen = await _addressed(at)
        at.app.desk.drafting.read(str(path), screen._told)
        await at.shows("larger than the 3.0 MiB the server takes: expect 552")
        assert f"{path.stat().st_size:,} octets of 3.0 MiB" in at.text()
        if way is Way.BDAT:
            await at.pilot.press("f5")
        await at.pilot.press("f8")
        await at.until(lambda: at.view.delivered is not None, "end of the message")
        await at.shows("552 5.3.4 Your message exceeds the size limit.")
        assert len(at.app.desk.drafting.draft.octets) == path.stat().st_size


async def test_an_empty_file_is_an_empty_message(tmp_path: Path) -> None:
    path = tmp_path / "empty.eml"
    path.write_bytes(b"")
    async with window(LOCAL) as at:
        with_recipient(at)
        await at.press("f9")
        at.desk.drafting.read(str(path), editor(at)._told)
        await until(at, lambda: "empty.eml" in at.text())
        assert editor(at).area.text == ""
        assert "0 octets" in at.text()
        await at.press("f8")
        assert at.posted == [Deliver(b"")]


PLAIN = b"From: a@b\r\nSubject: x\r\n\r\nhello\r\n"


def parts(message: bytes) -> list[Any]:
    parsed = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(parsed, EmailMessage)
    return list(parsed.iter_parts())


def test_an_attached_file_stands_beside_the_text() -> None:
    text, file = parts(attach(PLAIN, "a.bin", bytes(range(256))))
    assert text.get_content() == "hello\r\n"
    assert file.get_filename() == "a.bin"
    assert file.get_content() == bytes(range(256))


def test_a_second_file_goes_behind_the_first() -> None:
    found = parts(attach(attach(PLAIN, "a.txt", b"one"), "b.eml", b"two"))
    assert [part.get_filename() for part in found] == [None, "a.txt", "b.eml"]


@given(st.binary(max_size=80), st.binary(max_size=20))
@settings(max_examples=60)
def test_whatever_the_text_is_a_file_can_be_attached(message: bytes, content: bytes) -> None:
    assert b"a.bin" in attach(message, "a.bin", content)


@given(st.binary(max_size=60))
def test_text_that_is_shown_and_not_changed_keeps_every_octet(octets: bytes) -> None:
    draft = Draft(octets)
    document = Document(draft.text)
    assert draft.with_text(document.newline.join(document.lines)).octets == octets


async def test_editing_one_letter_changes_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(b"A: b\r\n\r\nform\x0cfeed \xe2\x80\xa8 \x1c \xc2\x85\r\n")
    async with window(LOCAL) as at:
        await at.press("f9")
        at.desk.drafting.read(str(path), editor(at)._told)
        await until(at, lambda: "odd.eml" in at.text())
        await at.press("X")
        assert editor(at).draft.octets == b"X" + path.read_bytes()


async def test_pasted_text_has_the_lines_it_had() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "")
        at.app.post_message(events.Paste("a\rb\r\nc\x0bd\n"))
        await at.pilot.pause(0.3)
        assert editor(at).draft.octets == b"a\nb\nc\x0bd\n"
        assert at.posted == []


async def test_a_large_paste_is_taken_whole_and_shown_in_part() -> None:
    async with window(LOCAL) as at:
        await at.press("f9")
        await write(at, "head\n\ntail")
        editor(at).area.move_cursor((1, 0))
        at.app.post_message(events.Paste("y" * 10_000_000))
        await at.pilot.pause(0.3)
        assert editor(at).draft.octets == b"head\n" + b"y" * 10_000_000 + b"\ntail"
        assert editor(at).area.read_only
        assert "f4 edits it" in at.text()


async def test_a_pipe_nobody_writes_to_is_no_message(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with window(LOCAL) as at:
        await at.press("f9")
        at.desk.drafting.read(str(tmp_path / "pipe"), editor(at)._told)
        await until(at, lambda: "is no plain file" in at.text())


@given(st.text(max_size=12))
@settings(max_examples=50)
def test_whatever_its_name_a_file_can_be_attached(name: str) -> None:
    assert len(parts(attach(PLAIN, name, b"x"))) == 2


def test_a_message_that_calls_itself_multipart_and_is_none_takes_a_file() -> None:
    message = b"Subject: x\nContent-Type: multipart/mixed; boundary=x\n\nhello\n"
    text, _ = parts(attach(message, "note.txt", b"x"))
    assert "hello" in text.get_content()
