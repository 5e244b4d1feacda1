"""The ways a session ends from this side."""

from __future__ import annotations

import socket

from smtp_tui.smtp import events as smtp
from smtp_tui.wire.events import (
    Gone,
    Note,
    Refused,
    Sent,
)
from smtp_tui.wire.link import Stage
from tests.wire.loopback import (
    TRANSACTION,
    dialogue,
    greet,
    lines_of,
    silent,
    talking,
    wait_for_close,
)


def test_hanging_up_says_quit_and_closes() -> None:
    with talking(dialogue((b"QUIT", b"221 bye\r\n"))) as driven:
        greet(driven)
        driven.connection.hang_up()
        assert driven.connection.hanging_up
        driven.connection.hang_up()
        driven.until_over()
    assert [sent.data for sent in driven.all(Sent)] == [b"QUIT\r\n"]
    assert driven.one(Gone).text == "Closed after QUIT."


def test_a_server_that_stays_after_quit_is_left_after_a_second() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"221 bye\r\n")
        wait_for_close(client)

    with talking(script) as driven:
        greet(driven)
        driven.ask(b"QUIT")
        driven.connection.send(b"NOOP")
        assert "closing" in driven.one(Refused).text
        driven.pass_time(0.9)
        assert not driven.connection.finished
        driven.pass_time(0.2)
        assert driven.connection.finished
    assert driven.one(Gone).clean


def test_hanging_up_waits_for_the_reply_that_is_due() -> None:
    turns = dialogue((b"NOOP", b"250 ok\r\n"), (b"QUIT", b"221 bye\r\n"))
    with talking(turns) as driven:
        greet(driven)
        driven.connection.send(b"NOOP")
        driven.connection.hang_up()
        assert "QUIT follows" in driven.one(Note).text
        driven.until_over()
    assert [sent.data for sent in driven.all(Sent)] == [b"NOOP\r\n", b"QUIT\r\n"]


def test_hanging_up_never_says_quit_into_a_message() -> None:
    with talking(TRANSACTION) as driven:
        greet(driven)
        for line in (b"EHLO me", b"MAIL FROM:<a@b.c>", b"RCPT TO:<a@b.c>"):
            driven.ask(line)
        driven.connection.send(b"DATA")
        driven.connection.hang_up()
        driven.until_over()
    assert driven.all(Sent)[-1].data == b"DATA\r\n"
    assert "middle of the message" in driven.one(Gone).text


def test_hanging_up_before_the_greeting_closes() -> None:
    with talking(silent) as driven:
        driven.until_stage(Stage.OPEN)
        driven.connection.hang_up()
        assert driven.connection.finished
    assert driven.one(Gone).text == "Closed before the greeting."


def test_hanging_up_after_half_a_line_does_not_continue_it() -> None:
    with talking(dialogue()) as driven:
        greet(driven)
        driven.connection.send_raw(b"MAIL FR")
        driven.connection.hang_up()
        assert driven.connection.finished
    assert [sent.data for sent in driven.all(Sent)] == [b"MAIL FR"]


def test_hanging_up_at_a_challenge_cancels_it_first() -> None:
    turns = dialogue(
        (b"AUTH", b"334 \r\n"), (b"*", b"501 cancelled\r\n"), (b"QUIT", b"221 bye\r\n")
    )
    with talking(turns) as driven:
        greet(driven)
        driven.ask(b"AUTH LOGIN")
        driven.connection.hang_up()
        driven.until_over()
    assert driven.one(Gone).text == "Closed after QUIT."


def test_aborting_ends_everything_at_once() -> None:
    with talking(silent) as driven:
        driven.until_stage(Stage.OPEN)
        driven.connection.abort()
        assert driven.connection.finished
        assert not driven.connection.step(0)
        driven.connection.abort()
        driven.connection.wake()
    assert driven.one(Gone).text == "Closed at once."
    assert not driven.told(smtp.Closed)


def test_waking_lets_a_step_return() -> None:
    with talking(silent) as driven:
        driven.until_stage(Stage.OPEN)
        driven.connection.wake()
        assert driven.connection.step(None)
        for _ in range(100_000):  # more than the pipe holds
            driven.connection.wake()
        assert driven.connection.step(None)
