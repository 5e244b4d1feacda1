"""Before credentials leave over a connection that is not safe for them, the person is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from smtp_tui.practice.faults import Fault, combined
from smtp_tui.practice.server import PracticeAddress
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.wire.actions import Authenticate, Send, StartTls
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.screens.question import QuestionScreen
from tests.workbench.scene import FACTS, GMAIL, Scene
from tests.workbench.windows import Window, window

UNVERIFIED = replace(FACTS, verified=False, problem="self-signed certificate")
PRACTICE = PracticeAddress(
    "127.0.0.1", 2587, 2465, Path("ca.pem"), "user@gmail.com", "password", "token"
)
PLAIN = "AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


def asked(at: Window) -> bool:
    """Whether the question is on the screen."""
    return isinstance(at.app.screen, QuestionScreen)


async def in_the_clear(at: Window) -> Scene:
    """A session without TLS, with credentials filled in."""
    scene = at.scene().greeted()
    at.desk.credentials.fill("user@gmail.com", "password")
    await at.pilot.pause()
    return scene


async def test_f7_in_the_clear_asks_and_names_what_would_be_read() -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.press("f7")
        assert asked(at)
        assert "PLAIN" in at.text()
        assert "user@gmail.com" in at.text()
        words = str(at.app.screen.query_one(".dialog Static", Static).content)
        assert "The password will be readable by anyone on the path" in words
        assert at.posted == []


async def test_f7_over_tls_that_is_too_old_asks() -> None:
    async with window() as at:
        at.scene().secured(replace(FACTS, version="TLSv1.1"))
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.pilot.pause()
        await at.press("f7")
        assert asked(at)
        words = str(at.app.screen.query_one(".dialog Static", Static).content)
        assert "will go over TLS 1.1, which protects nothing any more" in words
        assert at.posted == []


@pytest.mark.parametrize("key", ["enter", "escape", "n"])
async def test_the_safe_answer_is_the_default(key: str) -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.press("f7", key)
        assert not asked(at)
        assert at.posted == []
        assert "Nothing was sent." in at.text()


async def test_who_wants_it_gets_it() -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.press("f7", "y")
        assert at.posted == [Authenticate("PLAIN", Credentials("user@gmail.com", "password"))]


async def test_the_other_button_is_one_key_away() -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.press("f7", "right", "enter")
        assert len(at.posted) == 1


async def test_f7_under_verified_tls_just_signs_in() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.press("f7")
        assert at.posted == [Authenticate("PLAIN", Credentials("user@gmail.com", "password"))]


async def test_an_unverified_certificate_is_named_with_its_fault() -> None:
    async with window() as at:
        at.scene().secured(UNVERIFIED)
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.press("f7")
        assert asked(at)
        words = str(at.app.screen.query_one(".dialog Static", Static).content)
        assert "certificate is not verified: self-signed certificate" in words


@pytest.mark.parametrize("line", [PLAIN, "AUTH LOGIN", "auth plain {PLAIN}", "AUTH CRAM-MD5"])
async def test_a_typed_auth_command_asks_too_and_keeps_the_line(line: str) -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.enter(line)
        assert asked(at)
        await at.press("escape")
        assert at.posted == []
        assert at.desk.composer.text == line


async def test_an_answer_to_a_challenge_asks_too() -> None:
    async with window() as at:
        scene = await in_the_clear(at)
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.enter("dXNlcg==")
        assert asked(at)
        await at.press("y")
        assert at.sent == [b"dXNlcg=="]


async def test_who_agreed_to_an_exchange_is_not_asked_at_each_of_its_answers() -> None:
    async with window() as at:
        scene = await in_the_clear(at)
        await at.enter("AUTH LOGIN")
        await at.press("y")
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.enter("dXNlcg==")
        scene.both(b"dXNlcg==", b"334 UGFzc3dvcmQ6\r\n")
        await at.enter("cGFzcw==")
        assert at.sent == [b"AUTH LOGIN", b"dXNlcg==", b"cGFzcw=="]
        scene.both(b"cGFzcw==", b"535 no\r\n")
        await at.enter("AUTH LOGIN")
        assert asked(at)


async def test_a_credential_pasted_astray_asks_too() -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.enter("AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk")
        assert asked(at)


@pytest.mark.parametrize("line", ["EHLO me", "AUTH EXTERNAL =", "AUTH ANONYMOUS", "*"])
async def test_what_gives_nothing_away_is_sent_without_a_question(line: str) -> None:
    async with window() as at:
        await in_the_clear(at)
        await at.enter(line)
        assert not asked(at)
        assert at.posted == [Send(line.encode())]


async def test_loopback_is_no_exception_for_a_tunnel_may_lead_on() -> None:
    async with window() as at:
        at.scene(replace(GMAIL, host="127.0.0.1")).greeted()
        await at.enter(PLAIN)
        assert asked(at)


async def test_the_practice_servers_account_is_no_secret() -> None:
    target = Target("127.0.0.1", 2587, ehlo="localhost")
    async with window(None) as at:
        at.desk.practise(target, PRACTICE)
        at.scene(target).greeted()
        await at.enter(PLAIN)
        assert not asked(at)
        assert at.sent == [PLAIN.encode()]


async def test_a_practice_server_with_a_fault_is_asked_about_like_any_other() -> None:
    target = Target("127.0.0.1", 2587, ehlo="localhost")
    async with window(None) as at:
        at.desk.practise(target, replace(PRACTICE, faults=combined([Fault.NO_STARTTLS])))
        at.scene(target).greeted()
        await at.enter(PLAIN)
        assert asked(at)


async def test_a_unix_socket_leads_nowhere_else() -> None:
    target = Target("", tls=TlsMode.NONE, unix_path=Path("/run/smtp"))
    async with window() as at:
        at.scene(target).greeted()
        await at.enter(PLAIN)
        assert not asked(at)


async def test_message_text_is_never_asked_about() -> None:
    async with window() as at:
        scene = await in_the_clear(at)
        scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")
        scene.both(b"DATA", b"354 go\r\n")
        await at.enter(PLAIN)
        assert at.sent == [PLAIN.encode()]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda scene: scene.server(b"250 unasked for\r\n"),
        lambda scene: scene.server(b"250 one\r\n").server(b"250 two\r\n"),
    ],
)
async def test_unsolicited_replies_alone_do_not_block(spoil: Callable[[Scene], Scene]) -> None:
    async with window() as at:
        spoil(at.scene().secured())
        await at.enter("NOOP")
        assert at.sent == [b"NOOP"]


MAIL = "MAIL FROM:<me@example.org>"


async def test_a_mail_goes_on_in_the_clear_only_when_the_person_says_so() -> None:
    async with window() as at:
        at.scene().greeted().both(b"EHLO me", b"250-x\r\n250 PIPELINING\r\n")
        await at.enter(MAIL)
        assert "Go on in the clear?" in at.text()
        assert "does not offer STARTTLS" in at.text()
        await at.press("escape")
        assert at.sent == []
        await at.press("enter")
        await at.press("y")
        assert at.sent == [MAIL.encode()]
        await at.enter(MAIL)
        assert at.sent == [MAIL.encode()] * 2


async def test_a_mail_after_a_refused_starttls_is_asked_about() -> None:
    async with window() as at:
        scene = at.scene().greeted().both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n")
        scene.both(b"STARTTLS", b"454 4.7.0 not now\r\n")
        await at.enter(MAIL)
        assert "server refused STARTTLS" in at.text()


@pytest.mark.parametrize("offered", [b"STARTTLS", b"PIPELINING"])
async def test_a_mail_where_the_person_chose_no_tls_or_still_can_is_not(offered: bytes) -> None:
    mode = TlsMode.STARTTLS if offered == b"STARTTLS" else TlsMode.NONE
    target = replace(GMAIL, tls=mode)
    async with window(target) as at:
        at.scene(target).greeted().both(b"EHLO me", b"250-x\r\n250 " + offered + b"\r\n")
        await at.enter(MAIL)
        assert at.sent == [MAIL.encode()]


async def test_starttls_that_is_not_offered_is_sent_at_the_second_time_of_asking() -> None:
    async with window() as at:
        at.scene().greeted().both(b"EHLO me", b"250-x\r\n250 PIPELINING\r\n")
        await at.press("f6")
        assert "does not offer STARTTLS" in at.text()
        assert StartTls() not in at.posted
        await at.press("f6")
        assert StartTls() in at.posted
