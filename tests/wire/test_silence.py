"""Silences that deserve a word, and those that do not."""

from __future__ import annotations

import socket

import pytest

from smtp_tui.smtp import events as smtp
from smtp_tui.wire.events import (
    Note,
    Partial,
    Received,
    Remedy,
)
from smtp_tui.wire.link import Stage
from tests.wire.loopback import (
    drive,
    greet,
    lines_of,
    plain,
    serve,
    silent,
    talking,
    wait_for_close,
)


@pytest.mark.parametrize(
    ("port", "seconds", "words"),
    [
        (465, 3, "may expect implicit TLS, from the first octet"),
        (25, 5, "wait on purpose"),
        (2526, 5, "may expect implicit TLS, from the first octet"),
    ],
)
def test_a_missing_greeting_is_spoken_of_once(
    port: int, seconds: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.socket.connect_ex
    with serve(silent) as server:

        def redirected(self: socket.socket, address: tuple[str, int]) -> int:
            return connect(self, (address[0], server.port))

        monkeypatch.setattr(socket.socket, "connect_ex", redirected)
        with drive(plain(port)) as driven:
            driven.until_stage(Stage.OPEN)
            driven.pass_time(seconds - 0.1)
            assert not driven.all(Note)
            driven.pass_time(0.2)
            note = driven.one(Note)
            assert words in note.text
            assert f"{seconds} s" in note.text
            assert note.remedy is Remedy.USE_IMPLICIT_TLS
            driven.pass_time(100)
            assert len(driven.all(Note)) == 1
            assert not driven.connection.finished


def test_replies_may_take_for_ever() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        wait_for_close(client)

    with talking(script) as driven:
        greet(driven)
        driven.connection.send(b"NOOP")
        driven.pass_time(100_000)
        assert driven.connection.pending == (b"NOOP",)
        assert not driven.connection.finished


def test_an_unfinished_line_is_shown_after_a_second_and_only_when_it_grew() -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        for piece in (b"250 al", b"most"):
            line()
            client.sendall(piece)
        line()
        client.sendall(b" done\r\n")
        wait_for_close(client)

    with talking(script) as driven:
        greet(driven)
        driven.connection.send(b"NOOP")
        driven.until(lambda: len(driven.all(Received)) == 2)
        driven.pass_time(0.9)
        assert not driven.all(Partial)
        driven.pass_time(0.2)
        assert driven.one(Partial).data == b"250 al"
        driven.pass_time(5)
        assert len(driven.all(Partial)) == 1
        driven.connection.send(b"RSET")
        driven.until(lambda: len(driven.all(Received)) == 3)
        driven.pass_time(1.1)
        assert driven.all(Partial)[-1].data == b"250 almost"
        driven.connection.send(b"HELP")
        driven.until(lambda: len(driven.told(smtp.Reply)) == 2)
        driven.pass_time(5)
        assert len(driven.all(Partial)) == 2
