"""Every fault of the practice server, and the sentence it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from smtp_tui.practice.faults import FAULTS, Fault, combined
from smtp_tui.practice.server import PracticeServer
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.smtp import events as smtp
from smtp_tui.wire.events import (
    Alarm,
    AuthFinished,
    Event,
    Failed,
    Gone,
    Note,
    Remedy,
    TlsEstablished,
    Told,
)
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion
from tests.wire.loopback import PATIENCE, Drive, drive, greet, up_to_starttls

Course = Callable[[Drive], None]


@contextmanager
def practising(fault: Fault, *, pause: float = PATIENCE) -> Iterator[Drive]:
    """A connection to the practice server with that fault, in the mode where it shows."""
    faults = replace(combined([fault]), pause=pause, patience=0.3)
    with PracticeServer(faults=faults) as server:
        at = server.address
        mode = TlsMode.IMPLICIT if faults.implicit else TlsMode.STARTTLS
        port = at.tls_port if faults.implicit else at.starttls_port
        with drive(Target(at.host, port, mode, ca_file=at.ca_file, timeout=PATIENCE)) as driven:
            yield driven


def said(events: list[Event]) -> Iterator[str]:
    """All sentences a person gets to see."""
    for event in events:
        match event:
            case Note() | Alarm() | Failed() | Gone() | AuthFinished():
                yield event.text
            case Told(event=smtp.Desync(reason=reason)):
                yield f"{reason}: nobody can say which reply answers which command"
            case Told(event=smtp.Reply() as reply):
                yield reply.raw.decode("latin-1")


# What is done until the fault shows


def starttls(driven: Drive) -> None:
    up_to_starttls(driven)
    driven.until_over()


def greeting(driven: Drive) -> None:
    driven.until_over()


def hello(driven: Drive) -> None:
    greet(driven)
    driven.ask(b"EHLO me")
    driven.until_idle()


def refused(driven: Drive) -> None:
    up_to_starttls(driven)
    driven.until_told(smtp.Reply)


def client_certificate(driven: Drive) -> None:
    up_to_starttls(driven)
    driven.until(lambda: driven.connection.finished or bool(driven.all(TlsEstablished)))
    driven.connection.send(b"EHLO me")
    driven.until_over()


def signed_in(driven: Drive) -> None:
    up_to_starttls(driven)
    driven.until(lambda: bool(driven.all(TlsEstablished)))
    driven.ask(b"EHLO me")
    driven.connection.authenticate("PLAIN", Credentials("user@gmail.com", "password"))
    driven.until(lambda: bool(driven.all(AuthFinished)))


def recipient(driven: Drive) -> None:
    signed_in(driven)
    driven.ask(b"MAIL FROM:<a@example.org>")
    driven.ask(b"RCPT TO:<b@example.org>")


def message(driven: Drive) -> None:
    recipient(driven)
    driven.ask(b"DATA")
    driven.text(b"Subject: it works\r\n\r\nhello\r\n")
    driven.until_over()


def half_a_message(driven: Drive) -> None:
    recipient(driven)
    driven.ask(b"DATA")
    driven.connection.send(b"Subject: it works")
    driven.until_over()


def silence(driven: Drive) -> None:
    driven.until_stage(Stage.OPEN)
    driven.pass_time(5.1)


def dropped_hello(driven: Drive) -> None:
    greet(driven)
    driven.connection.send(b"EHLO me")
    driven.until_over()


def first_word(driven: Drive) -> None:
    driven.until(lambda: bool(driven.all(Note)), "a note")


COURSES: dict[Fault, Course] = {
    Fault.CLIENT_CERT_WANTED: client_certificate,
    Fault.NO_STARTTLS: hello,
    Fault.STARTTLS_REFUSED: refused,
    Fault.TLS_AT_ONCE: silence,
    Fault.PLAIN_AT_TLS_PORT: greeting,
    Fault.SLOW_BANNER: silence,
    Fault.BUSY: greeting,
    Fault.TURNED_AWAY: greet,
    Fault.CLOSE_AT_ONCE: greeting,
    Fault.IMAP: first_word,
    Fault.LMTP: hello,
    Fault.DROP_AT_EHLO: dropped_hello,
    Fault.GARBAGE: hello,
    Fault.IDLE_TIMEOUT: greeting,
    Fault.AUTH_ALWAYS_FAILS: signed_in,
    Fault.GREYLIST_ALL: recipient,
    Fault.DROP_IN_DATA: half_a_message,
    Fault.DROP_AFTER_DATA: message,
}
"""How far to go for a fault to show; all others show at STARTTLS."""

REMEDIES = {
    Fault.EXPIRED_CERT: Remedy.SKIP_VERIFICATION,
    Fault.NOT_YET_VALID: Remedy.SKIP_VERIFICATION,
    Fault.WRONG_HOST: Remedy.SKIP_VERIFICATION,
    Fault.SELF_SIGNED: Remedy.SKIP_VERIFICATION,
    Fault.UNKNOWN_ROOT: Remedy.SKIP_VERIFICATION,
    Fault.MISSING_INTERMEDIATE: Remedy.SKIP_VERIFICATION,
    Fault.WEAK_KEY: Remedy.SKIP_VERIFICATION,
    Fault.TLS_AT_ONCE: Remedy.USE_IMPLICIT_TLS,
    Fault.PLAIN_AT_TLS_PORT: Remedy.USE_STARTTLS,
    Fault.CLOSE_AT_ONCE: Remedy.USE_IMPLICIT_TLS,
    Fault.LMTP: Remedy.SPEAK_LMTP,
    Fault.SLOW_BANNER: Remedy.USE_IMPLICIT_TLS,
}
"""The other way to connect that is offered."""


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_a_fault_leads_to_its_sentence(fault: Fault) -> None:
    with practising(fault) as driven:
        COURSES.get(fault, starttls)(driven)
        sentences = list(said(driven.events))
        offered = [
            event.remedy
            for event in driven.events
            if isinstance(event, Note | Failed) and event.remedy is not None
        ]
    assert any(FAULTS[fault].seen in sentence for sentence in sentences), sentences
    assert offered == [REMEDIES[fault]] if fault in REMEDIES else not offered


def test_a_slow_greeting_comes_in_the_end() -> None:
    with practising(Fault.SLOW_BANNER, pause=0.01) as driven:
        greet(driven)
        assert not driven.all(Note)


def test_the_one_greeting_later_is_the_one_told() -> None:
    with practising(Fault.GREYLIST_ALL) as driven:
        recipient(driven)
        assert driven.ask(b"RCPT TO:<b@example.org>").code == 250


@pytest.mark.parametrize("fault", [Fault.TLS10, Fault.CLIENT_CERT_WANTED])
def test_a_handshake_that_fails_at_the_port_for_tls_says_why(fault: Fault) -> None:
    with PracticeServer(faults=combined([fault])) as server:
        at = server.address
        target = Target(at.host, at.tls_port, TlsMode.IMPLICIT, ca_file=at.ca_file)
        with drive(target) as driven:
            driven.until_over()
            assert any(FAULTS[fault].seen in sentence for sentence in said(driven.events))


@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
def test_who_allows_tls_1_0_goes_on_in_it(mode: TlsMode) -> None:
    with PracticeServer(faults=combined([Fault.TLS10])) as server:
        at = server.address
        port = at.tls_port if mode is TlsMode.IMPLICIT else at.starttls_port
        old = TlsOptions(minimum=TlsVersion.TLS_1_0)
        with drive(Target(at.host, port, mode, ca_file=at.ca_file, options=old)) as driven:
            greet(driven)
            if mode is TlsMode.STARTTLS:
                driven.ask(b"EHLO me")
                driven.connection.start_tls()
                driven.until(lambda: bool(driven.all(TlsEstablished)), "TLS")
            assert driven.one(TlsEstablished).facts.version == "TLSv1"
            assert driven.ask(b"EHLO me").code == 250
