"""One connection: the link to the server and the conversation on it, driven step by step."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.smtp.replies import TLS_RECORDS
from smtp_tui.smtp.state import Phase
from smtp_tui.wire import endings
from smtp_tui.wire.binding import channel
from smtp_tui.wire.context import build_context
from smtp_tui.wire.conversation import Signal
from smtp_tui.wire.dial import DialFailed
from smtp_tui.wire.events import (
    Connected,
    Event,
    Failed,
    Failure,
    Gone,
    Opening,
    Protection,
    Remedy,
    TlsEstablished,
    TlsFacts,
    TlsStarted,
    Way,
)
from smtp_tui.wire.link import Occurrence, Reached, Secured, Stage, Unsecured
from smtp_tui.wire.standing import Standing
from smtp_tui.wire.stream import End
from smtp_tui.wire.target import Target, TargetError, TlsMode
from smtp_tui.wire.tls_failures import TlsProblem, closed_in_handshake
from smtp_tui.wire.tls_options import BY_DEFAULT
from smtp_tui.wire.watch import NEVER

LINGER = 1.0
"""Seconds the server has to close after QUIT before we do."""

_NOT_YET = {
    Stage.NEW: endings.NOT_CONNECTED,
    Stage.RESOLVING: endings.STILL_RESOLVING,
    Stage.CONNECTING: endings.STILL_CONNECTING,
    Stage.HANDSHAKING: endings.STILL_HANDSHAKING,
    Stage.CLOSED: endings.NOT_CONNECTED,
}


class Connection(Standing):
    """A session with one target, from the lookup of its name to the close.

    ``open`` begins it; then ``step`` has to be called until it gives False. Everything that
    happens is told to ``sink``, between one ``Opening`` and one ``Gone``; whatever a server or
    the network does becomes an event, never an exception. One thread owns it; from others only
    ``wake`` may be called and ``reading`` be set: False leaves what the server sends to the
    network, which slows it down. ``failure`` is set when it never came about or TLS failed.
    """

    def __init__(
        self,
        target: Target,
        *,
        sink: Callable[[Event], None],
        number: int = 1,
        clock: Callable[[], float] = time.monotonic,
        context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(target, sink, number, clock)
        self._context = context
        self._opened_at = 0.0
        self._sending = False

    # Driving

    def open(self) -> None:
        """Begin to connect."""
        self._opened_at = self._clock()
        self._sink(Opening(self._opened_at, self.number, self.target, time.time()))
        if self._invalid:
            self._fail(Failure.RESOLVE, self._invalid)
            return
        if self.target.asks_of_tls or self.target.tls is TlsMode.IMPLICIT:
            try:
                self._tls_context()  # a bad file is told of before anything else happens
            except TargetError as error:
                self._fail(Failure.TLS, str(error))
                return
        self._link.open()

    def step(self, timeout: float | None = None) -> bool:
        """Wait at most ``timeout`` seconds for something to happen, and do it.

        None waits until something does. Gives True while the connection is not over.
        """
        link = self._link
        if self.finished:
            return False
        link.reading = self.reading
        if self._sending and self._feeds:
            timeout = 0.0
        deadline = min(self._watch.deadline, self._closes_at)
        if deadline != NEVER:
            left = max(0.0, deadline - self._clock())
            timeout = left if timeout is None else min(left, timeout)
        for occurrence in link.poll(timeout):
            if isinstance(occurrence, bytes):
                self._receive(occurrence)
            else:
                self._meet(occurrence)
            if self.finished:
                return False
        if deadline != NEVER:
            self._tick()
        if self._sending:
            self._sending = self._talk.has_message
            if self._feeds:
                self._talk.deliver_more()
                self._settle()
        return not self.finished

    def wake(self) -> None:
        """Let a ``step`` that waits return; from any thread, at any time."""
        self._link.wake()

    # Requests

    def send(self, line: bytes) -> None:
        """Send one line as typed."""
        if self._ready():
            self._talk.send(line)
            self._settle()

    def send_raw(self, data: bytes) -> None:
        """Send octets exactly."""
        if self._ready():
            self._talk.send_raw(data)
            self._settle()

    def deliver(self, message: bytes, way: Way, chunk: int) -> None:
        """Send a whole message by DATA or BDAT; ``DeliveryFinished`` tells how it ended."""
        if self._ready():
            self._talk.deliver(message, way, chunk)
            self._sending = self._talk.has_message
            self._settle()

    def stop_delivery(self, *, at_once: bool = False) -> None:
        """Send no further chunk of the message, or close; nothing if it is over already."""
        if not self._talk.has_message:
            return
        if at_once:
            self.abort()
        elif self._ready():
            self._talk.stop_delivery()

    def start_tls(self) -> None:
        """Send STARTTLS; the handshake follows a 220."""
        if self._ready():
            self._talk.start_tls()
            self._settle()

    def authenticate(self, mechanism: str, credentials: Credentials) -> None:
        """Run a SASL mechanism; ``AuthFinished`` tells how it ended."""
        if self._ready():
            offered = self.state.extensions.mechanisms
            facts = self.facts if self.protection is not Protection.CLEAR else None
            over = channel(self.target, facts, offered, mechanism)
            self._talk.authenticate(mechanism, credentials, over)
            self._settle()

    def hang_up(self) -> None:
        """Say QUIT and close; before there is anybody to say it to, close at once."""
        if self.stage in {Stage.CLOSED, Stage.NEW}:
            self._teller.refused(endings.NOT_CONNECTED)
        elif self.stage is not Stage.OPEN:
            self.abort()
        elif not self.hanging_up:
            self._talk.leave()
            self._settle()

    def abort(self) -> None:
        """Close at once, in whatever stage."""
        text = endings.CUT if self.stage is Stage.OPEN else endings.GIVEN_UP
        self._finish(True, text, aborted=True)

    @property
    def _feeds(self) -> bool:
        """Whether the next piece of a message goes out; not while the network or we are behind."""
        return self.reading and self._talk.delivering and not self._link.unsent

    def _ready(self) -> bool:
        """Whether something can be said; if not, that is told."""
        if self._link.stage is Stage.OPEN and self._closes_at == NEVER:
            return True
        self._teller.refused(_NOT_YET.get(self.stage, endings.CLOSING))
        return False

    # What happens

    def _receive(self, data: bytes) -> None:
        talk, watch = self._talk, self._watch
        talk.receive(data)
        if watch.waiting or talk.dialogue.unfinished:
            watch.heard(self._clock(), talk.dialogue.partial)
        if talk.signal is not None:
            self._settle()

    def _meet(self, occurrence: Occurrence) -> None:
        match occurrence:
            case Reached():
                self._reached(occurrence.address)
            case Secured():
                self._secured(occurrence.facts)
            case Unsecured():
                self._unsecured(occurrence)
            case DialFailed():
                self._fail(occurrence.failure, occurrence.text)
            case End():
                self._ended(occurrence)

    def _tick(self) -> None:
        """Break the silence, or end it, where that is due."""
        now = self._clock()
        watch = self._watch
        if now >= self._closes_at:
            self._finish(True, endings.LEFT_OPEN)
            return
        if now >= watch.greeting_at:
            watch.told_greeting()
            handshaking = self.stage is Stage.HANDSHAKING
            note = endings.silence(watch.patience, self.target, handshaking=handshaking)
            self._teller.note(*note)
        if now >= watch.partial_at:
            unfinished = self._talk.dialogue.partial
            watch.told_partial(unfinished)
            self._teller.partial(unfinished)

    def _reached(self, address: str) -> None:
        now = self._clock()
        self.address = address
        self._sink(Connected(now, self.number, address, now - self._opened_at))
        self._teller.taken(0, now)
        self._watch.expect_greeting(now, self.target)
        if self.target.tls is TlsMode.IMPLICIT:
            self._start_tls()
        if not self.finished:
            self._talk.tell_state()

    def _settle(self) -> None:
        """Do what the conversation asks for."""
        match self._talk.signal:
            case None:
                return
            case Signal.UPGRADE:
                self._upgrade()
            case Signal.GOODBYE:
                if self._closes_at == NEVER:
                    self._closes_at = self._clock() + LINGER
                    self._link.say_goodbye()
            case Signal.PART:
                self._finish(True, self._talk.parting)
            case Signal.BROKEN:
                self._broken()

    # TLS

    def _tls_context(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = build_context(self.target)
        return self._context

    def _upgrade(self) -> None:
        """220 to STARTTLS has come: nothing but the handshake may follow (RFC 3207 4)."""
        self._talk.signal = None
        injected = self._link.read_at_once()
        if injected:
            self._receive(injected)
        else:
            self._start_tls()

    def _start_tls(self) -> None:
        try:
            context = self._tls_context()
        except TargetError as error:
            self._talk.dialogue.tls_failed(str(error))
            self._fail(Failure.TLS, str(error))
            return
        if self.target.options is not BY_DEFAULT and self.target.options.allows_old:
            self._teller.note(endings.old_tls(self.target.options))
        self._sink(TlsStarted(self._clock(), self.number))
        self._link.start_tls(context)

    def _secured(self, facts: TlsFacts) -> None:
        now = self._clock()
        self.facts = facts
        self._teller.protection = facts.protection
        self._sink(TlsEstablished(now, self.number, facts))
        self._talk.dialogue.tls_started()
        self._talk.tell_state()
        if self._talk.dialogue.phase is Phase.GREETING:
            self._watch.expect_greeting(now, self.target)

    def _unsecured(self, occurrence: Unsecured) -> None:
        failure = occurrence.failure
        if self.stage is Stage.OPEN and not failure.kind.is_of_client:
            self._teller.alarm(failure.sentence)
            self._talk.receive_eof(clean=False)
            self._finish(False, failure.sentence)
            return
        if failure.kind is TlsProblem.PLAINTEXT:
            self._teller.received(failure.first_bytes)
            if self._talk.dialogue.phase is Phase.UPGRADING:
                self._teller.alarm(endings.INJECTED, failure.first_bytes)
        self.facts = occurrence.facts
        text, remedy = endings.of_tls(failure, self.target)
        self._talk.dialogue.tls_failed(text)
        self._fail(Failure.TLS, text, remedy)

    def _broken(self) -> None:
        odd = self._talk.last_malformed
        if odd.startswith(TLS_RECORDS):
            text = endings.speaks_tls(self.target)
            self._fail(Failure.TLS, text, Remedy.USE_IMPLICIT_TLS)
            return
        reason = self._talk.dialogue.state.reason
        text = f"{reason[:1].upper()}{reason[1:]}."
        self._teller.alarm(text, odd)
        self._finish(False, text)

    # Ending

    def _ended(self, end: End) -> None:
        if self._talk.dialogue.phase is Phase.UPGRADING:
            self._unsecured(Unsecured(closed_in_handshake(), None))
            return
        quitting = self._talk.quitting
        # A close that crosses our close_notify arrives as a reset.
        in_tls = self.protection is not Protection.CLEAR
        if quitting and not end.clean and (in_tls or not end.reset):
            self._teller.note(endings.NO_CLOSE_NOTIFY)
        clean = end.clean or quitting
        phase, message = self._talk.dialogue.phase, self._talk.message_octets
        ungreeted = phase is Phase.GREETING
        closed = self._talk.receive_eof(clean=clean)
        if ungreeted and self.target.tls is not TlsMode.IMPLICIT:
            self._teller.note(endings.UNGREETED, Remedy.USE_IMPLICIT_TLS)
        text = endings.of_server(end, closed, phase=phase, message=message, quitting=quitting)
        self._finish(clean, text, truncated=in_tls and not end.clean)

    def _fail(self, failure: Failure, text: str, remedy: Remedy | None = None) -> None:
        self.failure = Failed(self._clock(), self.number, failure, text, remedy, self.facts)
        self._sink(self.failure)
        made = failure is Failure.TLS and self.stage is not Stage.NEW
        self._finish(False, endings.TLS_FAILED if made else endings.NOT_MADE)

    def _finish(
        self, clean: bool, text: str, *, truncated: bool = False, aborted: bool = False
    ) -> None:
        if self.finished:
            return
        self.finished = True
        self._link.close()
        self._talk.close()
        self._sink(Gone(self._clock(), self.number, clean, text, truncated, aborted))
