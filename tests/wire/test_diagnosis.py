"""What is said of a server that is the wrong one, the wrong way or out of sorts, phase by phase."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from smtp_tui.smtp import events as smtp
from smtp_tui.wire.events import Failed, Gone, Note, Remedy
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import (
    PATIENCE,
    Authority,
    Drive,
    after_starttls,
    dialled,
    dialogue,
    drive,
    greet,
    lines_of,
    over_tls,
    plain,
    saying,
    secured,
    serve,
    silent,
    talking,
    up_to_starttls,
    wait_for_close,
)

RESET = b"\1\0\0\0\0\0\0\0"
NO_TLS = dialogue((b"EHLO", b"250-loopback\r\n250 AUTH PLAIN\r\n"), (b"MAIL", b"250 ok\r\n"))


def notes(driven: Drive) -> list[str]:
    return [note.text for note in driven.all(Note)]


def starttls_wanted(port: int) -> Target:
    return Target("127.0.0.1", port, TlsMode.STARTTLS, timeout=PATIENCE)


# The greeting


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (b"421 too busy\r\n", "takes no more clients just now"),
        (b"450 later\r\n", "not ready to talk"),
        (b"521 no mail here\r\n", "takes no mail at all"),
        (b"550 go away\r\n", "does not want to talk"),
        (b"554 no\r\n", "takes no mail from this address"),
        (b"+OK Dovecot ready.\r\n", "This is a POP3 server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "This is an SSH server"),
        (b"220 ProFTPD ready\r\n", "This is an FTP server"),
    ],
)
def test_an_unusual_greeting_is_explained(greeting: bytes, words: str) -> None:
    with talking(saying(greeting)) as driven:
        driven.until_over()
    assert words in notes(driven)[0]


def test_a_web_server_is_known_by_its_answer_to_ehlo() -> None:
    def script(client: socket.socket) -> None:
        lines_of(client)()
        client.sendall(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>\r\n")

    with talking(script) as driven:
        driven.until_stage(Stage.OPEN)
        driven.connection.send(b"EHLO me")
        driven.until_over()
    assert notes(driven)[0].startswith("This is a web server")
    assert len([text for text in notes(driven) if "web server" in text]) == 1


def test_implicit_tls_to_an_imap_port_names_it() -> None:
    with dialled(saying(b"* OK IMAP4rev1 ready\r\n"), TlsMode.IMPLICIT) as driven:
        driven.until_over()
    failed = driven.one(Failed)
    assert "“* OK IMAP4rev1 ready”. This is an IMAP server" in failed.text
    assert failed.remedy is None


# LMTP and SMTP


@pytest.mark.parametrize(
    ("greeting", "words", "remedy"),
    [
        (b"220 store LMTP ready\r\n", "speaks LMTP", Remedy.SPEAK_LMTP),
        (b"220 old\r\n", "takes HELO instead", None),
    ],
)
def test_a_server_that_knows_no_ehlo_is_explained(
    greeting: bytes, words: str, remedy: Remedy | None
) -> None:
    with talking(dialogue((b"EHLO", b"500 what?\r\n"), greeting=greeting)) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        note = driven.one(Note)
    assert words in note.text
    assert note.remedy is remedy


def test_smtp_where_lmtp_was_meant_is_explained() -> None:
    with (
        serve(dialogue((b"LHLO", b"502 5.5.1 what?\r\n"))) as server,
        drive(replace(plain(server.port), lmtp=True)) as driven,
    ):
        greet(driven)
        driven.ask(b"LHLO me")
        note = driven.one(Note)
    assert "speaks SMTP" in note.text
    assert note.remedy is Remedy.SPEAK_SMTP


# STARTTLS


def test_missing_starttls_is_said_once_and_nothing_is_sent() -> None:
    turns = dialogue((b"EHLO", b"250 loopback\r\n"), (b"EHLO", b"250 loopback\r\n"))
    with serve(turns) as server, drive(starttls_wanted(server.port)) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        driven.ask(b"EHLO me")
        assert len(driven.all(Note)) == 1
        assert "does not offer STARTTLS" in driven.one(Note).text
        assert not driven.connection.pending


def test_who_wants_no_tls_does_not_hear_that_there_is_none() -> None:
    with talking(NO_TLS) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        assert not driven.all(Note)


def test_starttls_is_not_missed_inside_tls(authority: Authority) -> None:
    inside = dialogue((b"EHLO", b"250 loopback\r\n"), greeting=b"")
    with secured(authority, after_starttls(authority.server(), inside), TlsMode.STARTTLS) as driven:
        up_to_starttls(driven)
        driven.until(lambda: driven.connection.facts is not None)
        driven.ask(b"EHLO me")
        assert not driven.all(Note)


# Handshakes at a port without TLS


def test_a_handshake_without_an_answer_is_spoken_of_after_five_seconds() -> None:
    with serve(silent) as server:
        target = Target("127.0.0.1", server.port, TlsMode.IMPLICIT, timeout=30)
        with drive(target) as driven:
            driven.until_stage(Stage.HANDSHAKING)
            driven.pass_time(4.9)
            assert not driven.all(Note)
            driven.pass_time(0.2)
            note = driven.one(Note)
            assert "greet in plain text first" in note.text
            assert note.remedy is Remedy.USE_STARTTLS
            driven.pass_time(30)
            assert driven.one(Failed).remedy is Remedy.USE_STARTTLS


def test_a_late_greeting_in_plain_text_is_still_recognised() -> None:
    def script(client: socket.socket) -> None:
        client.recv(4096)  # the ClientHello, which it takes for a client that is too hasty
        client.sendall(b"554 SMTP synchronization error\r\n")
        wait_for_close(client)

    with dialled(script, TlsMode.IMPLICIT) as driven:
        driven.until_over()
    assert "“554 SMTP synchronization error”: this port wants STARTTLS" in driven.one(Failed).text


# How it ends, by phase


def after(client: socket.socket, *answers: bytes) -> None:
    """Greet, answer lines one by one, and read one line more."""
    client.sendall(b"220 hi\r\n")
    line = lines_of(client)
    for answer in answers:
        line()
        client.sendall(answer)
    line()


def test_a_close_at_ehlo_says_what_it_may_be_about() -> None:
    with talking(after) as driven:
        greet(driven)
        driven.connection.send(b"EHLO me")
        driven.until_over()
    assert driven.one(Gone).text == (
        "The server closed the connection without answering EHLO:"
        " perhaps it does not like this name or this address."
    )


def test_a_close_in_the_middle_of_a_message_counts_its_octets() -> None:
    def script(client: socket.socket) -> None:
        after(client, b"354 go\r\n")

    with talking(script) as driven:
        greet(driven)
        driven.ask(b"DATA")
        driven.connection.send(b"hello")
        driven.until_over()
    assert driven.one(Gone).text == (
        "The server closed the connection in the middle of the message, after 7 octets of it:"
        " nothing of it was taken, so it can be sent again."
    )


def test_a_close_after_a_message_leaves_open_what_became_of_it() -> None:
    def script(client: socket.socket) -> None:
        after(client, b"354 go\r\n", b"")

    with talking(script) as driven:
        greet(driven)
        driven.ask(b"DATA")
        driven.text(b"hello\r\n")
        driven.until_over()
    text = driven.one(Gone).text
    assert "without saying what became of the message, of which 10 octets had gone out" in text
    assert "may arrive twice" in text


@pytest.mark.parametrize(
    ("answers", "line", "words"),
    [
        ((), b"NOOP", "without answering NOOP"),
        ((b"354 go\r\n",), b"text", "in the middle of the message, after 6 octets"),
    ],
)
def test_a_reset_names_the_phase(answers: tuple[bytes, ...], line: bytes, words: str) -> None:
    def script(client: socket.socket) -> None:
        after(client, *answers)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    with talking(script) as driven:
        greet(driven)
        if answers:
            driven.ask(b"DATA")
        driven.connection.send(line)
        driven.until_over()
    text = driven.one(Gone).text
    assert text.startswith("The connection broke (Connection reset by peer) ")
    assert words in text


@pytest.mark.parametrize(
    "said", [b"421 4.4.2 mail.example Error: timeout exceeded\r\n", b"421 Idle for too long\r\n"]
)
def test_an_idle_time_out_is_explained(said: bytes) -> None:
    with talking(saying(b"220 hi\r\n", said)) as driven:
        driven.until_over()
    assert driven.one(Gone).text.endswith(
        ": it waits only so long for the next command, so connect again."
    )
    assert driven.told(smtp.Unsolicited)


def test_tls_that_was_cut_off_says_in_which_phase(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        after(client, b"354 go\r\n", b"")

    with secured(authority, over_tls(authority.server(), script), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.ask(b"DATA")
        driven.text(b"hello\r\n")
        driven.until_over()
    assert driven.one(Gone).text == (
        "The connection ended without saying what became of the message, of which 10 octets had"
        " gone out: it may have been taken or not, so sent again it may arrive twice."
        " TLS was not ended first, so somebody on the way may have cut it."
    )
