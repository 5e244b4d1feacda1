"""Sessions over TLS, implicit and by STARTTLS, from the handshake to the end."""

from __future__ import annotations

import socket
import ssl

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Hello, Phase, Security
from smtp_tui.wire.events import (
    Alarm,
    Gone,
    Note,
    Protection,
    Refused,
    Sent,
    TlsEstablished,
    TlsStarted,
    Told,
)
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import (
    AFTER_TLS,
    SESSION,
    Authority,
    after_starttls,
    dialogue,
    drive,
    greet,
    lines_of,
    over_tls,
    saying,
    secured,
    serve,
    talking,
    up_to_starttls,
    wait_for_close,
    with_goodbye,
)


def test_a_session_over_tls_from_the_first_octet(authority: Authority) -> None:
    script = over_tls(authority.server(), with_goodbye(SESSION))
    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        assert not driven.all(TlsStarted)
        greet(driven)
        facts = driven.one(TlsEstablished).facts
        assert facts == driven.connection.facts
        assert facts.verified
        assert facts.elapsed > 0
        assert len(facts.chain) == 1
        assert driven.connection.protection is Protection.VERIFIED
        driven.ask(b"EHLO me")
        assert driven.connection.state.security is Security.TLS
        driven.connection.send(b"QUIT")
        driven.until_over()
    assert {event.protection for event in driven.all(Sent)} == {Protection.VERIFIED}
    assert {event.protection for event in driven.all(Told)} == {Protection.VERIFIED}
    assert driven.one(Gone).text == "Closed after QUIT."
    assert not driven.all(Note)


def test_starttls_encrypts_what_follows_and_forgets_what_was_said(authority: Authority) -> None:
    with secured(
        authority, after_starttls(authority.server(), AFTER_TLS), TlsMode.STARTTLS
    ) as driven:
        up_to_starttls(driven)
        assert "STARTTLS" in driven.connection.state.extensions
        driven.until_told(smtp.UpgradeTLS)
        driven.until(lambda: bool(driven.all(TlsEstablished)))
        assert driven.connection.state.hello is None
        assert driven.connection.state.phase is Phase.COMMAND
        assert driven.ask(b"EHLO me").lines == (b"loopback",)
        assert driven.connection.state.hello is Hello.EHLO
        protections = [sent.protection for sent in driven.all(Sent)]
    assert protections == [Protection.CLEAR, Protection.CLEAR, Protection.VERIFIED]
    assert all(told.elapsed is not None for told in driven.all(Told)[-1:])


def test_starttls_may_be_typed_even_where_no_tls_was_asked_for(authority: Authority) -> None:
    with secured(authority, after_starttls(authority.server(), AFTER_TLS), TlsMode.NONE) as driven:
        greet(driven)
        driven.connection.send(b"starttls")
        driven.until(lambda: bool(driven.all(TlsEstablished)))


def test_nothing_is_sent_by_itself_in_starttls_mode(authority: Authority) -> None:
    with talking(dialogue()) as driven:
        greet(driven)
        assert not driven.all(Sent)


def test_unverified_tls_is_called_so(authority: Authority) -> None:
    with serve(over_tls(authority.server("elsewhere.example"), SESSION)) as server:
        target = Target("127.0.0.1", server.port, TlsMode.IMPLICIT, verify=False)
        with drive(target) as driven:
            greet(driven)
            assert not driven.one(TlsEstablished).facts.verified
            assert driven.connection.protection is Protection.UNVERIFIED


def test_a_refused_starttls_leaves_the_session_in_the_clear() -> None:
    turns = dialogue((b"STARTTLS", b"454 4.7.0 not now\r\n"), (b"NOOP", b"250 ok\r\n"))
    with talking(turns) as driven:
        greet(driven)
        driven.connection.start_tls()
        driven.until_idle()
        assert "nothing is encrypted" in driven.one(Note).text
        assert not driven.all(TlsStarted)
        driven.ask(b"NOOP")
        assert driven.connection.protection is Protection.CLEAR


def test_starttls_is_not_sent_where_its_reply_could_be_another(authority: Authority) -> None:
    with talking(dialogue((b"NOOP", b"250 a\r\n250 b\r\n"))) as driven:
        greet(driven)
        driven.connection.send(b"NOOP")
        driven.connection.start_tls()
        driven.until_idle()
        driven.connection.start_tls()
        early, unsure = driven.all(Refused)
        assert early.text == "STARTTLS was not sent: NOOP has not been answered yet."
        assert "not certain" in unsure.text
    assert [sent.data for sent in driven.all(Sent)] == [b"NOOP\r\n"]


def test_starttls_over_tls_is_refused(authority: Authority) -> None:
    with secured(authority, over_tls(authority.server(), SESSION), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.connection.start_tls()
        assert "encrypted already" in driven.one(Refused).text


def test_a_large_body_goes_through_tls_in_pieces(authority: Authority) -> None:
    size = 5_000_000

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        line()
        client.sendall(b"354 go\r\n")
        received = bytearray()
        while not received.endswith(b"\r\n.\r\n"):
            received += client.recv(1 << 20)
        client.sendall(b"250 %d\r\n" % len(received))
        wait_for_close(client)

    with secured(authority, over_tls(authority.server(), script), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.ask(b"DATA")
        driven.text((b"x" * 78 + b"\n") * (size // 80))
        driven.until_idle()
        reply = driven.told(smtp.Reply)[-1]
        assert int(reply.lines[0]) == len(driven.all(Sent)[-1].data)


def test_a_cut_without_close_notify_may_be_forged(authority: Authority) -> None:
    script = over_tls(authority.server(), saying(b"220 hi\r\n"))
    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        driven.until_over()
    gone = driven.one(Gone)
    assert (gone.clean, "cut it" in gone.text) == (False, True)
    assert gone.truncated
    assert not driven.told(smtp.Closed)[0].clean


def test_an_end_with_close_notify_is_clean(authority: Authority) -> None:
    script = over_tls(authority.server(), with_goodbye(saying(b"220 hi\r\n")))
    with secured(authority, script, TlsMode.IMPLICIT) as driven:
        driven.until_over()
    assert driven.one(Gone).clean
    assert driven.told(smtp.Closed)[0].clean


def test_a_missing_close_notify_after_quit_is_only_noted(authority: Authority) -> None:
    with secured(authority, over_tls(authority.server(), SESSION), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        driven.connection.hang_up()
        driven.until_over()
    gone = driven.one(Gone)
    assert (gone.clean, gone.text) == (True, "Closed after QUIT.")
    assert "does no harm" in driven.one(Note).text


def test_we_end_tls_before_we_close(authority: Authority) -> None:
    ends: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        line()
        client.sendall(b"221 bye\r\n")
        ends.append(client.recv(1))  # b"" only after close_notify, else it raises

    with secured(authority, over_tls(authority.server(), script), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.connection.send(b"QUIT")
        driven.until_over()
    assert ends == [b""]


def test_octets_that_are_no_tls_end_the_session_with_an_alarm(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        assert isinstance(client, ssl.SSLSocket)
        client.sendall(b"220 hi\r\n")
        bare = socket.socket(fileno=client.detach())
        with bare:
            bare.sendall(b"250 injected into TLS\r\n")
            wait_for_close(bare)

    with secured(authority, over_tls(authority.server(), script), TlsMode.IMPLICIT) as driven:
        driven.until_over()
    assert driven.told(smtp.Reply)[0].code == 220
    assert "TLS session broke" in driven.one(Alarm).text
    assert not driven.one(Gone).clean
    assert not driven.told(smtp.Unsolicited)
