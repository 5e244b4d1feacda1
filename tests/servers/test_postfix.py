"""The real Postfix the other tests rely on: what it offers, refuses and delivers."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.wire.events import AuthFinished
from smtp_tui.wire.target import Target, TlsMode
from tests.servers import postfix as module
from tests.servers.postfix import Postfix, running_postfix, strip_trace, unavailable
from tests.wire.loopback import drive, greet

SENDER = "sender@client.test"
MESSAGE = (
    b"Return-Path: <mine@client.test>\r\n"
    b"Received: from me\r\n"
    b"Subject: dots\r\n"
    b"\r\n"
    b".\r\n"
    b"..two\r\n"
    b".one and text\r\n"
    b"caf\xc3\xa9, a tab\there, a blank at the end \r\n"
    b"\r\n"
)
TRACED = (
    b"Return-Path: <sender@client.test>\n"
    b"X-Original-To: bob@example.test\n"
    b"Delivered-To: bob@example.test\n"
    b"Received: from [127.0.0.1]\n"
    b"\tby postfix.example.test; Tue, 24 Nov 2026 03:46:38 +0000 (UTC)\n"
)


def stored(message: bytes) -> bytes:
    """A message as a mailbox keeps it."""
    return message.replace(b"\r\n", b"\n")


@contextmanager
def starttls_session(server: Postfix) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(server.host, server.starttls_port, "client.test", timeout=10) as session:
        session.starttls(context=ssl.create_default_context(cafile=server.ca_file))
        session.ehlo()
        yield session


@contextmanager
def tls_session(server: Postfix) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context(cafile=server.ca_file)
    with smtplib.SMTP_SSL(
        server.host, server.tls_port, "client.test", timeout=10, context=context
    ) as session:
        session.ehlo()
        yield session


def sign_in(session: smtplib.SMTP, server: Postfix, mechanism: str = "PLAIN") -> int:
    """Authenticate with the server's own account; the code of the last reply."""
    session.user, session.password = server.user, server.password
    match mechanism:
        case "CRAM-MD5":
            return session.auth(mechanism, session.auth_cram_md5)[0]
        case "LOGIN":
            return session.auth(mechanism, session.auth_login)[0]
        case _:
            return session.auth(mechanism, session.auth_plain)[0]


def command_lines() -> str:
    """What every process of this machine was started with."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            lines.append((entry / "cmdline").read_text(errors="replace"))
    return "\n".join(lines)


def test_auth_is_neither_offered_nor_taken_before_tls(postfix: Postfix) -> None:
    with smtplib.SMTP(postfix.host, postfix.starttls_port, timeout=10) as session:
        session.ehlo()
        assert session.has_extn("starttls")
        assert not session.has_extn("auth")
        assert session.docmd("AUTH", "PLAIN AGEAYg==")[0] == 530


def test_both_ports_offer_the_same_under_tls(postfix: Postfix) -> None:
    with starttls_session(postfix) as upgraded, tls_session(postfix) as encrypted:
        offers = dict(upgraded.esmtp_features)
        assert offers == encrypted.esmtp_features
    assert set(offers["auth"].split()) >= {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"}
    assert int(offers["size"]) == postfix.size_limit
    assert offers.keys() >= {"chunking", "pipelining", "smtputf8", "dsn", "8bitmime"}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_the_right_password_is_accepted_on_the_starttls_port(
    postfix: Postfix, mechanism: str
) -> None:
    with starttls_session(postfix) as session:
        assert sign_in(session, postfix, mechanism) == 235


def test_the_right_password_is_accepted_on_the_tls_port(postfix: Postfix) -> None:
    with tls_session(postfix) as session:
        assert sign_in(session, postfix, "LOGIN") == 235


def test_wrong_passwords_are_refused_and_the_right_one_still_works(postfix: Postfix) -> None:
    with starttls_session(postfix) as session:
        for _ in range(2):
            assert session.docmd("AUTH", "PLAIN AGFsaWNlQGV4YW1wbGUudGVzdAB3cm9uZw==")[0] == 535
        assert sign_in(session, postfix) == 235


def test_mail_is_taken_only_after_auth(postfix: Postfix) -> None:
    with tls_session(postfix) as session:
        session.mail(SENDER)
        assert session.rcpt("bob@example.test")[0] == 554


def test_a_message_reaches_each_recipient_byte_for_byte(postfix: Postfix) -> None:
    recipients = ["two-first@example.test", "two-second@example.test"]
    with starttls_session(postfix) as session:
        sign_in(session, postfix)
        assert session.sendmail(SENDER, recipients, MESSAGE) == {}
    for recipient in recipients:
        (delivered,) = postfix.deliveries(recipient)
        assert strip_trace(delivered) == stored(MESSAGE)


def test_messages_of_one_recipient_come_in_order(postfix: Postfix) -> None:
    with tls_session(postfix) as session:
        sign_in(session, postfix)
        for body in (b"first\r\n", b"second\r\n"):
            session.sendmail(SENDER, "ordered@example.test", b"Subject: x\r\n\r\n" + body)
            postfix.deliveries("ordered@example.test")
    delivered = postfix.deliveries("ordered@example.test", count=2)
    assert [message.splitlines()[-1] for message in delivered] == [b"first", b"second"]


def test_chunks_are_delivered_byte_for_byte(postfix: Postfix) -> None:
    with tls_session(postfix) as session:
        sign_in(session, postfix)
        session.mail(SENDER)
        session.rcpt("chunks@example.test")
        for chunk, last in ((MESSAGE[:50], ""), (MESSAGE[50:], " LAST")):
            session.send(b"BDAT %d%b\r\n%b" % (len(chunk), last.encode(), chunk))
            assert session.getreply()[0] == 250
    (delivered,) = postfix.deliveries("chunks@example.test")
    assert strip_trace(delivered) == stored(MESSAGE)


def test_an_internationalised_recipient_has_a_mailbox(postfix: Postfix) -> None:
    with starttls_session(postfix) as session:
        sign_in(session, postfix)
        session.command_encoding = "utf-8"
        session.sendmail(SENDER, "jürgen@example.test", MESSAGE, ["SMTPUTF8", "BODY=8BITMIME"])
    (delivered,) = postfix.deliveries("jürgen@example.test")
    assert strip_trace(delivered) == stored(MESSAGE)


@pytest.mark.parametrize(
    ("recipient", "enhanced"),
    [("nobody@example.test", b"5.1.1"), ("someone@elsewhere.test", b"5.")],
)
def test_a_recipient_without_a_mailbox_is_refused(
    postfix: Postfix, recipient: str, enhanced: bytes
) -> None:
    with tls_session(postfix) as session:
        sign_in(session, postfix)
        session.mail(SENDER)
        code, text = session.rcpt(recipient)
    assert (code // 100, text[: len(enhanced)]) == (5, enhanced)


def test_a_message_over_the_limit_is_refused(postfix: Postfix) -> None:
    with tls_session(postfix) as session:
        sign_in(session, postfix)
        assert session.mail(SENDER, [f"SIZE={postfix.size_limit + 1}"])[0] == 552


def test_a_message_that_does_not_arrive_is_reported_with_the_log(
    postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DELIVERY_SECONDS", 0.0)
    with pytest.raises(AssertionError, match=r"(?s)0 of 1 messages reached.*daemon started"):
        postfix.deliveries("never-written-to@example.test")


def test_the_password_is_not_shown(postfix: Postfix) -> None:
    assert postfix.password not in repr(postfix)


def test_two_servers_run_side_by_side_and_the_second_leaves_nothing(postfix: Postfix) -> None:
    with running_postfix() as second:
        home = second.ca_file.parent
        ports = {postfix.starttls_port, postfix.tls_port, second.starttls_port, second.tls_port}
        assert len(ports) == 4
        assert str(home) in command_lines()
        with tls_session(second) as session:
            assert sign_in(session, second) == 235
    assert not home.exists()
    assert str(home) not in command_lines()


def test_stripping_removes_only_what_delivery_put_on_top() -> None:
    own = b"Received: from me\n\tfolded\nReturn-Path: <mine@client.test>\n\nbody\n"
    assert strip_trace(TRACED + own) == own


def test_stripping_refuses_what_was_not_delivered() -> None:
    with pytest.raises(ValueError, match="not a message Postfix delivered"):
        strip_trace(b"Received: from me\n\nbody\n")


def test_missing_packages_are_named() -> None:
    reason = unavailable(path="")
    assert reason is not None
    assert "postfix" in reason
    assert "dovecot-core" in reason


@pytest.mark.parametrize(
    "mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]
)
@pytest.mark.parametrize("right", [True, False])
def test_our_mechanisms_sign_in_with_the_right_password_only(
    postfix: Postfix, mechanism: str, right: bool
) -> None:
    target = Target(
        postfix.host, postfix.tls_port, tls=TlsMode.IMPLICIT, ca_file=Path(postfix.ca_file)
    )
    with drive(target) as driven:
        greet(driven)
        driven.ask(b"EHLO client.test")
        password = postfix.password if right else "wrong"
        driven.connection.authenticate(mechanism, Credentials(postfix.user, password))
        driven.until(lambda: bool(driven.all(AuthFinished)), "AuthFinished")
        end = driven.one(AuthFinished)
    assert end.ok is right, end.text
    assert ("235" if right else "535") in end.text
    assert ("the server proved" in end.text) is (right and mechanism.startswith("SCRAM"))
