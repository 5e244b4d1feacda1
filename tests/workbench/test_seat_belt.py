"""The seat belt: a message that may reach people is asked about, once in a session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smtp_tui.practice.server import PracticeAddress
from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Deliver, Send, SendRaw
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.draft import Draft
from tests.workbench.scene import Scene
from tests.workbench.windows import Window, window

FAR = Target("mail.example.org", tls=TlsMode.NONE, ehlo="me.example.org")
ASKED = "Send a message for real?"


def with_envelope(
    at: Window, target: Target, recipients: int = 1, number: int = 1, hello: bytes = b"EHLO me"
) -> Scene:
    scene = at.scene(target, number).open().both(hello, b"250-hi\r\n250 CHUNKING\r\n")
    scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
    for each in range(recipients):
        scene.both(b"RCPT TO:<%d@c>" % each, b"250 ok\r\n")
    return scene.both(b"RCPT TO:<nobody@c>", b"550 no\r\n")


@pytest.mark.parametrize("line", ["DATA", "data ", "BDAT 5 LAST", "BURL imap://a LAST"])
@pytest.mark.parametrize("count", [1, 3])
async def test_a_typed_line_that_begins_a_message_asks_with_the_accepted_recipients(
    line: str, count: int
) -> None:
    async with window(FAR) as at:
        with_envelope(at, FAR, count)
        await at.enter(line)
        assert at.posted == []
        assert ASKED in at.text()
        who = "1 recipient" if count == 1 else f"{count} recipients"
        assert any("To  " in row and who in row for row in at.rows())
        assert at.desk.composer.text == line  # enter answers no, and the line stays
        await at.press("enter")
        assert at.posted == []
        await at.enter(line)
        await at.press("y")
        assert at.posted == [Send(line.encode())]


async def test_it_is_asked_once_in_a_session_and_again_in_the_next() -> None:
    async with window(FAR) as at:
        scene = with_envelope(at, FAR)
        at.desk.drafting.draft = Draft(b"Subject: x\n")
        await at.press("f9", "f8")
        assert ASKED in at.text()
        await at.press("y")
        assert at.posted == [Deliver(b"Subject: x\n")]
        scene.sink(wire.DeliveryFinished(1.0, 1, True, "The server took the message: 250 ok"))
        await at.press("f8")
        assert len(at.posted) == 2
        scene.gone()
        with_envelope(at, FAR, number=2)
        await at.press("f8")
        assert ASKED in at.text()
        assert len(at.posted) == 2


async def test_raw_octets_that_begin_a_message_ask_too_and_count_their_recipients() -> None:
    async with window(FAR) as at:
        at.scene(FAR).open().both(b"EHLO me", b"250 hi\r\n")
        await at.press("alt+x")
        await at.enter(r"RCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        assert at.posted == []
        assert "2 recipients" in at.text()
        await at.press("y")
        assert at.posted == [SendRaw(b"RCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")]


@pytest.mark.parametrize(
    "target",
    [
        Target("127.0.0.1", 2525, TlsMode.NONE),
        Target("127.9.9.9", 2525, TlsMode.NONE),
        Target("::1", 2525, TlsMode.NONE),
        Target("LocalHost.", 2525, TlsMode.NONE),
        Target("", 24, TlsMode.NONE, unix_path=Path("/run/lmtp"), lmtp=True),
    ],
    ids=lambda target: target.place,
)
async def test_on_this_computer_nothing_is_asked(target: Target) -> None:
    async with window(target) as at:
        with_envelope(at, target, hello=b"LHLO me" if target.lmtp else b"EHLO me")
        await at.enter("DATA")
        assert at.posted == [Send(b"DATA")]


@pytest.mark.parametrize("host", ["10.0.0.1", "::ffff:10.0.0.1", "localhost.example.org"])
async def test_a_host_that_only_looks_near_is_asked_about(host: str) -> None:
    target = replace(FAR, host=host)
    async with window(target) as at:
        with_envelope(at, target)
        await at.enter("DATA")
        assert at.posted == []
        assert ASKED in at.text()


async def test_lmtp_to_another_computer_asks_with_its_recipients() -> None:
    target = replace(FAR, lmtp=True)
    async with window(target) as at:
        with_envelope(at, target, 2, hello=b"LHLO me")
        await at.enter("DATA")
        assert at.posted == []
        assert "2 recipients" in at.text()


async def test_the_practice_server_is_never_asked_about() -> None:
    target = replace(FAR, host="127.0.0.1", port=2525)
    async with window(target) as at:
        at.desk.operator.practise(
            PracticeAddress("127.0.0.1", 2525, 4465, Path("ca.pem"), "u", "p", "t")
        )
        with_envelope(at, target)
        await at.enter("DATA")
        assert at.posted == [Send(b"DATA")]


async def test_message_text_that_looks_like_a_command_asks_nothing() -> None:
    async with window(FAR) as at:
        scene = with_envelope(at, FAR)
        await at.enter("DATA")
        await at.press("y")
        scene.both(b"DATA", b"354 go\r\n")
        await at.enter("DATA")
        assert ASKED not in at.text()
        assert at.posted == [Send(b"DATA"), Send(b"DATA")]


@pytest.mark.parametrize("target", [FAR, replace(FAR, host="127.0.0.1")])
async def test_a_dry_run_sends_rset_wherever_the_server_is(target: Target) -> None:
    async with window(target) as at:
        with_envelope(at, target)
        await at.press("alt+d")
        await at.enter("DATA")
        assert at.posted == [Send(b"RSET")]
        at.desk.drafting.draft = Draft(b"Subject: x\n")
        await at.press("f9", "f8")
        assert at.posted == [Send(b"RSET"), Send(b"RSET")]
        assert ASKED not in at.text()
