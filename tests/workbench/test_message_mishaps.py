"""A message on its way to a server that refuses, closes or falls silent: nothing is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from smtp_tui.wire.events import Way
from smtp_tui.workbench.draft import Draft
from smtp_tui.workbench.screens.message import MessageScreen
from tests.wire.loopback import PATIENCE, Script, lines_of, plain, serve, wait_for_close
from tests.workbench.live import LiveWindow, live_window

LARGE = b"Subject: large\r\n\r\n" + (b"x" * 78 + b"\r\n") * 100_000
Answer = Callable[[socket.socket, Callable[[], bytes]], None]


def taking(answer: Answer) -> Script:
    """A server that takes an envelope; ``answer`` is what it does from DATA or BDAT on."""

    def script(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        while got := line():
            if got.startswith(b"EHLO"):
                client.sendall(b"250-hi\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
            elif got.startswith(b"DATA"):
                client.sendall(b"354 go\r\n")
                answer(client, line)
                return
            elif got.startswith(b"BDAT"):
                answer(client, line)
                return
            else:
                client.sendall(b"250 ok\r\n")

    return script


@asynccontextmanager
async def sending(answer: Answer, way: Way) -> AsyncIterator[LiveWindow]:
    """A window in which a large message was begun."""
    with serve(taking(answer)) as server:
        async with live_window(plain(server.port)) as at:
            await at.shows("220 ready")
            for line in ("EHLO me", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>"):
                await at.enter(line)
            await at.until(lambda: at.view.state.recipients == 1, "recipient")
            desk = at.app.desk
            desk.drafting.draft = Draft(LARGE, "large", way)
            await at.pilot.press("f9", "f8")
            await at.until(
                lambda: at.view.delivery is not None or at.view.delivered is not None,
                "message on its way",
            )
            yield at
            assert desk.drafting.draft.octets == LARGE


async def ended(at: LiveWindow) -> str:
    """What is told of the message's end, which stands in the editor and then in the session."""
    await at.until(lambda: at.view.delivered is not None, "end of the message")
    assert at.view.delivered is not None
    assert not at.view.delivered.ok
    text = at.view.delivered.text
    assert isinstance(at.app.screen, MessageScreen)
    await at.shows(text[:60])
    return text


@pytest.mark.parametrize("reply", [b"421 4.3.2 shutting down", b"552 5.3.4 too big"])
async def test_what_the_server_said_before_it_closed_in_the_middle_is_told(reply: bytes) -> None:
    def early(client: socket.socket, line: Callable[[], bytes]) -> None:
        for _ in range(100):
            line()
        client.sendall(reply + b"\r\n")
        client.shutdown(socket.SHUT_WR)
        wait_for_close(client)

    async with sending(early, Way.DATA) as at:
        text = await ended(at)
        assert reply.decode() in text
        assert f"of {len(LARGE):,} octets" in text


async def test_a_refusal_in_the_middle_by_a_server_that_reads_on_is_the_answer() -> None:
    sent: list[bytes] = []

    def early(client: socket.socket, line: Callable[[], bytes]) -> None:
        line()
        client.sendall(b"552 5.3.4 too big\r\n")
        sent.append(wait_for_close(client))

    async with sending(early, Way.DATA) as at:
        assert "so the rest was not sent: 552 5.3.4 too big" in await ended(at)
    assert len(sent[0]) < len(LARGE)


async def test_a_refused_chunk_is_told_and_no_other_goes_out() -> None:
    after: list[bytes] = []

    def refuse(client: socket.socket, line: Callable[[], bytes]) -> None:
        client.sendall(b"552 5.3.4 too big\r\n")
        after.append(wait_for_close(client))

    async with sending(refuse, Way.BDAT) as at:
        assert "refused a chunk of the message: 552 5.3.4 too big" in await ended(at)
    assert b"BDAT" not in b"".join(after)


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
async def test_a_server_that_closes_in_the_middle_leaves_message_and_count(way: Way) -> None:
    def leave(client: socket.socket, line: Callable[[], bytes]) -> None:
        line()

    async with sending(leave, way) as at:
        text = await ended(at)
        assert f"of {len(LARGE):,} octets of the message" in text
        await at.pilot.press("f9")
        await at.shows("octets of the message")


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
async def test_escape_and_escape_again_leave_a_server_that_stalls(way: Way) -> None:
    done = threading.Event()

    def stall(client: socket.socket, line: Callable[[], bytes]) -> None:
        with suppress(OSError):
            done.wait(PATIENCE)

    async with sending(stall, way) as at:
        await at.pilot.press("escape")
        if way is Way.BDAT:
            await at.shows("escape closes the connection")
            await at.pilot.press("escape")
        assert "octets" in await ended(at)
        await at.until(lambda: not at.view.live, "end of the connection")
        done.set()


async def test_f9_leaves_while_the_message_goes_on_and_its_end_is_told() -> None:
    go = threading.Event()

    def slow(client: socket.socket, line: Callable[[], bytes]) -> None:
        go.wait(PATIENCE)
        while line() not in (b".\r\n", b""):
            pass
        client.sendall(b"250 2.0.0 at last\r\n")
        wait_for_close(client)

    async with sending(slow, Way.DATA) as at:
        await at.pilot.press("f9")
        await at.shows("A message is on its way")
        go.set()
        await at.shows("The server took the message: 250 2.0.0 at last")


async def test_lmtp_tells_for_whom_the_message_was_taken() -> None:
    """One reply for each recipient the server accepted (RFC 2033 4.2)."""

    def script(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        while (got := line()) not in (b".\r\n", b""):
            if got.startswith((b"LHLO", b"MAIL", b"RCPT")):
                refused = b"unknown" in got
                client.sendall(b"550 5.1.1 nobody\r\n" if refused else b"250 ok\r\n")
            elif got == b"DATA\r\n":
                client.sendall(b"354 go\r\n")
        client.sendall(b"250 2.0.0 kept\r\n552 5.2.2 full\r\n")
        wait_for_close(client)

    recipients = ["has-room", "unknown", "is-full"]
    with serve(script) as server:
        async with live_window(replace(plain(server.port), lmtp=True)) as at:
            await at.shows("220 ready")
            await at.enter("LHLO me")
            await at.enter("MAIL FROM:<a@example.org>")
            for name in recipients:
                await at.enter(f"RCPT TO:<{name}@example.org>")
            await at.until(lambda: at.view.state.recipients == 2, "recipients")
            at.app.desk.drafting.draft = Draft(b"Subject: by LMTP\n\n.\n")
            await at.pilot.press("f9", "f8")
            await at.shows("The server took the message for 1 of 2 recipients.")
            await at.pilot.press("f9")
            await at.shows("250 2.0.0 kept")
            rows = at.text().splitlines()
            for said, name in (("250 2.0.0 kept", "has-room"), ("552 5.2.2 full", "is-full")):
                place = next(number for number, row in enumerate(rows) if said in row)
                assert f"<{name}@example.org>" in "".join(rows[place : place + 2]), at.text()
