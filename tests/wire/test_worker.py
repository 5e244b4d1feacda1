"""The thread that owns the connection: actions in, events out, and never in the way."""

from __future__ import annotations

import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import Phase
from smtp_tui.wire import connection as connection_module
from smtp_tui.wire.actions import (
    Abort,
    Action,
    Authenticate,
    Connect,
    Deliver,
    HangUp,
    Send,
    SendRaw,
    StartTls,
)
from smtp_tui.wire.events import (
    Alarm,
    AuthFinished,
    Connected,
    Event,
    Gone,
    Opening,
    Received,
    Refused,
    Resolving,
    Sent,
    StateChanged,
    TlsEstablished,
    TlsStarted,
    Told,
    Trying,
)
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.worker import Worker
from tests.wire.loopback import (
    AFTER_TLS,
    PATIENCE,
    Authority,
    after_starttls,
    dialogue,
    lines_of,
    plain,
    serve,
    silent,
    silent_port,
    wait_for_close,
)

T = TypeVar("T")


class Observed:
    """A worker with the events it tells."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.seen: list[Event] = []
        self.worker = Worker(self.queue.put)

    def post(self, *actions: Action) -> None:
        """Ask for these in turn."""
        for action in actions:
            self.worker.post(action)

    def until(self, kind: type[T], wanted: Callable[[T], bool] = lambda _: True) -> T:
        """Wait for the next event of a kind."""
        give_up = time.monotonic() + PATIENCE
        while True:
            event = self.queue.get(timeout=max(0.0, give_up - time.monotonic()))
            self.seen.append(event)
            if isinstance(event, kind) and wanted(event):
                return event

    def until_reply(self, verb: bytes) -> smtp.Reply:
        """Wait for the reply to a command."""

        def answers(told: Told) -> bool:
            return isinstance(told.event, smtp.Reply) and told.event.command.verb == verb

        event = self.until(Told, answers).event
        assert isinstance(event, smtp.Reply)
        return event

    def all(self, kind: type[T]) -> list[T]:
        """What was seen of a kind."""
        return [event for event in self.seen if isinstance(event, kind)]


@pytest.fixture
def observed() -> Iterator[Observed]:
    """A worker, stopped at the end."""
    one = Observed()
    yield one
    one.worker.stop()
    assert one.worker.join(PATIENCE)


def test_actions_become_events(observed: Observed) -> None:
    turns = dialogue(
        (b"EHLO", b"250 hi\r\n"),
        (b"AUTH", b"235 ok\r\n"),
        (b"NOOP", b"250 ok\r\n"),
        (b"DATA", b"354 go\r\n"),
        (b"text", b""),
        (b".", b"250 took it\r\n"),
        (b"QUIT", b"221 bye\r\n"),
    )
    with serve(turns) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        observed.post(Send(b"EHLO me"))
        observed.until_reply(b"EHLO")
        observed.post(Authenticate("PLAIN", Credentials("u", "p")))
        assert observed.until(AuthFinished).ok
        observed.post(SendRaw(b"NOOP\r\n"))
        observed.until_reply(b"NOOP")
        observed.post(Send(b"DATA"))
        observed.until(StateChanged, lambda change: change.state.phase is Phase.BODY)
        observed.post(SendRaw(b"text\r\n.\r\n"))
        observed.until_reply(b"(body)")
        observed.post(HangUp())
        assert observed.until(Gone).text == "Closed after QUIT."


def test_starttls_is_an_action(observed: Observed, authority: Authority) -> None:
    with serve(after_starttls(authority.server(), AFTER_TLS)) as server:
        observed.post(Connect(authority.target(server.port, TlsMode.STARTTLS)))
        observed.until_reply(b"(greeting)")
        observed.post(StartTls())
        assert observed.until(TlsEstablished).facts.verified
        observed.post(Abort())
        observed.until(Gone)


@pytest.mark.parametrize(
    "action", [Send(b"NOOP"), SendRaw(b""), Deliver(b""), StartTls(), HangUp()]
)
def test_without_a_connection_an_action_is_refused(observed: Observed, action: Action) -> None:
    observed.post(action)
    assert observed.until(Refused).text == "Not connected: connect first."


def test_aborting_nothing_is_nothing(observed: Observed) -> None:
    observed.post(Abort(), Send(b"NOOP"))
    observed.until(Refused)
    assert len(observed.seen) == 1


def test_a_new_connection_takes_the_place_of_the_old(observed: Observed) -> None:
    with serve(dialogue()) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        observed.post(Connect(plain(server.port)))
        assert observed.until(Gone).connection == 1
        assert observed.until(Opening).connection == 2
        observed.until_reply(b"(greeting)")


def test_hanging_up_twice_closes_hard(observed: Observed) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        wait_for_close(client)

    with serve(script) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        observed.post(HangUp())
        observed.until(Sent)
        observed.post(HangUp())
        assert observed.until(Gone).text == "Closed at once."


def test_paused_it_reads_nothing_and_resumed_all(observed: Observed) -> None:
    go_on = threading.Event()

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        for number in range(1000):
            client.sendall(b"250 %d\r\n" % number)
        go_on.set()
        wait_for_close(client)

    with serve(script) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        observed.worker.pause()
        observed.post(Send(b"NOOP"))
        observed.until(Sent)
        assert go_on.wait(PATIENCE)
        observed.post(Send(b"RSET"))
        observed.until(Sent)
        assert len(observed.all(Received)) == 1
        observed.worker.resume()
        observed.until_reply(b"NOOP")


def test_a_paused_worker_still_aborts(observed: Observed) -> None:
    with serve(silent) as server:
        observed.worker.pause()
        observed.post(Connect(plain(server.port)))
        observed.until(Connected)
        observed.post(Abort())
        observed.until(Gone)


def test_a_fault_of_ours_is_told_and_costs_only_the_connection(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("it was hunter2")

    with serve(dialogue()) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        with monkeypatch.context() as patch:
            patch.setattr(connection_module.Connection, "send", broken)
            observed.post(Send(b"NOOP"))
            alarm = observed.until(Alarm)
        assert re.fullmatch(
            rf"A fault in this program, RuntimeError in {__name__}, line \d+: please report it\.",
            alarm.text,
        )
        observed.until(Gone)
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")


def test_a_sink_that_fails_does_not_end_the_thread() -> None:
    calls: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def sink(event: Event) -> None:
        calls.put(event)
        raise RuntimeError("the screen is gone")

    worker = Worker(sink)
    try:
        for _ in range(3):
            worker.post(Send(b"NOOP"))
            assert isinstance(calls.get(timeout=PATIENCE), Refused)
            assert isinstance(calls.get(timeout=PATIENCE), Alarm)
    finally:
        worker.stop()
        assert worker.join(PATIENCE)


def test_after_stop_nothing_is_done() -> None:
    observed = Observed()
    observed.worker.stop()
    assert observed.worker.join(PATIENCE)
    observed.post(Send(b"NOOP"))
    observed.worker.pause()
    observed.worker.stop()
    assert observed.queue.empty()


# Aborting and stopping, in every phase


Stopper = Callable[[Observed], None]


def abort(observed: Observed) -> None:
    """What ctrl+c does; the worker is there for the next connection."""
    observed.post(Abort())
    observed.until(Gone)
    observed.post(Send(b"NOOP"))
    observed.until(Refused)


def stop(observed: Observed) -> None:
    """What quitting does."""
    observed.worker.stop()
    assert observed.worker.join(PATIENCE)


BOTH = pytest.mark.parametrize("end", [abort, stop])


@BOTH
def test_it_ends_while_a_name_is_looked_up(
    observed: Observed, end: Stopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    asked = threading.Event()
    finished = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        asked.set()
        answer.wait(PATIENCE)
        finished.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    observed.post(Connect(plain(25, "mail.example")))
    observed.until(Resolving)
    assert asked.wait(PATIENCE)
    end(observed)
    assert not finished.is_set()  # the resolver has not answered, and nobody waited for it
    answer.set()
    assert finished.wait(PATIENCE)


@BOTH
def test_it_ends_while_connecting(observed: Observed, end: Stopper) -> None:
    with silent_port() as port:
        observed.post(Connect(plain(port)))
        observed.until(Trying)
        end(observed)
    assert not observed.all(Connected)


@BOTH
def test_it_ends_while_shaking_hands(
    observed: Observed, end: Stopper, authority: Authority
) -> None:
    with serve(silent) as server:
        observed.post(Connect(authority.target(server.port, TlsMode.IMPLICIT)))
        observed.until(TlsStarted)
        end(observed)


@BOTH
def test_it_ends_while_waiting_for_a_reply(observed: Observed, end: Stopper) -> None:
    with serve(silent) as server:
        observed.post(Connect(plain(server.port)))
        observed.until(Connected)
        observed.post(Send(b"NOOP"))
        observed.until(Sent)
        end(observed)


@BOTH
def test_it_ends_in_the_middle_of_a_message_nobody_reads(observed: Observed, end: Stopper) -> None:
    done = threading.Event()

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"354 go\r\n")
        done.wait(PATIENCE)

    with serve(script) as server:
        observed.post(Connect(plain(server.port)))
        observed.until_reply(b"(greeting)")
        observed.post(Send(b"DATA"))
        observed.until(StateChanged, lambda change: change.state.phase is Phase.BODY)
        observed.post(SendRaw((b"x" * 78 + b"\r\n") * 200_000))
        observed.until(Sent)
        end(observed)
        done.set()


def test_a_resolver_that_never_answers_does_not_hold_up_the_end_of_the_program() -> None:
    program = """
import socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
from smtp_tui.wire.actions import Connect
from smtp_tui.wire.events import Resolving
from smtp_tui.wire.target import Target
from smtp_tui.wire.worker import Worker
asked = threading.Event()
worker = Worker(lambda event: isinstance(event, Resolving) and asked.set())
worker.post(Connect(Target("mail.example")))
asked.wait()
worker.stop()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)


def test_importing_the_worker_loads_no_screen_and_no_cryptography() -> None:
    program = """
import sys
import smtp_tui.wire.worker
print(*{name.partition(".")[0] for name in sys.modules})
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    loaded = set(ran.stdout.split())
    assert not loaded & {"textual", "rich", "cryptography", "asyncio", "trustme", "aiosmtpd"}
    assert not {f"smtp_tui.{floor}" for floor in ("workbench", "transcript", "practice")} & loaded


def test_the_target_of_a_connection_need_not_be_valid(observed: Observed) -> None:
    observed.post(Connect(Target("a\0b", 0)))
    assert not observed.until(Gone).clean
