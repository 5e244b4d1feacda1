"""The thread that owns the connection: actions in, events out."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType

from smtp_tui.wire import endings
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
    StopDelivery,
)
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import Alarm, Event, Refused


class Worker:
    """One daemon thread with at most one connection.

    ``post``, ``pause``, ``resume`` and ``stop`` return at once and may be called by any thread.
    ``sink`` is called in the worker's thread. A fault of our own is told as an ``Alarm``, costs
    the connection and not the thread.
    """

    def __init__(
        self, sink: Callable[[Event], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._actions: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._number = 0
        self._reading = True
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    def post(self, action: Action) -> None:
        """Ask for something; what comes of it is told as events."""
        if not self._stopping:
            self._actions.put(action)
            self._wake()

    def pause(self) -> None:
        """Leave what servers send to the network, until ``resume``."""
        self._set_reading(False)

    def resume(self) -> None:
        """Read again."""
        self._set_reading(True)

    def stop(self) -> None:
        """Close the connection and end the thread, without waiting for either."""
        self._stopping = True
        self._actions.put(None)
        self._wake()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread after ``stop``; whether it has ended within ``timeout`` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _set_reading(self, reading: bool) -> None:
        self._reading = reading
        connection = self._connection
        if connection is not None:
            connection.reading = reading
            connection.wake()

    def _wake(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.wake()

    def _run(self) -> None:
        while not self._stopping:
            with _Fence(self._fault):
                self._work()
        with _Fence(self._ignore):
            self._drop()

    def _work(self) -> None:
        """One round: what was asked for, then what the network does."""
        connection = self._connection
        try:
            action = self._actions.get(block=connection is None)
        except queue.Empty:
            action = None
        if action is not None:
            self._do(action)
        elif connection is not None and not self._stopping and not connection.step():
            self._connection = None

    def _do(self, action: Action) -> None:
        if isinstance(action, Connect):
            self._drop()
            self._number += 1
            connection = Connection(
                action.target, sink=self._sink, number=self._number, clock=self._clock
            )
            self._connection = connection
            connection.reading = self._reading
            connection.open()
        elif self._connection is not None:
            _ask(self._connection, action)
        elif not isinstance(action, Abort):
            self._sink(Refused(self._clock(), self._number, endings.NOT_CONNECTED))

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    def _fault(self, error: Exception) -> None:
        """Tell of a fault of our own, and begin anew; what it says may hold a password."""
        text = f"A fault in this program, {type(error).__name__} {_place(error)}: please report it."
        with _Fence(self._ignore):
            self._sink(Alarm(self._clock(), self._number, text))
        with _Fence(self._ignore):
            self._drop()

    def _ignore(self, error: Exception) -> None:
        """Nobody is left to be told."""


def _ask(connection: Connection, action: Action) -> None:
    match action:
        case Send():
            connection.send(action.line)
        case SendRaw():
            connection.send_raw(action.data)
        case Deliver():
            connection.deliver(action.message, action.way, action.chunk)
        case StopDelivery():
            connection.stop_delivery(at_once=action.at_once)
        case StartTls():
            connection.start_tls()
        case Authenticate():
            connection.authenticate(action.mechanism, action.credentials)
        case HangUp() if connection.hanging_up:
            connection.abort()
        case HangUp():
            connection.hang_up()
        case Abort():
            connection.abort()


def _place(error: Exception) -> str:
    """Where it was raised, as module and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "somewhere"
    module = trace.tb_frame.f_globals.get("__name__", "?")
    return f"in {module}, line {trace.tb_lineno}"


class _Fence:
    """Hands every exception from inside to ``report`` and lets none out."""

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._report = report

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._report(error)
        return True
