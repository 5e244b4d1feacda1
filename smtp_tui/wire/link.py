"""The way to the server: dialled, encrypted if asked for, and then octets both ways."""

from __future__ import annotations

import math
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from smtp_tui.wire.dial import DialFailed, Dialler
from smtp_tui.wire.events import Event, TlsFacts
from smtp_tui.wire.stream import End, Stream
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls import session
from smtp_tui.wire.tls_failures import TLSFailure, handshake_timeout
from smtp_tui.wire.wakeup import WakeUp
from smtp_tui.wire.watch import NEVER

_LONGEST_WAIT = 3600.0
_AT_ONCE = 200e-6
_HANDSHAKE_GLANCE = 400e-6


class Stage(Enum):
    """How far the way to the server is."""

    NEW = "new"
    RESOLVING = "resolving"
    CONNECTING = "connecting"
    HANDSHAKING = "handshaking"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Reached:
    """The socket is connected to ``address``."""

    address: str


@dataclass(frozen=True, slots=True)
class Secured:
    """The TLS handshake is done."""

    facts: TlsFacts


@dataclass(frozen=True, slots=True)
class Unsecured:
    """TLS did not come about, or broke; ``facts`` is what there was of it."""

    failure: TLSFailure
    facts: TlsFacts | None


Occurrence = Reached | Secured | Unsecured | DialFailed | End | bytes
"""What ``poll`` gives; plain text from the server as bare bytes."""


class Link:
    """Everything with a file descriptor on one connection.

    ``poll`` is the only place that waits. ``reading`` False leaves what comes to the network.
    ``taken`` is told how many octets of plain text the socket took so far, and when.
    Nothing raises for what the network or the server does.
    """

    def __init__(
        self,
        target: Target,
        number: int,
        *,
        tell: Callable[[Event], None],
        taken: Callable[[int, float], None],
        clock: Callable[[], float],
    ) -> None:
        self.stage = Stage.NEW
        self.reading = True
        self._target = target
        self._taken = taken
        self._clock = clock
        self._poller = select.poll()
        self._bell = WakeUp()
        self._dialler = Dialler(
            target,
            number,
            poller=self._poller,
            tell=tell,
            wake=self._bell.ring,
            clock=clock,
        )
        self._stream: Stream | None = None
        self._handshake_began = NEVER
        self._brisk = True
        self._glance = _AT_ONCE
        self._asked = True
        self._news: list[Occurrence] = []

    @property
    def unsent(self) -> bool:
        """Whether octets wait for the socket to take them."""
        return self._stream is not None and self._stream.unsent

    def open(self) -> None:
        """Begin to dial; what comes of it, even at once, ``poll`` gives."""
        self._dial(self._dialler.start)

    def poll(self, timeout: float | None) -> list[Occurrence]:
        """What has happened, after waiting at most ``timeout`` seconds for anything to happen."""
        if self._stream is None and self._dialler.connection is not None:
            self._reach(self._dialler.connection)
        if self._news:
            return self._take_news()
        stream = self._stream
        if stream is not None:
            stream.reading = self.reading
            stream.watch()
        patience = None
        if timeout is not None or self.stage is not Stage.OPEN:
            patience = self._patience(timeout)
        for descriptor, ready in self._wait(patience):
            if descriptor == self._bell.descriptor:
                self._bell.clear()
                if self.stage is Stage.RESOLVING:
                    self._dial(self._dialler.woken)
            elif stream is not None:
                self._transfer(stream, ready)
            else:
                self._dial(partial(self._dialler.ready, descriptor))
        if self.stage is not Stage.OPEN:
            self._expire()
        return self._take_news()

    def wake(self) -> None:
        """Let a ``poll`` that waits return; from any thread."""
        self._bell.ring()

    def write(self, data: bytes) -> None:
        """Send octets, now or as the socket takes them."""
        stream = self._stream
        if stream is None:
            return
        self._asked = True
        stream.write(data)
        self._taken(stream.taken, self._clock())
        if stream.end is not None:
            self._end(stream)

    def read_at_once(self) -> bytes:
        """What has come already, without waiting."""
        return self._stream.read() if self._stream is not None else b""

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Begin the handshake; ``Secured`` or ``Unsecured`` follows."""
        stream = self._stream
        if stream is None:
            return
        self.stage = Stage.HANDSHAKING
        self._glance = _HANDSHAKE_GLANCE  # the server has to sign something
        self._handshake_began = self._clock()
        self._asked = True
        try:
            stream.start_tls(session(context, self._target))
        except TLSFailure as failure:
            self._news.append(Unsecured(failure, None))
        if stream.end is not None:
            self._end(stream)

    def say_goodbye(self) -> None:
        """End TLS from this side, if there is TLS; nothing can be sent any more."""
        if self._stream is not None:
            self._stream.say_goodbye()

    def close(self) -> None:
        """Close everything, whatever is still on its way."""
        self.stage = Stage.CLOSED
        self._dialler.close()
        if self._stream is not None:
            self._stream.close()
        elif self._dialler.connection is not None:
            self._dialler.connection.close()
        self._bell.close()

    def _take_news(self) -> list[Occurrence]:
        news, self._news = self._news, []
        return news

    def _wait(self, patience: int | None) -> list[tuple[int, int]]:
        """Poll; for an answer, if the last came at once, look a few times before going to sleep.

        What is on this computer or near it answers sooner than a sleeping process wakes up. For
        what comes unasked it would only keep other threads from running.
        """
        asked, self._asked = self._asked, False
        began = time.perf_counter()
        if asked and self._brisk and patience != 0:
            while time.perf_counter() - began < self._glance:
                if ready := self._poller.poll(0):
                    return ready
        if self._bell.descriptor < 0:  # who never sleeps need not be woken
            self._poller.register(self._bell.open(), select.POLLIN)
        ready = self._poller.poll(patience)
        if asked and self.stage is Stage.OPEN:
            self._brisk = time.perf_counter() - began < _AT_ONCE
        return ready

    def _patience(self, timeout: float | None) -> int | None:
        """How long to poll, in milliseconds; None: until something happens."""
        wait = math.inf if timeout is None else timeout
        if self.stage is not Stage.OPEN:
            wait = min(wait, self._deadline() - self._clock())
        if wait == math.inf:
            return None
        return math.ceil(max(0.0, min(wait, _LONGEST_WAIT)) * 1000)

    def _deadline(self) -> float:
        if self.stage is Stage.HANDSHAKING:
            return self._handshake_began + self._target.timeout
        return self._dialler.deadline

    def _expire(self) -> None:
        now = self._clock()
        if now < self._deadline():
            return
        if self._stream is None:
            self._dial(partial(self._dialler.tick, now))
        elif self.stage is Stage.HANDSHAKING and not self._news:
            self._unsecured(handshake_timeout(self._target.timeout))

    def _dial(self, act: Callable[[], None]) -> None:
        dialler = self._dialler
        if dialler.connection is not None:  # another attempt came to its end at the same moment
            return
        self.stage = Stage.CONNECTING
        try:
            act()
        except DialFailed as failure:
            self._news.append(failure)
            return
        if dialler.resolving:
            self.stage = Stage.RESOLVING

    def _reach(self, connected: socket.socket) -> None:
        self.stage = Stage.OPEN
        self._stream = Stream(connected, self._poller)
        self._news.append(Reached(self._dialler.address))

    def _transfer(self, stream: Stream, ready: int) -> None:
        before = stream.taken
        if ready & select.POLLOUT:
            stream.flush()
        data = stream.read() if ready & ~select.POLLOUT else b""
        if stream.taken != before:
            self._taken(stream.taken, self._clock())
        if self.stage is Stage.HANDSHAKING:
            self._established(stream)
        if data:
            self._news.append(data)
        if stream.end is not None:
            self._end(stream)

    def _established(self, stream: Stream) -> None:
        tls = stream.tls
        if tls is None or not tls.established:
            return
        self.stage = Stage.OPEN
        self._glance = _AT_ONCE
        self._asked = True  # a greeting may follow
        tls.elapsed = self._clock() - self._handshake_began
        if (facts := tls.facts) is not None:
            self._news.append(Secured(facts))

    def _end(self, stream: Stream) -> None:
        end = stream.end
        if end is None:
            return
        if end.failure is not None:
            self._unsecured(end.failure)
        else:
            self._news.append(end)

    def _unsecured(self, failure: TLSFailure) -> None:
        layer = self._stream.tls if self._stream is not None else None
        facts = layer.refused_facts(failure) if layer is not None else None
        self._news.append(Unsecured(failure, facts))
