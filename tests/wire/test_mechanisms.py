"""The mechanisms on a connection: with the practice server, and with servers that lie."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.cli import main
from smtp_tui.practice.server import PracticeAddress, PracticeServer
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.smtp.state import Phase
from smtp_tui.wire.events import AuthFinished, Refused, Sent
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import Drive, dialogue, drive, greet, talking

USER = "user@gmail.com"


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeAddress]:
    with PracticeServer() as server:
        yield server.address


def finished(driven: Drive, mechanism: str, credentials: Credentials) -> AuthFinished:
    """Run a mechanism to its end; the connection takes commands again afterwards."""
    driven.connection.authenticate(mechanism, credentials)
    driven.until(lambda: bool(driven.all(AuthFinished)), "AuthFinished")
    return driven.one(AuthFinished)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"])
@pytest.mark.parametrize("right", [True, False])
def test_the_practice_server_takes_the_right_secret_only(
    practice: PracticeAddress, mechanism: str, right: bool
) -> None:
    secret = practice.token if mechanism == "XOAUTH2" else practice.password
    target = Target(
        practice.host, practice.tls_port, tls=TlsMode.IMPLICIT, ca_file=practice.ca_file
    )
    with drive(target) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        end = finished(driven, mechanism, Credentials(USER, secret if right else "hunter2"))
        assert end.ok is right
        assert ("235" if right else "535") in end.text
        assert (mechanism == "SCRAM-SHA-256" and right) is ("the server proved" in end.text)
        assert driven.connection.state.phase is Phase.COMMAND
        assert "hunter2" not in repr(driven.events)


def test_a_script_may_leave_any_mechanism_to_its_placeholder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = "S: 220\nC: EHLO me\nS: 250\nC: STARTTLS\nS: 220\nC: EHLO me\nS: 250\n"
    for dialogue_text in (
        "C: AUTH CRAM-MD5\nS: 334\nC: {CRAM-MD5}\nS: 235\n",
        "C: AUTH XOAUTH2 {XOAUTH2}\nS: 235\n",
        "C: AUTH SCRAM-SHA-256 {SCRAM-SHA-256}\nS: 334\nC: {SCRAM-SHA-256}\nS: 334\n"
        "C: {SCRAM-SHA-256}\nS: 235\n",
        "C: AUTH SCRAM-SHA-256\nS: 334\nC: {SCRAM-SHA-256}\nS: 334\nC: {SCRAM-SHA-256}\nS: 334\n"
        "C: {SCRAM-SHA-256}\nS: 235\n",
        "C: AUTH LOGIN {LOGIN.user}\nS: 334\nC: {LOGIN.password}\nS: 235\n",
    ):
        file = tmp_path / "script.smtp"
        file.write_text(begun + dialogue_text)
        assert main(["run", str(file), "--practice"]) == 0, capsys.readouterr()


def test_what_cannot_be_answered_stops_a_script_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "script.smtp"
    file.write_text(
        "C: EHLO me\nS: 250\nC: STARTTLS\nS: 220\nC: EHLO me\nS: 250\n"
        "C: AUTH LOGIN\nS: 334\nC: {SCRAM-SHA-256}\nS: 334\nC: {SCRAM-SHA-256}\nS: 235\n"
    )
    assert main(["run", str(file), "--practice"]) != 0
    assert "has not the form of SCRAM" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"334 *not base64*\r\n", "no Base64"),
        (b"334 " + base64.b64encode(b"r=x,s=MDEyMzQ1Njc4OWFi,i=4096") + b"\r\n", "not extend ours"),
        (b"334 " + base64.b64encode(b"e=other-error") + b"\r\n", "other-error"),
        (b"334 \r\n", "has not the form"),
    ],
)
def test_a_lying_server_is_left_with_a_star_and_the_connection_stays_usable(
    challenge: bytes, words: str
) -> None:
    turns = dialogue(
        (b"AUTH SCRAM-SHA-256 ", challenge),
        (b"*\r\n", b"501 5.7.0 cancelled\r\n"),
        (b"NOOP", b"250 ok\r\n"),
    )
    with talking(turns) as driven:
        greet(driven)
        end = finished(driven, "SCRAM-SHA-256", Credentials("user", "pencil"))
        assert not end.ok
        assert words in end.text
        driven.connection.send(b"NOOP")
        driven.until(lambda: not driven.connection.pending, "250")
        assert driven.connection.state.phase is Phase.COMMAND


@pytest.mark.parametrize(
    "said", [b"235 ok\r\n", b"235 2.7.0 dj1BQUFB\r\n", b"235 " + b"x" * 500 + b"\r\n", b"235\r\n"]
)
def test_success_without_the_servers_proof_is_no_success(said: bytes) -> None:
    with talking(dialogue((b"AUTH SCRAM-SHA-256 ", said))) as driven:
        greet(driven)
        end = finished(driven, "SCRAM-SHA-256", Credentials("user", "pencil"))
    assert not end.ok
    assert "without proving that it knows the password" in end.text


def test_a_challenge_that_never_ends_is_left_after_ten() -> None:
    turns = [(b"", b"334 VXNlcm5hbWU6\r\n")] * 30
    with talking(dialogue((b"AUTH XOAUTH2", b"334 e30=\r\n"), *turns)) as driven:
        greet(driven)
        assert not finished(driven, "XOAUTH2", Credentials("user", "token")).ok
        assert b"*\r\n" in [event.data for event in driven.all(Sent)]


def test_a_token_too_long_for_a_command_line_follows_in_the_second_step() -> None:
    turns = dialogue((b"AUTH XOAUTH2\r\n", b"334 \r\n"), (b"dXNlcj11", b"235 ok\r\n"))
    with talking(turns) as driven:
        greet(driven)
        assert finished(driven, "XOAUTH2", Credentials("u", "t" * 2000)).ok


def test_external_says_nothing_with_an_equals_sign() -> None:
    with talking(dialogue((b"AUTH EXTERNAL =\r\n", b"235 ok\r\n"))) as driven:
        greet(driven)
        assert finished(driven, "EXTERNAL", Credentials("", "")).ok


def test_plus_in_the_clear_is_refused_before_anything_is_sent() -> None:
    with talking(dialogue()) as driven:
        greet(driven)
        driven.connection.authenticate("SCRAM-SHA-256-PLUS", Credentials("user", "pencil"))
        assert "Channel binding needs TLS" in driven.one(Refused).text
        assert not driven.all(Sent)
