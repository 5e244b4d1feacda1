"""The player: plays a script over a connection, waiting for each reply that it expects."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError
from smtp_tui.smtp.events import Challenge, Reply
from smtp_tui.smtp.state import AUTH_RESPONSE, Phase
from smtp_tui.transcript import wording
from smtp_tui.transcript.burst import Burst, bursts
from smtp_tui.transcript.course import Course, Failure, Outcome, Result, Watch
from smtp_tui.transcript.disclosure import first_credential, is_loopback
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.placeholders import Filler, check, names_in
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Script
from smtp_tui.wire.binding import channel
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import Event, Protection, Told
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode

PATIENCE = 300.0
"""Seconds to wait for one reply (RFC 5321 4.5.3.2)."""

_FAREWELL = 5.0
"""Seconds the server has for what is still open and for closing."""

_TRUSTED = (Protection.VERIFIED, Protection.OUTDATED)
"""Where credentials may go; old TLS is spoken only where that was asked for."""

_PIECE = 64 * 1024
_CHALLENGE = 334


class _Stopped(Exception):
    """The rest of the script is not played."""


class Player:
    """Plays one script over one new connection; ``play`` does all of it.

    ``watch`` is told all that happens, the veil learns every secret before it is sent, the
    credentials fill the placeholders; ``patience`` is how many seconds each reply may take,
    ``number`` what the connection is called in events.
    """

    def __init__(
        self,
        script: Script,
        target: Target,
        *,
        watch: Watch,
        veil: Veil,
        credentials: Credentials | None = None,
        patience: float = PATIENCE,
        context: ssl.SSLContext | None = None,
        number: int = 1,
    ) -> None:
        self._script = script
        self._target = target
        self._veil = veil
        self._credentials = credentials
        self._patience = patience
        self._course = Course(
            script.expected, veil, watch, expects_greeting=script.expects_greeting
        )
        self._filler = Filler()
        self._challenges = 0
        self._connection = Connection(target, sink=self._take, number=number, context=context)
        self._turn = 0

    def play(self) -> Result:
        """Connect, play the script to its end or to the first thing unexpected, and close.

        Asked to end by a signal, it closes at once and says so in the result. Raises
        ``CredentialsError``, before anything is done, when the credentials do not fit.
        """
        if self._credentials is not None:
            channel = Channel(self._target.host, self._target.port)
            for step in self._script.steps:
                if isinstance(step, ClientLine) and step.kind is Kind.COMMAND:
                    check(step.line, self._credentials, channel)
        try:
            self._play()
            self._leave()
        except KeyboardInterrupt:
            self._course.signal = Outcome.INTERRUPTED
        except SystemExit as asked:  # what the command line makes of SIGTERM and SIGHUP
            if not isinstance(asked.code, int):
                raise
            self._course.signal = Outcome(asked.code)
        finally:
            self._connection.abort()
        return self._course.result()

    def _play(self) -> None:
        with suppress(_Stopped):
            self._connection.open()
            self._make_ready()
            if not self._script.expects_greeting:
                self._step_until(lambda: not self._connection.pending)
            for step in bursts(self._script):
                match step:
                    case Burst():
                        self._send(step)
                    case ExpectedReply():
                        self._await(step)
            self._step_until(lambda: not self._connection.pending)

    # The steps of a script

    def _send(self, burst: Burst) -> None:
        if self._course.failures:
            raise _Stopped
        self._make_ready(burst.number)
        if burst.is_message:
            self._step_until(lambda: not self._connection.pending)
            if self._connection.state.phase is not Phase.BODY:
                self._fail(burst.number, "354 before message text", "DATA was not accepted")
        self._refuse_disclosure(burst)
        try:
            data = b"".join(self._octets(line) for line in burst.lines)
        except CredentialsError as error:
            self._fail(burst.number, "a challenge that can be answered", str(error).rstrip("."))
        for start in range(0, len(data), _PIECE):
            self._require_open(burst.number, "a connection to send on")
            self._connection.send_raw(data[start : start + _PIECE])
            if self._course.refused:
                self._fail(burst.number, "a line that can be sent", self._course.refused)
            if not self._step_until(lambda: not self._connection.unsent):
                self._fail(burst.number, "a server that reads", f"nothing in {self._patience:g} s")

    def _octets(self, step: ClientLine) -> bytes:
        line = step.line
        if step.kind is Kind.COMMAND and self._credentials is not None:
            filled = self._filler.fill(line, self._credentials, self._channel(line))
            for secret, label in filled.secrets:
                self._veil.learn(secret, label)
            line = filled.line
        return line + b"\r\n"

    def _channel(self, line: bytes) -> Channel:
        connection = self._connection
        secure = connection.protection is not Protection.CLEAR
        offered = connection.state.extensions.mechanisms
        mechanism = next(names_in(line), "")
        return channel(self._target, connection.facts if secure else None, offered, mechanism)

    def _take(self, event: Event) -> None:
        match event:
            case Told(event=Challenge(decoded=challenge)):
                self._challenges += 1
                self._filler.challenged(self._challenges, challenge)
            case Told(event=Reply(code=code, command=command)) if (
                code != _CHALLENGE and command.verb in (b"AUTH", AUTH_RESPONSE)
            ):
                self._challenges = 0
                self._filler.reset()
        self._course.take(event)

    def _await(self, wanted: ExpectedReply) -> None:
        self._turn += 1
        turn = self._turn
        # a 421 may come unasked, every other reply answers something
        unasked = wanted.matches(421)
        came = self._step_until(
            lambda: self._course.replies >= turn or not (unasked or self._is_due())
        )
        if self._course.replies >= turn:
            return
        if not came:
            hint = f": {wording.MUTE}" if self._is_mute() else ""
            self._fail(wanted.number, wanted.pattern, f"no reply in {self._patience:g} s{hint}")
        self._require_open(wanted.number, wanted.pattern)
        self._fail(wanted.number, wanted.pattern, "nothing was sent that wants another reply")

    def _is_due(self) -> bool:
        connection = self._connection
        upgrading = connection.state.phase is Phase.UPGRADING
        return bool(connection.pending) or upgrading

    def _is_mute(self) -> bool:
        """Whether the server has said nothing where nothing has to come before it does."""
        target = self._target
        in_clear = target.tls is not TlsMode.IMPLICIT and target.unix_path is None
        return in_clear and self._connection.state.phase is Phase.GREETING

    # Secrets

    def _refuse_disclosure(self, burst: Burst) -> None:
        """Stop before credentials go where anybody could read them."""
        connection = self._connection
        if not self._target.verify or connection.protection in _TRUSTED:
            return
        if self._target.unix_path is not None or is_loopback(connection.address):
            return
        line = first_credential(burst, connection.state.phase, connection.pending)
        if line is not None:
            self._course.unsafe = (
                f"line {line.number} would send credentials unencrypted to {self._target.place}:"
                " put STARTTLS before it, or send them all the same with --insecure"
            )
            self._fail(line.number, "an encrypted connection", "it is not encrypted")

    # The connection

    def _make_ready(self, number: int = 0) -> None:
        """Wait until a line can be sent; connecting and handshakes bound their time themselves."""
        connection = self._connection
        while not connection.finished and (
            connection.stage is not Stage.OPEN or connection.state.phase is Phase.UPGRADING
        ):
            connection.step()
        self._require_open(number, "a connection to send on")

    def _step_until(self, condition: Callable[[], bool]) -> bool:
        """Let things happen until one holds or the connection is over; False if patience is."""
        deadline = time.monotonic() + self._patience
        while not condition() and not self._connection.finished:
            if self._course.broken:
                raise _Stopped
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._connection.step(left)
        return True

    def _require_open(self, number: int, expected: str) -> None:
        if self._course.broken or self._connection.failure is not None:
            raise _Stopped
        if self._connection.finished:
            self._fail(number, expected, "the connection is closed")

    def _leave(self) -> None:
        """Say QUIT to a server that is not in arrears with a reply, and let it close."""
        self._course.playing = False
        connection = self._connection
        deadline = time.monotonic() + _FAREWELL
        if not connection.finished and (connection.hanging_up or not connection.pending):
            connection.hang_up()
            while not connection.finished and (left := deadline - time.monotonic()) > 0:
                connection.step(left)

    def _fail(self, number: int, expected: str, got: str) -> NoReturn:
        self._course.failures.append(Failure(number, expected, got))
        raise _Stopped
