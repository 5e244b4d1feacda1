"""What servers can do wrong, in the clear: it is told, and nothing raises."""

from __future__ import annotations

import socket
import tracemalloc
from contextlib import suppress

import pytest

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Phase, Sync
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import (
    Alarm,
    Event,
    Gone,
)
from tests.wire.loopback import (
    dialogue,
    drive,
    greet,
    lines_of,
    plain,
    saying,
    serve,
    talking,
    wait_for_close,
)


def test_a_server_that_closes_at_once() -> None:
    with talking(saying()) as driven:
        driven.until_over()
    closed = driven.told(smtp.Closed)[0]
    assert [command.verb for command in closed.pending] == [b"(greeting)"]
    gone = driven.one(Gone)
    assert (gone.clean, "without a greeting" in gone.text) == (True, True)


def test_half_a_reply_and_then_the_end() -> None:
    with talking(saying(b"220-first\r\n220 sec")) as driven:
        driven.until_over()
    assert driven.told(smtp.Closed)[0].partial == b"220 sec"
    assert [malformed.raw for malformed in driven.told(smtp.Malformed)] == [
        b"220 sec",
        b"220-first\r\n",
    ]


def test_the_end_with_a_command_unanswered_names_it() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()

    with talking(script) as driven:
        greet(driven)
        driven.connection.send(b"EHLO me")
        driven.until_over()
    assert "without answering EHLO" in driven.one(Gone).text


def test_an_extra_reply_in_the_same_segment_is_unsolicited() -> None:
    turns = dialogue((b"NOOP", b"250 one\r\n250 INJECTED\r\n"), (b"RSET", b"250 real\r\n"))
    with talking(turns) as driven:
        greet(driven)
        assert driven.ask(b"NOOP").lines == (b"one",)
        assert driven.told(smtp.Unsolicited)[0].lines == (b"INJECTED",)
        assert len(driven.told(smtp.Desync)) == 1
        assert driven.connection.state.sync is Sync.LOST
        assert driven.ask(b"RSET").lines == (b"real",)


def test_a_reply_while_idle_is_unsolicited() -> None:
    with (
        serve(saying(b"220 hi\r\n", b"250 what?\r\n")) as server,
        drive(plain(server.port)) as driven,
    ):
        driven.until_told(smtp.Unsolicited)
        driven.until_over()


def test_421_out_of_the_blue_explains_the_end() -> None:
    with (
        serve(saying(b"220 hi\r\n421 4.3.2 \x1b[2Jshutting down\r\n")) as server,
        drive(plain(server.port)) as driven,
    ):
        driven.until_over()
    assert driven.told(smtp.Unsolicited)[0].code == 421
    text = driven.one(Gone).text
    assert text == "The server closed the connection, saying 421 4.3.2 ‹ESC›[2Jshutting down"


def test_after_421_hanging_up_says_no_quit() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n421 going\r\n")
        assert wait_for_close(client) == b""

    with talking(script) as driven:
        driven.until(lambda: driven.connection.state.phase is Phase.CLOSING)
        driven.connection.hang_up()
        driven.pass_time(2)
        assert driven.connection.finished


def test_a_reset_is_told_as_such() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with talking(script) as driven:
        greet(driven)
        driven.connection.send(b"NOOP")
        driven.until_over()
    gone = driven.one(Gone)
    assert (gone.clean, "reset" in gone.text) == (False, True)
    assert not driven.told(smtp.Closed)[0].clean


def test_what_was_said_before_a_reset_is_still_read() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"421 too much\r\n")

    with talking(script) as driven:
        greet(driven)
        driven.connection.send_raw(b"NOOP\r\n" + b"x" * 5_000_000)  # which nobody will read
        driven.until_over()
    assert driven.told(smtp.Reply)[-1].code == 421


def test_garbage_is_malformed_and_the_session_goes_on() -> None:
    turns = dialogue((b"NOOP", b"hello?\r\n250 ok\r\n"), (b"RSET", b"250 ok\r\n"))
    with talking(turns) as driven:
        greet(driven)
        driven.ask(b"NOOP")
        assert driven.told(smtp.Malformed)[0].raw == b"hello?\r\n"
        assert driven.connection.state.sync is Sync.LOST
        driven.ask(b"RSET")


def test_a_line_of_a_megabyte_is_bounded_and_the_session_goes_on() -> None:
    turns = dialogue((b"NOOP", b"250 " + b"x" * 1_000_000 + b"\r\n"), (b"RSET", b"250 ok\r\n"))
    with talking(turns) as driven:
        greet(driven)
        reply = driven.ask(b"NOOP")
        assert len(reply.raw) <= 8192
        assert "truncated" in reply.flags
        assert driven.ask(b"RSET").lines == (b"ok",)


@pytest.mark.parametrize("piece", [b"x" * 65536, b"250-y\r\n" * 9000], ids=["line", "reply"])
def test_an_endless_line_or_reply_ends_the_connection_in_bounded_memory(piece: bytes) -> None:
    def script(client: socket.socket) -> None:
        with suppress(ConnectionError):
            while True:
                client.sendall(piece)

    with serve(script) as server:
        last: list[Event] = []

        def keep_the_end(event: Event) -> None:
            last[:] = [*last[-20:], event]

        connection = Connection(plain(server.port), sink=keep_the_end)
        tracemalloc.start()
        try:
            connection.open()
            while connection.step(5):
                pass
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    alarm = next(event for event in last if isinstance(event, Alarm))
    assert "without end" in alarm.text
    assert last[-1] == Gone(last[-1].at, 1, False, alarm.text)
    assert connection.state.phase is Phase.BROKEN
    assert connection.pending == (b"(greeting)",)
    assert peak < 64 * 1024 * 1024
