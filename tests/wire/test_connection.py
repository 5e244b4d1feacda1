"""Whole sessions in the clear: what is sent, what is told and when it is told."""

from __future__ import annotations

import gc
import socket
import threading
import weakref

import pytest

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Hello, Phase, State, Transaction
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import (
    Alarm,
    Connected,
    Event,
    Failed,
    Gone,
    Opening,
    Protection,
    Received,
    Refused,
    Sent,
    StateChanged,
    TlsEstablished,
    Told,
)
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import (
    PATIENCE,
    TRANSACTION,
    Authority,
    dialogue,
    drive,
    free_port,
    greet,
    over_tls,
    plain,
    saying,
    serve,
    talking,
    with_goodbye,
)


def test_a_message_is_sent_from_greeting_to_goodbye() -> None:
    with talking(TRANSACTION) as driven:
        greet(driven)
        assert driven.ask(b"EHLO me.example").lines == (b"loopback", b"PIPELINING", b"SIZE 1000")
        assert driven.connection.state.hello is Hello.EHLO
        assert driven.connection.state.extensions.size == 1000
        driven.ask(b"MAIL FROM:<a@example.org>")
        driven.ask(b"RCPT TO:<b@example.org>")
        assert driven.connection.state.transaction is Transaction.RCPT
        driven.ask(b"DATA")
        assert driven.connection.state.phase is Phase.BODY
        driven.text(b"Subject: hi\n\n.dot\n")
        driven.until_idle()
        assert driven.connection.state.transaction is Transaction.NONE
        driven.connection.send(b"QUIT")
        driven.until_over()
    gone = driven.one(Gone)
    assert (gone.clean, gone.text) == (True, "Closed after QUIT.")
    assert isinstance(driven.events[0], Opening)
    assert driven.events[-1] is gone
    assert not driven.all(Failed)
    assert not driven.all(Alarm)
    assert driven.connection.state.phase is Phase.CLOSED


def test_nothing_of_a_connection_is_left_for_the_garbage_collector() -> None:
    gc.disable()
    try:
        with serve(dialogue((b"QUIT", b"221 bye\r\n"))) as server:
            events: list[Event] = []
            connection = Connection(plain(server.port), sink=events.append)
            connection.open()
            while connection.pending:
                connection.step(5)
            connection.send(b"QUIT")
            while connection.step(5):
                pass
            left = weakref.ref(connection)
            del connection
            assert left() is None
    finally:
        gc.enable()


def test_every_octet_of_both_sides_is_told_in_order() -> None:
    with (
        serve(dialogue((b"NOOP", b"250 ok\r\n"), (b"QUIT", b"221 bye\r\n"))) as server,
        drive(plain(server.port)) as driven,
    ):
        greet(driven)
        driven.ask(b"NOOP")
        driven.connection.send(b"QUIT")
        driven.until_over()
    octets = [event.data for event in driven.events if isinstance(event, Sent | Received)]
    assert octets == [b"220 ready\r\n", b"NOOP\r\n", b"250 ok\r\n", b"QUIT\r\n", b"221 bye\r\n"]
    assert [sent.offset for sent in driven.all(Sent)] == [0, 6]
    assert {event.protection for event in driven.all(Received)} == {Protection.CLEAR}


def test_events_carry_their_connection_and_never_go_back_in_time() -> None:
    with serve(saying(b"220 hi\r\n", b"421 bye\r\n")) as server:
        events: list[Event] = []
        connection = Connection(plain(server.port), sink=events.append, number=7)
        connection.open()
        while connection.step(1):
            pass
    assert {event.connection for event in events} == {7}
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_replies_are_timed_from_the_command_and_the_greeting_from_the_connection() -> None:
    with talking(TRANSACTION) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
    told = {(type(one.event), getattr(one.event, "text", b"")): one for one in driven.all(Told)}
    greeting, last = (one for one in driven.all(Told) if isinstance(one.event, smtp.Reply))
    assert greeting.elapsed == greeting.at - driven.one(Connected).at
    sent_at = driven.one(Sent).at
    assert last.elapsed is not None
    assert last.at - sent_at <= last.elapsed <= last.at - greeting.at
    assert told[smtp.ReplyLine, b"loopback"].elapsed is not None
    assert told[smtp.ReplyLine, b"PIPELINING"].elapsed is None


def test_the_state_is_told_only_when_it_changed() -> None:
    with talking(dialogue((b"NOOP", b"250 ok\r\n"))) as driven:
        greet(driven)
        driven.ask(b"NOOP")
        changes = [(change.state.phase, change.pending) for change in driven.all(StateChanged)]
    assert changes == [
        (Phase.GREETING, (b"(greeting)",)),
        (Phase.COMMAND, ()),
        (Phase.COMMAND, (b"NOOP",)),
        (Phase.COMMAND, ()),
    ]


def test_a_pipelined_group_is_one_write_with_replies_for_each() -> None:
    turns = dialogue((b"NOOP", b""), (b"RSET", b"250 one\r\n250 two\r\n"))
    with talking(turns) as driven:
        greet(driven)
        driven.connection.send_raw(b"NOOP\r\nRSET\r\n")
        driven.until_idle()
        replies = driven.told(smtp.Reply)[1:]
    assert [(one.command.verb, one.lines) for one in replies] == [
        (b"NOOP", (b"one",)),
        (b"RSET", (b"two",)),
    ]
    assert len(driven.all(Sent)) == 1


def test_every_event_has_all_its_fields() -> None:
    """Those of every round trip are made without asking their class."""
    with talking(dialogue((b"EHLO", b"250-loopback\r\n250 SIZE 9\r\n"))) as driven:
        greet(driven)
        driven.ask(b"EHLO me")
        told: list[object] = [*driven.events]
        for one in told:
            if isinstance(one, tuple):
                assert type(one) is tuple or type(one)(*one) == one
                told += one
    kinds = {type(one) for one in told}
    assert {Received, Told, StateChanged, State, smtp.ReplyLine, smtp.Reply} <= kinds


def test_nothing_is_said_before_the_connection_was_told(authority: Authority) -> None:
    """On this computer a connection comes about at once."""
    goodbye = with_goodbye(dialogue((b"QUIT", b"221 bye\r\n")))
    script = over_tls(authority.server(), goodbye)
    with serve(script) as server:
        events: list[Event] = []
        connection = Connection(authority.target(server.port, TlsMode.IMPLICIT), sink=events.append)
        connection.open()
        connection.send(b"EHLO me")
        assert connection.stage is Stage.CONNECTING
        assert isinstance(events[-1], Refused)
        while connection.pending:
            assert connection.step(PATIENCE)
        assert any(isinstance(event, TlsEstablished) for event in events)
        connection.hang_up()
        while connection.step(PATIENCE):
            pass
    assert [event.data for event in events if isinstance(event, Sent)] == [b"QUIT\r\n"]


def test_a_connection_given_up_as_soon_as_it_came_about_is_closed() -> None:
    closed = threading.Event()

    def script(client: socket.socket) -> None:
        assert client.recv(1) == b""
        closed.set()

    with serve(script) as server:
        events: list[Event] = []
        target = Target("127.0.0.1", server.port, TlsMode.NONE)
        connection = Connection(target, sink=events.append)
        connection.open()
        connection.abort()
        assert closed.wait(PATIENCE)


@pytest.mark.parametrize("line", [b"NOOP\r\nRSET", b"NOOP\n", b"NO\0OP"])
def test_a_line_that_is_two_is_refused_and_nothing_written(line: bytes) -> None:
    with talking(dialogue()) as driven:
        greet(driven)
        driven.connection.send(line)
        refused = driven.one(Refused)
        assert refused.text[0].isupper()
        assert refused.text.endswith(".")
        assert not driven.all(Sent)


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.CLOSED])
def test_requests_without_a_connection_are_refused(stage: Stage) -> None:
    events: list[Event] = []
    connection = Connection(plain(free_port()), sink=events.append)
    if stage is Stage.CLOSED:
        connection.open()
        while connection.step():
            pass
    assert connection.stage is stage
    connection.send(b"NOOP")
    connection.hang_up()
    connection.start_tls()
    refusals = [event.text for event in events if isinstance(event, Refused)]
    assert refusals == ["Not connected: connect first."] * 3
    assert not connection.step(0) or stage is Stage.NEW
    connection.abort()


def test_requests_while_the_name_is_looked_up_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with drive(plain(25, "mail.example")) as driven:
        driven.connection.send(b"NOOP")
        assert "being looked up" in driven.one(Refused).text


def test_lmtp_gives_a_reply_for_each_recipient() -> None:
    turns = dialogue(
        (b"LHLO", b"250 hi\r\n"),
        (b"MAIL", b"250 ok\r\n"),
        (b"RCPT", b"250 ok\r\n"),
        (b"RCPT", b"250 ok\r\n"),
        (b"DATA", b"354 go\r\n"),
        (b"hello", b""),
        (b".", b"250 one\r\n452 two\r\n"),
    )
    with serve(turns) as server:
        target = Target("127.0.0.1", server.port, TlsMode.NONE, lmtp=True)
        with drive(target) as driven:
            greet(driven)
            for line in (
                b"LHLO me",
                b"MAIL FROM:<a@b>",
                b"RCPT TO:<x@b>",
                b"RCPT TO:<y@b>",
                b"DATA",
            ):
                driven.ask(line)
            driven.text(b"hello")
            driven.until_idle()
            last = driven.told(smtp.Reply)[-2:]
            assert [(one.code, one.recipient) for one in last] == [(250, b"<x@b>"), (452, b"<y@b>")]
            assert all(one.elapsed is not None for one in driven.all(Told)[-1:])
