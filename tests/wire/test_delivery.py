"""Whole messages on their way: by DATA, by BDAT, refused, stopped and cut off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from smtp_tui.practice.server import PracticeServer
from smtp_tui.smtp.body import normalise
from smtp_tui.wire.events import DeliveryFinished, DeliveryProgress, Gone, Refused, Sent, Way
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import (
    PATIENCE,
    Drive,
    Script,
    drive,
    greet,
    lines_of,
    plain,
    serve,
    silent,
)

MESSAGE = b"Subject: it works\n\n.a dot\n..\nno line end here"
CHUNK = 1000
MORE_THAN_WAITS = 16 * 1024 * 1024
"""Octets that fit into no buffer of a connection."""


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer() as running:
        yield running


@pytest.fixture
def signed_in(server: PracticeServer) -> Iterator[Drive]:
    """A connection to the practice server that may send mail, sender and recipient given."""
    at = server.address
    target = Target(at.host, at.tls_port, TlsMode.IMPLICIT, ca_file=at.ca_file)
    with drive(target) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        driven.ask(b"AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk")
        envelope(driven)
        yield driven


def envelope(driven: Drive) -> None:
    driven.ask(b"MAIL FROM:<a@example.org>")
    driven.ask(b"RCPT TO:<b@example.org>")


def deliver(driven: Drive, message: bytes, way: Way, chunk: int = CHUNK) -> DeliveryFinished:
    driven.connection.deliver(message, way, chunk)
    driven.until(lambda: bool(driven.all(DeliveryFinished)), "the end of the delivery")
    return driven.one(DeliveryFinished)


def kept(server: PracticeServer) -> bytes:
    return server.messages[-1].content


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
@pytest.mark.parametrize(
    "message",
    [MESSAGE, b"", b".", b"\r\n.\r\n", b".\n" * 3000, b"x" * 70_000 + b"\r\n" + b"y" * 200_000],
    ids=["dots", "empty", "one dot", "end of data inside", "many dots", "long lines"],
)
def test_a_message_arrives_as_it_is_but_for_its_line_ends(
    signed_in: Drive, server: PracticeServer, message: bytes, way: Way
) -> None:
    assert deliver(signed_in, message, way).ok
    assert kept(server) == normalise(message)


def test_binary_chunks_arrive_octet_for_octet(signed_in: Drive, server: PracticeServer) -> None:
    message = bytes(range(256)) * 20 + b"\n.\r.\r\n."
    assert deliver(signed_in, message, Way.BINARY).ok
    assert kept(server) == message


def test_chunks_have_the_size_asked_for_and_the_last_says_so(
    signed_in: Drive, server: PracticeServer
) -> None:
    deliver(signed_in, b"a" * 2500, Way.BINARY)
    heads = [event.data for event in signed_in.all(Sent) if event.data.startswith(b"BDAT")]
    assert heads == [b"BDAT 1000\r\n", b"BDAT 1000\r\n", b"BDAT 500 LAST\r\n"]


def test_progress_grows_to_the_whole_message(signed_in: Drive) -> None:
    deliver(signed_in, MESSAGE * 10_000, Way.DATA)
    told = signed_in.all(DeliveryProgress)
    counts = [event.octets for event in told]
    assert counts == sorted(counts)
    assert len(counts) > 3
    assert counts[-1] == told[-1].total == len(MESSAGE) * 10_000


def test_nothing_else_goes_out_in_the_middle_of_a_message(signed_in: Drive) -> None:
    signed_in.connection.deliver(MESSAGE * 10_000, Way.DATA, CHUNK)
    signed_in.connection.send(b"NOOP")
    assert "on its way" in signed_in.one(Refused).text
    signed_in.until(lambda: bool(signed_in.all(DeliveryFinished)), "the end")
    assert signed_in.one(DeliveryFinished).ok


@contextmanager
def to(script: Script) -> Iterator[Drive]:
    """A connection with a sender and a recipient to a server that then plays the script."""

    def whole(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        for _ in range(3):
            line()
            client.sendall(b"250 ok\r\n")
        script(client)

    with serve(whole) as running, drive(plain(running.port)) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        envelope(driven)
        yield driven


def test_a_message_refused_before_its_text_is_not_sent() -> None:
    def refuse(client: socket.socket) -> None:
        assert lines_of(client)() == b"DATA\r\n"
        client.sendall(b"554 5.5.1 no\r\n")
        assert client.recv(100) == b""

    with to(refuse) as driven:
        finished = deliver(driven, MESSAGE, Way.DATA)
        assert finished.text == "The server refused the message before its text: 554 5.5.1 no"
        assert not finished.ok


def test_a_refused_chunk_ends_it() -> None:
    def refuse(client: socket.socket) -> None:
        assert lines_of(client)() == b"BDAT 1000\r\n"
        client.sendall(b"552 5.3.4 too big\r\n")
        client.recv(65_536)

    with to(refuse) as driven:
        finished = deliver(driven, b"a" * 5000, Way.BINARY)
        assert finished.text == "The server refused a chunk of the message: 552 5.3.4 too big"


@pytest.mark.parametrize("chunk", [MORE_THAN_WAITS, MORE_THAN_WAITS - 1])
def test_a_chunk_that_is_answered_before_it_is_there_ends_it(chunk: int) -> None:
    def hasty(client: socket.socket) -> None:
        assert lines_of(client)().startswith(b"BDAT ")
        client.sendall(b"250 2.0.0 ok\r\n")
        assert ended.wait(PATIENCE)

    ended = threading.Event()
    with to(hasty) as driven:
        finished = deliver(driven, b"a" * MORE_THAN_WAITS, Way.BINARY, chunk)
        ended.set()
        assert not finished.ok
        assert finished.text.startswith("The server answered before it had all of a chunk, after ")
        assert finished.text.endswith("not sent: 250 2.0.0 ok. Reconnect for the next try.")


def test_a_delivery_by_chunks_stops_behind_the_chunk_under_way() -> None:
    def slow(client: socket.socket) -> None:
        got = b""
        while len(got) < 1000 + len(b"BDAT 1000\r\n"):
            got += client.recv(65_536)
        client.sendall(b"250 ok\r\n")
        assert client.recv(100) == b""

    with to(slow) as driven:
        driven.connection.deliver(b"a" * 5000, Way.BINARY, CHUNK)
        driven.connection.stop_delivery()
        driven.until(lambda: bool(driven.all(DeliveryFinished)), "the end")
        assert driven.one(DeliveryFinished).text == (
            "Stopped after 1,000 of 5,000 octets: RSET makes the server forget them."
        )


def test_a_message_that_is_over_is_not_stopped_and_its_connection_stays() -> None:
    def take(client: socket.socket) -> None:
        got = b""
        while not got.endswith(b"body\r\n"):
            got += client.recv(65_536)
        client.sendall(b"250 ok\r\n")
        client.recv(1)

    with to(take) as driven:
        driven.connection.deliver(b"Subject: x\r\n\r\nbody\r\n", Way.BDAT, CHUNK)
        driven.until(lambda: bool(driven.all(DeliveryFinished)), "the end")
        driven.connection.stop_delivery()
        driven.connection.stop_delivery(at_once=True)
        assert driven.one(DeliveryFinished).ok
        assert driven.all(Refused) == []
        assert driven.all(Gone) == []


def test_a_message_on_its_way_is_stopped_at_once_by_closing() -> None:
    with to(silent) as driven:
        driven.connection.deliver(MESSAGE, Way.DATA, CHUNK)
        driven.connection.stop_delivery(at_once=True)
        assert driven.one(Gone)
        assert not driven.one(DeliveryFinished).ok


def test_a_delivery_by_data_cannot_stop_and_says_what_does() -> None:
    with to(silent) as driven:
        driven.connection.deliver(MESSAGE, Way.DATA, CHUNK)
        driven.connection.stop_delivery()
        assert "abort closes at once" in driven.one(Refused).text


def test_a_server_that_closes_in_the_middle_leaves_a_count_of_what_went_out() -> None:
    def leave(client: socket.socket) -> None:
        assert lines_of(client)() == b"DATA\r\n"
        client.sendall(b"354 go\r\n")
        client.recv(1)

    with to(leave) as driven:
        driven.connection.deliver(MESSAGE * 100_000, Way.DATA, CHUNK)
        driven.until_over()
        finished = driven.one(DeliveryFinished)
        assert not finished.ok
        assert f"of {len(MESSAGE) * 100_000:,} octets of the message" in finished.text
        assert finished.text.endswith("the server takes nothing of it, so it can be sent again.")
        assert driven.events.index(finished) < driven.events.index(driven.one(Gone))


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
def test_a_server_that_closes_behind_the_end_may_have_taken_the_message(way: Way) -> None:
    def leave(client: socket.socket) -> None:
        if way is Way.DATA:
            assert lines_of(client)() == b"DATA\r\n"
            client.sendall(b"354 go\r\n")
        got = b""
        end = b"\r\n.\r\n" if way is Way.DATA else b"no line end here"
        while end not in got:
            got += client.recv(65_536)

    with to(leave) as driven:
        driven.connection.deliver(MESSAGE, way, CHUNK)
        driven.until_over()
        assert driven.one(DeliveryFinished).text.endswith("sent again it may arrive twice.")


def test_lmtp_says_for_how_many_recipients_the_message_was_taken() -> None:
    def server(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        while (got := line()) != b"DATA\r\n":
            assert got
            client.sendall(b"250 ok\r\n")
        client.sendall(b"354 go\r\n")
        while line() != b".\r\n":
            pass
        client.sendall(b"250 2.0.0 for the first\r\n")
        client.sendall(b"552 5.2.2 full\r\n")
        client.recv(1)

    with serve(server) as running, drive(replace(plain(running.port), lmtp=True)) as driven:
        greet(driven)
        driven.ask(b"LHLO me")
        envelope(driven)
        driven.ask(b"RCPT TO:<c@example.org>")
        finished = deliver(driven, MESSAGE, Way.DATA)
        assert finished.text == "The server took the message for 1 of 2 recipients."
        assert not finished.ok
