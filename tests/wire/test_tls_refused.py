"""Every way in which TLS does not come about: injection, the wrong mode, failed handshakes."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Phase
from smtp_tui.wire.events import (
    Alarm,
    Failed,
    Failure,
    Gone,
    Note,
    Protection,
    Received,
    Refused,
    Remedy,
    Sent,
    TlsEstablished,
    TlsStarted,
    Trying,
)
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.certificates import NOW
from tests.wire.loopback import (
    AFTER_TLS,
    SESSION,
    Authority,
    Drive,
    after_starttls,
    dialled,
    drive,
    free_port,
    greet,
    lines_of,
    over_tls,
    saying,
    secured,
    serve,
    server_context,
    silent,
    talking,
    up_to_starttls,
    wait_for_close,
)


def failure_of(driven: Drive) -> Failed:
    """How it failed; that must be told once, and end with ``Gone``."""
    driven.until_over()
    assert isinstance(driven.events[-1], Gone)
    failed = driven.one(Failed)
    assert failed == driven.connection.failure
    assert failed.failure is Failure.TLS
    assert driven.connection.state.phase is Phase.BROKEN
    return failed


# Injection


@pytest.mark.parametrize("behind", [b"250-evil\r\n", b"250 evil", b"\x16"])
def test_plain_text_behind_the_220_stops_everything(authority: Authority, behind: bytes) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"220 go ahead\r\n" + behind)
        assert wait_for_close(client) == b""  # not even a ClientHello

    with secured(authority, script, TlsMode.STARTTLS) as driven:
        greet(driven)
        driven.connection.start_tls()
        driven.until_over()
    assert driven.told(smtp.Malformed)[0].raw == behind
    alarm = driven.one(Alarm)
    assert alarm.data == behind
    assert "injecting" in alarm.text
    assert not driven.all(TlsStarted)
    assert not driven.one(Gone).clean
    assert driven.connection.state.phase is Phase.BROKEN
    assert len(driven.told(smtp.Reply)) == 2


def test_plain_text_in_a_later_segment_is_shown_and_never_parsed(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"220 go ahead\r\n")
        client.recv(3)  # the ClientHello is under way
        client.sendall(b"250-evil\r\n")
        wait_for_close(client)

    with secured(authority, script, TlsMode.STARTTLS) as driven:
        greet(driven)
        driven.connection.start_tls()
        failed = failure_of(driven)
    assert driven.one(Alarm).data == b"250-evil\r\n"
    assert driven.all(Received)[-1].data == b"250-evil\r\n"
    assert failed.remedy is None
    assert len(driven.told(smtp.Reply)) == 2


def test_a_command_behind_starttls_stops_everything(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        line()
        line()
        client.sendall(b"220 go ahead\r\n")
        assert wait_for_close(client) == b""

    with secured(authority, script, TlsMode.STARTTLS) as driven:
        greet(driven)
        driven.connection.send_raw(b"STARTTLS\r\nNOOP\r\n")
        driven.until_over()
    assert "behind STARTTLS" in driven.one(Alarm).text


# The wrong mode


def test_implicit_tls_to_a_plain_port_shows_its_greeting() -> None:
    with dialled(saying(b"220 plain.example ESMTP\r\n"), TlsMode.IMPLICIT) as driven:
        failed = failure_of(driven)
    assert driven.one(Received).data == b"220 plain.example ESMTP\r\n"
    assert driven.one(Received).protection is Protection.CLEAR
    assert "“220 plain.example ESMTP”" in failed.text
    assert "STARTTLS" in failed.text
    assert failed.remedy is Remedy.USE_STARTTLS
    assert not driven.all(Alarm)


@pytest.mark.parametrize("octets", [b"\x15\x03\x01\x00\x02\x02\x46", b"\x16\x03"])
def test_tls_on_a_plain_connection_is_recognised(octets: bytes) -> None:
    with talking(saying(octets)) as driven:
        failed = failure_of(driven)
    assert driven.one(Received).data == octets
    assert "speaks implicit TLS" in failed.text
    assert failed.remedy is Remedy.USE_IMPLICIT_TLS


def test_a_tls_server_that_hangs_up_on_clear_text_is_suspected(authority: Authority) -> None:
    with talking(over_tls(authority.server(), SESSION)) as driven:
        driven.until_stage(Stage.OPEN)
        driven.connection.send(b"EHLO me")
        driven.until_over()
    note = driven.one(Note)
    assert "expects implicit TLS" in note.text
    assert note.remedy is Remedy.USE_IMPLICIT_TLS


# Handshakes that fail


def test_a_certificate_for_another_name_fails_with_its_chain(authority: Authority) -> None:
    with secured(
        authority, over_tls(authority.server("mail.example"), SESSION), TlsMode.IMPLICIT
    ) as driven:
        failed = failure_of(driven)
    assert "mail.example, not for 127.0.0.1" in failed.text
    assert failed.remedy is Remedy.SKIP_VERIFICATION
    assert failed.facts is not None
    assert len(failed.facts.chain) == 1
    assert not failed.facts.verified
    assert failed.facts.problem in failed.text
    assert not driven.all(TlsEstablished)


def test_an_expired_certificate_after_starttls_fails_too(authority: Authority) -> None:
    certificate = authority.ca.issue_cert("127.0.0.1", not_after=NOW - timedelta(days=3))
    with secured(
        authority, after_starttls(server_context(certificate), AFTER_TLS), TlsMode.STARTTLS
    ) as driven:
        up_to_starttls(driven)
        failed = failure_of(driven)
    assert "expired" in failed.text
    assert driven.connection.protection is Protection.CLEAR
    assert [sent.data for sent in driven.all(Sent)] == [b"EHLO me\r\n", b"STARTTLS\r\n"]


def test_without_a_ca_file_the_test_authority_is_not_trusted(authority: Authority) -> None:
    with dialled(over_tls(authority.server(), SESSION), TlsMode.IMPLICIT) as driven:
        failed = failure_of(driven)
    assert "not trusted here" in failed.text
    assert failed.remedy is Remedy.SKIP_VERIFICATION


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_certificate_is_a_failed_handshake(
    authority: Authority, version: ssl.TLSVersion
) -> None:
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version
    with secured(authority, over_tls(context, SESSION), TlsMode.IMPLICIT) as driven:
        driven.until_over()
        failed = driven.one(Failed)
    assert "wants a certificate from its clients" in failed.text
    assert failed.remedy is None


@pytest.mark.parametrize("after", [0, 1])
def test_the_end_in_the_handshake_is_told(authority: Authority, after: int) -> None:
    def script(client: socket.socket) -> None:
        if after:
            client.recv(4096)

    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        failed = failure_of(driven)
    assert "during the TLS handshake" in failed.text


def test_the_end_right_after_the_220_is_told(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"220 go ahead\r\n")

    with secured(authority, script, TlsMode.STARTTLS) as driven:
        greet(driven)
        driven.connection.start_tls()
        failed = failure_of(driven)
    assert "during the TLS handshake" in failed.text


def test_a_reset_in_the_handshake_is_told(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        client.recv(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        failed = failure_of(driven)
    assert "during the TLS handshake" in failed.text


def test_a_silent_handshake_ends_with_the_timeout(authority: Authority) -> None:
    with serve(silent) as server:
        target = replace(authority.target(server.port, TlsMode.IMPLICIT), timeout=30)
        with drive(target) as driven:
            driven.until_stage(Stage.HANDSHAKING)
            driven.pass_time(29)
            assert not driven.connection.finished
            driven.connection.send(b"NOOP")
            assert "handshake" in driven.one(Refused).text
            driven.pass_time(2)
            failed = failure_of(driven)
    assert "30 s" in failed.text


def test_a_bad_ca_file_is_told_before_anything_is_dialled(tmp_path: Path) -> None:
    for mode in TlsMode:
        target = Target("127.0.0.1", free_port(), mode, ca_file=tmp_path / "none.pem")
        with drive(target) as driven:
            driven.until_over()
            assert "does not exist" in driven.one(Failed).text
            assert driven.one(Failed).failure is Failure.TLS
            assert not driven.all(Trying)
