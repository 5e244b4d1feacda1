"""Whatever a server sends and whatever is asked for: events, never an exception."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.smtp.state import Phase
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import Event, Gone, Opening, Refused, Way
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import serve

USER = Credentials("user", "hunter2hunter2")

REQUESTS: list[Callable[[Connection], None]] = [
    lambda one: one.send(b"EHLO me"),
    lambda one: one.send(b"STARTTLS"),
    lambda one: one.send(b"DATA"),
    lambda one: one.send(b"."),
    lambda one: one.send(b"QUIT"),
    lambda one: one.send(b"a\r\nb"),
    lambda one: one.send_raw(b"BDAT 5\r\nab"),
    lambda one: one.send_raw(b"half a line"),
    lambda one: one.deliver(b".\nx", Way.DATA, 10),
    lambda one: one.start_tls(),
    lambda one: one.authenticate("PLAIN", USER),
    lambda one: one.authenticate("LOGIN", USER),
    lambda one: one.authenticate("X", USER),
    lambda one: one.hang_up(),
    lambda one: None,
]

PIECES = st.sampled_from(
    [
        *(b"220 ", b"250-", b"250 ", b"334 ", b"354 ", b"421 ", b"221 ", b"535 ", b"dGVzdA=="),
        *(b"\r\n", b"\n", b"\r", b"\0", b"\x1b[2J", b"\xff"),
        *(b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03\x03"),
        *(b"220 ready\r\n", b"250 ok\r\n", b"334 \r\n", b"235 ok\r\n"),
    ]
) | st.binary(max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    said=st.lists(PIECES, max_size=12),
    asked=st.lists(st.sampled_from(REQUESTS), max_size=8),
    tls=st.sampled_from(TlsMode),
)
def test_nothing_a_server_says_raises(
    said: list[bytes], asked: list[Callable[[Connection], None]], tls: TlsMode
) -> None:
    def script(client: socket.socket) -> None:
        with suppress(ConnectionError):
            for piece in said:
                client.sendall(piece)
                client.setblocking(False)
                with suppress(BlockingIOError):
                    client.recv(4096)
                client.setblocking(True)

    events: list[Event] = []
    with serve(script) as server:
        connection = Connection(Target("127.0.0.1", server.port, tls), sink=events.append)
        connection.open()
        for request in asked:
            connection.step(0.001)
            request(connection)
        while connection.step(5):
            pass
    assert isinstance(events[0], Opening)
    assert isinstance([event for event in events if not isinstance(event, Refused)][-1], Gone)
    assert [type(event) for event in events].count(Gone) == 1
    assert connection.state.phase in {Phase.CLOSED, Phase.BROKEN}
    assert "hunter2" not in repr(events)
