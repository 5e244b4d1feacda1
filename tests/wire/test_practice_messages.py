"""What the practice server makes of messages, of commands in bulk, and of hostile clients."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from smtp_tui.practice import connection
from smtp_tui.practice.server import PracticeServer
from tests.wire.practice_client import PATIENCE, TOKEN, Client

SIZE = 35_882_577


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer() as running:
        yield running


Open = Callable[..., Client]


@pytest.fixture
def dial(server: PracticeServer) -> Iterator[Open]:
    with ExitStack() as opened:
        yield lambda *, tls=False: opened.enter_context(Client(server.address, tls=tls))


@pytest.fixture
def user(dial: Open) -> Client:
    """A client that signed in."""
    client: Client = dial(tls=True)
    return client.sign_in()


def content(server: PracticeServer) -> bytes:
    return server.messages[-1].content


# Messages, octet for octet


@pytest.mark.parametrize(
    ("wire", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"one\r\n.\r\n", b"one\r\n"),
        (b"..\r\n...x\r\n.y\r\n.\r\n", b".\r\n..x\r\ny\r\n"),
        (b"\0\xff\xfe\x80\r\n.\r\n", b"\0\xff\xfe\x80\r\n"),
        (b"a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\n.\r\n", b"a\n.\nb\r.\rc\n.\r\nd\r\n\ne\r\n"),
        (b"x" * 1_000_000 + b"\r\n.\r\n", b"x" * 1_000_000 + b"\r\n"),
    ],
    ids=["empty", "blank", "plain", "dots", "8-bit", "bare line ends", "long line"],
)
def test_message_text_arrives_as_it_was_sent(
    server: PracticeServer, user: Client, wire: bytes, kept: bytes
) -> None:
    user.envelope().ask("DATA")
    user.send(wire)
    assert user.reply().startswith("250 2.0.0 OK")
    assert content(server) == kept


def test_the_largest_message_is_taken_and_one_octet_more_is_not(
    server: PracticeServer, user: Client
) -> None:
    largest = b".\r\n" * ((SIZE - 2) // 3)
    largest = b"x" * (SIZE - 2 - len(largest)) + b"\r\n" + largest
    stuffed = largest.replace(b"\r\n.", b"\r\n..")
    assert len(largest) == SIZE
    user.envelope().ask("DATA")
    user.send(stuffed + b".\r\n")
    assert user.reply().startswith("250 2.0.0 OK")
    assert content(server) == largest
    user.envelope().ask("DATA")
    user.send(b"x" + stuffed + b".\r\n")
    assert user.reply().startswith("552 5.3.4 ")
    assert content(server) == largest
    assert user.ask("NOOP").startswith("250 2.0.0 OK")


def test_chunks_are_octets_and_nothing_else(server: PracticeServer, user: Client) -> None:
    user.envelope()
    user.send(b"BDAT 9\r\n.\r\nQUIT\r\nBDAT 4 last\r\n\r\n.\n")
    assert user.reply().startswith("250 2.0.0 OK 9 octets")
    assert user.reply().startswith("250 2.0.0 OK")
    assert content(server) == b".\r\nQUIT\r\n\r\n.\n"


def test_an_empty_last_chunk_ends_the_message(server: PracticeServer, user: Client) -> None:
    user.envelope()
    user.send(b"BDAT 3\r\nabcBDAT 0 LAST\r\n")
    assert [user.reply()[:9], user.reply()[:9]] == ["250 2.0.0", "250 2.0.0"]
    assert content(server) == b"abc"


def test_a_chunk_out_of_order_is_thrown_away(user: Client) -> None:
    user.send(b"BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n")
    assert user.reply().startswith("503 5.5.1 MAIL first")
    assert user.reply().startswith("250 2.0.0 OK")


def test_chunks_beyond_the_size_are_thrown_away(user: Client) -> None:
    user.envelope()
    user.send(b"BDAT 4\r\nabcd")
    user.reply()
    user.send(b"BDAT %d LAST\r\n" % (SIZE - 3) + b"\n" * (SIZE - 3) + b"NOOP\r\n")
    assert user.reply().startswith("552 5.3.4 ")
    assert user.reply().startswith("250 2.0.0 OK")


def test_chunks_and_data_do_not_mix(user: Client) -> None:
    user.envelope()
    user.send(b"BDAT 1\r\nx")
    user.reply()
    assert user.ask("DATA").startswith("503 5.5.1 ")
    assert user.ask("RCPT TO:<c@d.e>").startswith("503 5.5.1 ")


# Commands in bulk


def test_a_group_of_commands_in_one_segment(server: PracticeServer, user: Client) -> None:
    user.send(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<550@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\n")
    assert [user.reply()[:3] for _ in range(4)] == ["250", "550", "250", "354"]
    user.send(b"grouped\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert [user.reply()[:3] for _ in range(3)] == ["250", "250", "221"]
    assert user.is_over()
    assert content(server) == b"grouped\r\n"
    assert server.messages[-1].recipients == ("d@b.c",)


def test_a_client_that_closes_its_half_still_gets_its_answers(dial: Open) -> None:
    client = dial()
    client.send(b"EHLO me\r\nNOOP\r\nNOO")
    client.socket.shutdown(socket.SHUT_WR)
    assert client.reply().startswith("250-smtp.practice.test")
    assert client.reply().startswith("250 2.0.0 OK")
    assert client.is_over()


def test_bare_lf_ends_a_command_too(dial: Open) -> None:
    client = dial()
    client.send(b"NOOP\nNOOP\r\r\n")
    assert [client.reply()[:3], client.reply()[:3]] == ["250", "250"]


@pytest.mark.parametrize(
    "behind", [b"EHLO evil\r\n", b"EHLO evil\r\nNOOP\r\n" * 4_000, b"fragment"]
)
def test_clear_text_behind_starttls_never_gets_into_tls(dial: Open, behind: bytes) -> None:
    client = dial()
    client.ask("EHLO me")
    try:
        client.send(b"STARTTLS\r\n" + behind)
        assert client.reply() == "220 2.0.0 Ready to start TLS"
        assert client.rest == b""
        client.secure()
    except (ssl.SSLError, ConnectionError):
        return  # some of it reached the TLS layer, which would have none of it
    assert client.ask("MAIL FROM:<a@b.c>").startswith("503 5.5.1 EHLO/HELO first")


def test_a_command_in_one_segment_is_dropped_and_tls_goes_on(dial: Open) -> None:
    client = dial()
    client.ask("EHLO me")
    client.send(b"STARTTLS\r\nEHLO evil\r\n")
    client.reply()
    client.secure()
    assert client.ask(f"AUTH PLAIN {TOKEN}").startswith("503 5.5.1 EHLO/HELO first")


# Hostile clients


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"NOOP " + b"x" * 3_000, "500 5.5.2 Line too long"),
        (b"x" * 1_000_000, "500 5.5.2 Line too long"),
        (b"NO\0OP", "502 5.5.1 Unrecognized"),
        (b"\xff\xfe\x1b[2J", "502 5.5.1 Unrecognized"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "502 5.5.1 Unrecognized"),
        (b" NOOP", "502 5.5.1 Unrecognized"),
        (b"__INIT__", "502 5.5.1 Unrecognized"),
    ],
)
def test_garbage_gets_an_answer_and_the_conversation_goes_on(
    dial: Open, sent: bytes, answer: str
) -> None:
    client = dial()
    assert client.ask(sent).startswith(answer)
    assert client.ask("EHLO me").startswith("250-smtp.practice.test")


def test_a_line_without_end_in_auth_is_refused(user: Client, dial: Open) -> None:
    client = dial(tls=True)
    client.ask("EHLO me")
    client.ask("AUTH PLAIN")
    assert client.ask("A" * 100_000).startswith("500 5.5.2 Line too long")
    assert client.ask("NOOP").startswith("250 2.0.0 OK")


@pytest.mark.parametrize("port", ["starttls_port", "tls_port"])
@pytest.mark.parametrize("sent", [b"", b"EHLO me\r\nSTARTTLS\r\nnot TLS\r\n", b"\x16\x03\x01"])
def test_abrupt_closes_leave_it_unimpressed(
    server: PracticeServer,
    user: Client,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    port: str,
    sent: bytes,
) -> None:
    address = (server.address.host, getattr(server.address, port))
    for _ in range(5):
        with socket.create_connection(address, PATIENCE) as hostile:
            hostile.sendall(sent)
            # SO_LINGER of zero seconds makes the close a reset.
            hostile.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert user.ask("NOOP").startswith("250 2.0.0 OK")
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_close_in_the_middle_of_a_message_keeps_nothing(
    server: PracticeServer, dial: Open
) -> None:
    before = server.messages
    client = dial(tls=True).sign_in().envelope()
    client.ask("DATA")
    client.send(b"half a mess")
    client.socket.close()
    assert dial(tls=True).sign_in().ask("NOOP").startswith("250 2.0.0 OK")
    assert server.messages == before


def test_the_idle_are_sent_away(
    server: PracticeServer, dial: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_IDLE_SECONDS", 0.05)
    client = dial()
    assert client.reply().startswith("421 4.4.2 ")
    assert client.is_over()


def test_whoever_does_not_read_is_not_read_and_keeps_nobody_waiting(dial: Open) -> None:
    deaf = dial()
    deaf.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        deaf.send(b"NOOP\r\n" * 10_000_000)
    assert dial().ask("NOOP").startswith("250 2.0.0 OK")


def test_those_beyond_the_crowd_are_sent_away() -> None:
    with PracticeServer() as server, ExitStack() as crowd:
        for _ in range(50):
            assert crowd.enter_context(Client(server.address)).greeting.startswith("220 ")
        one_more = crowd.enter_context(Client(server.address))
        assert one_more.greeting.startswith("421 4.7.0 ")
        assert one_more.is_over()
