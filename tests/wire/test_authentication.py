"""AUTH run to its end: what is sent, what is kept secret, and when it stops."""

from __future__ import annotations

import base64
import socket

import pytest

from smtp_tui.sasl import exchanges, mechanisms
from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange
from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Phase, Sync
from smtp_tui.wire.authentication import MOST_ROUNDS
from smtp_tui.wire.events import AuthFinished, Gone, Refused, Sent
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import TlsMode
from tests.wire.loopback import (
    Authority,
    Drive,
    dialogue,
    greet,
    lines_of,
    over_tls,
    saying,
    secured,
    silent,
    talking,
    wait_for_close,
)

Said = list[bytes | Exception | None]
"""What a mechanism says in turn; an error is raised."""

USER = Credentials("user@gmail.com", "password")
PLAIN = b"AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk\r\n"


def authenticated(driven: Drive, mechanism: str, credentials: Credentials = USER) -> AuthFinished:
    """Run a mechanism to its end."""
    greet(driven)
    driven.connection.authenticate(mechanism, credentials)
    driven.until(lambda: bool(driven.all(AuthFinished)), "AuthFinished")
    assert not driven.connection.authenticating
    return driven.one(AuthFinished)


def sent(driven: Drive) -> list[bytes]:
    """What went out."""
    return [event.data for event in driven.all(Sent)]


def test_plain_is_one_line_and_secret() -> None:
    with talking(dialogue((b"AUTH", b"235 2.7.0 Accepted\r\n"))) as driven:
        finished = authenticated(driven, "PLAIN")
        assert (finished.ok, finished.text) == (True, "Signed in with PLAIN: 235 2.7.0 Accepted")
        assert driven.connection.state.identity is not None
    assert sent(driven) == [PLAIN]
    only = driven.one(Sent)
    assert only.label == "PLAIN"
    ((start, end),) = only.secrets
    assert only.data[start:end] == PLAIN[11:-2]
    shown = repr(driven.events)
    assert "AHVzZXJAZ21haWwu" not in shown
    assert "password" not in shown


def test_login_answers_two_challenges() -> None:
    turns = dialogue(
        (b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n"),
        (base64.b64encode(b"user@gmail.com"), b"334 UGFzc3dvcmQ6\r\n"),
        (base64.b64encode(b"password"), b"235 ok\r\n"),
    )
    with talking(turns) as driven:
        assert authenticated(driven, "login").ok
    assert all(event.secrets for event in driven.all(Sent)[1:])
    assert "password" not in repr(driven.events)


def test_a_refusal_is_told_with_the_servers_words_made_harmless() -> None:
    with talking(dialogue((b"AUTH", b"535-5.7.8 \x1b[2Jno\r\n535 5.7.8 no\r\n"))) as driven:
        finished = authenticated(driven, "PLAIN")
    assert not finished.ok
    assert finished.text == "The server refused PLAIN: 535 5.7.8 ‹ESC›[2Jno"


@pytest.mark.parametrize(("length", "together"), [(372, True), (373, False)])
def test_an_initial_response_goes_along_only_within_512_octets(length: int, together: bool) -> None:
    credentials = Credentials("u", "p" * (length - 3))
    token = base64.b64encode(b"\0u\0" + credentials.password.encode())
    assert (len(b"AUTH PLAIN " + token + b"\r\n") <= 512) is together
    turns = (
        dialogue((b"AUTH PLAIN " + token + b"\r\n", b"235 ok\r\n"))
        if together
        else dialogue((b"AUTH PLAIN\r\n", b"334 \r\n"), (token + b"\r\n", b"235 ok\r\n"))
    )
    with talking(turns) as driven:
        assert authenticated(driven, "PLAIN", credentials).ok


def exchange_of(*responses: bytes | Exception | None) -> Exchange:
    """An exchange that gives these responses in turn."""
    for response in responses:
        if isinstance(response, Exception):
            raise response
        yield response


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What the mechanism X-TEST will say."""
    given: Said = []

    def begin(_: Credentials, __: Channel) -> Exchange:
        return exchange_of(*given)

    tested = mechanisms.Mechanism("X-TEST", 0, "", "")
    monkeypatch.setattr(mechanisms, "MECHANISMS", {"X-TEST": tested})
    monkeypatch.setattr(exchanges, "EXCHANGES", {"X-TEST": begin})
    return given


def test_an_empty_initial_response_is_an_equals_sign(
    responses: Said,
) -> None:
    responses[:] = [b""]
    with talking(dialogue((b"AUTH X-TEST =\r\n", b"235 ok\r\n"))) as driven:
        assert authenticated(driven, "X-TEST").ok


def test_an_empty_answer_is_an_empty_line(responses: Said) -> None:
    responses[:] = [None, b""]
    turns = dialogue((b"AUTH X-TEST\r\n", b"334 Zm9v\r\n"), (b"\r\n", b"235 ok\r\n"))
    with talking(turns) as driven:
        assert authenticated(driven, "X-TEST").ok


@pytest.mark.parametrize(
    ("said", "challenge", "words"),
    [
        ([None, None], b"Zm9v", "does not fit"),
        ([None, CredentialsError("The server asks for the impossible.")], b"Zm9v", "impossible"),
        ([None], b"Zm9v", "after X-TEST was complete"),
        ([None, b"secret"], b"Rubbish!", "no Base64"),
    ],
)
def test_what_cannot_be_answered_is_cancelled(
    said: Said,
    challenge: bytes,
    words: str,
    responses: Said,
) -> None:
    responses[:] = said
    turns = dialogue((b"AUTH", b"334 " + challenge + b"\r\n"), (b"*\r\n", b"501 cancelled\r\n"))
    with talking(turns) as driven:
        finished = authenticated(driven, "X-TEST")
        assert driven.connection.state.phase is Phase.COMMAND
    assert not finished.ok
    assert "cancelled" in finished.text
    assert words in finished.text


def test_a_server_that_asks_for_ever_is_cancelled_after_ten_answers(
    responses: Said,
) -> None:
    responses[:] = [None, *([b"more"] * 50)]

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        while line() not in {b"*\r\n", b""}:
            client.sendall(b"334 \r\n")
        client.sendall(b"501 enough\r\n")
        wait_for_close(client)

    with talking(script) as driven:
        finished = authenticated(driven, "X-TEST")
    assert f"more than {MOST_ROUNDS} times" in finished.text
    assert len(sent(driven)) == 1 + MOST_ROUNDS + 1


def test_a_server_that_asks_on_after_the_cancellation_gets_no_more_answers() -> None:
    turns = dialogue((b"AUTH", b"334 !\r\n"), (b"*", b"334 Zm9v\r\n"), (b"*", b"501 no\r\n"))
    with talking(turns) as driven:
        finished = authenticated(driven, "PLAIN")
        assert "goes on asking" in finished.text
        assert driven.connection.state.phase is Phase.AUTH
        driven.connection.send(b"*")
        driven.until_idle()


def test_an_injected_reply_stops_it_before_the_password_goes_out() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"334 VXNlcm5hbWU6\r\n250 INJECTED\r\n")
        assert wait_for_close(client) == b""

    with talking(script) as driven:
        finished = authenticated(driven, "LOGIN")
        assert driven.connection.state.sync is Sync.LOST
    assert not finished.ok
    assert "not certain" in finished.text
    assert sent(driven) == [b"AUTH LOGIN\r\n"]


def test_the_end_in_the_middle_is_told_before_the_connection_is_gone() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()

    with talking(script) as driven:
        greet(driven)
        driven.connection.authenticate("PLAIN", USER)
        driven.until_over()
    finished = driven.one(AuthFinished)
    assert not finished.ok
    assert driven.events.index(finished) < driven.events.index(driven.one(Gone))


def test_something_typed_meanwhile_takes_over() -> None:
    turns = dialogue((b"AUTH", b""), (b"NOOP", b"235 ok\r\n250 ok\r\n"))
    with talking(turns) as driven:
        greet(driven)
        driven.connection.authenticate("PLAIN", USER)
        driven.connection.send(b"NOOP")
        assert "something else was sent" in driven.one(AuthFinished).text
        driven.until_idle()
        assert len(driven.all(AuthFinished)) == 1


def test_hanging_up_in_the_middle_cancels_and_says_quit() -> None:
    turns = dialogue(
        (b"AUTH", b"334 VXNlcm5hbWU6\r\n"), (b"*", b"501 no\r\n"), (b"QUIT", b"221 bye\r\n")
    )
    with talking(turns) as driven:
        greet(driven)
        driven.connection.authenticate("LOGIN", USER)
        driven.connection.hang_up()
        driven.until_over()
    assert sent(driven) == [b"AUTH LOGIN\r\n", b"*\r\n", b"QUIT\r\n"]
    assert "being closed" in driven.one(AuthFinished).text


def test_it_is_refused_where_it_could_go_astray() -> None:
    turns = dialogue(
        (b"DATA", b"354 go\r\n"), (b".", b"250 ok\r\n"), (b"AUTH", b"334 \r\n"), (b"x", b"235 \r\n")
    )
    with talking(turns) as driven:
        driven.until_stage(Stage.OPEN)
        reasons: list[str] = []

        def refused() -> str:
            driven.connection.authenticate("PLAIN", USER)
            reasons.append(driven.all(Refused)[-1].text)
            assert len(driven.all(Refused)) == len(reasons)
            return reasons[-1]

        driven.connection.reading = False
        assert "greeting has not come" in refused()
        driven.connection.reading = True
        greet(driven)
        driven.connection.send(b"DATA")
        assert "DATA has not been answered" in refused()
        driven.until_idle()
        assert "not waiting for a command" in refused()
        driven.connection.send(b".")
        driven.until_idle()
        driven.connection.authenticate("LOGIN", USER)
        driven.connection.authenticate("PLAIN", USER)
        assert "LOGIN is running already" in driven.all(Refused)[-1].text
    assert all(b"AHVz" not in data for data in sent(driven))


def test_it_is_refused_once_replies_cannot_be_told_apart() -> None:
    with talking(saying(b"220 hi\r\n250 INJECTED\r\n")) as driven:
        driven.until_told(smtp.Desync)
        driven.connection.reading = False
        driven.connection.authenticate("PLAIN", USER)
        assert "not certain" in driven.one(Refused).text
    assert not driven.all(Sent)


def test_it_is_refused_without_a_connection() -> None:
    with talking(silent) as driven:
        driven.close()
        driven.connection.authenticate("PLAIN", USER)
        assert driven.one(Refused).text == "Not connected: connect first."


@pytest.mark.parametrize(
    ("mechanism", "credentials", "words"),
    [
        ("X-UNHEARD-OF", USER, "cannot be run"),
        ("PLAIN", Credentials("user", "hunter2\0"), "holds a NUL"),
    ],
)
def test_credentials_that_do_not_fit_are_refused_and_nothing_is_sent(
    mechanism: str, credentials: Credentials, words: str
) -> None:
    with talking(dialogue()) as driven:
        greet(driven)
        driven.connection.authenticate(mechanism, credentials)
        assert words in driven.one(Refused).text
        assert "hunter2" not in driven.one(Refused).text
        assert not driven.all(Sent)
        assert not driven.connection.authenticating


def test_it_runs_over_tls_too(authority: Authority) -> None:
    script = over_tls(authority.server(), dialogue((PLAIN, b"235 ok\r\n")))
    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        assert authenticated(driven, "PLAIN").ok
