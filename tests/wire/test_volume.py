"""Large bodies, servers that do not read, and a program that does not."""

from __future__ import annotations

import socket
import threading

from smtp_tui.smtp import events as smtp
from smtp_tui.wire.events import (
    Received,
    Sent,
    Told,
)
from smtp_tui.wire.link import Stage
from tests.wire.loopback import (
    PATIENCE,
    drive,
    greet,
    lines_of,
    plain,
    saying,
    serve,
    talking,
    wait_for_close,
)


def test_a_large_body_goes_out_as_the_server_takes_it_and_is_timed_to_its_end() -> None:
    size = 20_000_000

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        assert line() == b"DATA\r\n"
        client.sendall(b"354 go\r\n")
        received = bytearray()
        while not received.endswith(b"\r\n.\r\n"):
            received += client.recv(1 << 20)
        assert len(received) >= size
        client.sendall(b"250 took it\r\n")
        wait_for_close(client)

    with talking(script) as driven:
        greet(driven)
        driven.ask(b"DATA")
        driven.text(b"x" * 76 + b"\n" if size < 77 else (b"x" * 79 + b"\n") * (size // 80))
        assert driven.connection.unsent
        driven.until_idle()
        reply = driven.all(Told)[-1]
        body = driven.all(Sent)[-1]
        assert isinstance(reply.event, smtp.Reply)
        assert reply.elapsed is not None
        assert reply.elapsed < reply.at - body.at


def test_a_server_that_stops_reading_does_not_stop_us() -> None:
    done = threading.Event()

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        done.wait(PATIENCE)

    with talking(script) as driven:
        greet(driven)
        driven.connection.send_raw(b"x" * 20_000_000)
        for _ in range(5):
            driven.connection.step(0)
        assert driven.connection.unsent
        driven.connection.abort()
        assert driven.connection.finished
        done.set()


def test_without_reading_the_network_holds_the_replies_back() -> None:
    with (
        serve(saying(b"220 hi\r\n", *(b"250 %d\r\n" % n for n in range(1000)))) as server,
        drive(plain(server.port)) as driven,
    ):
        driven.connection.reading = False
        driven.until_stage(Stage.OPEN)
        for _ in range(20):
            driven.connection.step(0)
        assert not driven.all(Received)
        driven.connection.reading = True
        driven.until_over()
        assert sum(len(event.data) for event in driven.all(Received)) > 5000
