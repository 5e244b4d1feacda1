"""The surveyor: asks a server what it offers, in one polite session without mail or credentials.

It waits for the greeting, says EHLO, begins TLS, says EHLO again and leaves with QUIT: one
connection, one command at a time.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.commands import GREETING_COMMANDS, usual_next
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.state import Phase, Security
from smtp_tui.smtp.visible import decode
from smtp_tui.transcript import wording
from smtp_tui.transcript.course import Check, Course, Outcome
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.survey import Survey
from smtp_tui.transcript.timings import Timings, advance
from smtp_tui.transcript.warnings import Warnings
from smtp_tui.wire import events as wire
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode

PATIENCE = 60.0
"""Seconds that the greeting and each reply may take."""

_FAREWELL = 5.0
"""Seconds the server has to answer QUIT and to close."""

_LONGEST_REPLY = 200
_EHLO_UNKNOWN = (500, 502)


class _Stopped(Exception):
    """The session does not go on; why is noted already."""


class Surveyor:
    """Surveys one target; ``survey`` does all of it and never raises for what a server does.

    ``watch`` is told all that happens. ``patience`` is how many seconds each reply may take; the
    target's timeout bounds connecting and the handshake.
    """

    def __init__(
        self,
        target: Target,
        *,
        patience: float = PATIENCE,
        watch: Callable[[wire.Event], None] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._target = target
        self._patience = patience
        self._watch = watch
        self._course = Course((), Veil(), self._take)
        self._connection = Connection(target, sink=self._course.take, context=context)
        self._timings = Timings()
        self._warnings = Warnings()
        self._replies: list[smtp.Reply] = []
        self._hello = ""
        self._before: Extensions | None = None
        self._after: Extensions | None = None
        self._stop: tuple[Outcome, str] | None = None
        self._end = ""

    def survey(self) -> Survey:
        """Connect, ask, and leave."""
        try:
            with suppress(_Stopped):
                self._converse()
            self._leave()
        finally:
            self._connection.abort()
        return self._survey()

    def _converse(self) -> None:
        connection = self._connection
        connection.open()
        while connection.stage is not Stage.OPEN and not connection.finished:
            connection.step()  # connecting bounds its time itself
        greeting = self._answer("greeting", 0)
        if greeting.code // 100 != 2:
            self._give_up(f"the server is not ready: {_said(greeting)}")
        self._introduce()
        if self._target.tls is TlsMode.STARTTLS:
            self._begin_tls()
            self._introduce()

    # The steps

    def _introduce(self) -> None:
        """EHLO or LHLO, and HELO to a server from before them (RFC 5321 3.2)."""
        target, state = self._target, self._connection.state
        line = usual_next(state._replace(hello=None), ehlo=target.ehlo, lmtp=target.lmtp)
        reply = self._ask(line)
        if reply.code in _EHLO_UNKNOWN and not target.lmtp:
            self._warnings.note("The server does not know EHLO: it was greeted with HELO instead.")
            reply = self._ask(line.replace("EHLO", "HELO", 1))
        verb = reply.command.verb
        if reply.code // 100 != 2:
            self._give_up(f"the server refuses {decode(verb)}: {_said(reply)}")
        self._hello = GREETING_COMMANDS[verb].value
        state = self._connection.state
        if state.security is Security.TLS:
            self._after = state.extensions
        else:
            self._before = state.extensions

    def _begin_tls(self) -> None:
        connection = self._connection
        if "STARTTLS" not in connection.state.extensions:
            self._give_up(
                "STARTTLS is not offered, so the connection cannot be encrypted:"
                " --tls none looks at the server in clear",
                Outcome.TLS_FAILED,
            )
        asked = len(self._replies)
        connection.start_tls()
        reply = self._answer("reply to STARTTLS", asked)
        if reply.code != 220:
            self._give_up(f"STARTTLS is refused: {_said(reply)}", Outcome.TLS_FAILED)
        while not connection.finished and (
            connection.stage is not Stage.OPEN or connection.state.phase is Phase.UPGRADING
        ):
            connection.step()  # the handshake bounds its time itself
        self._require_open()

    def _ask(self, line: str) -> smtp.Reply:
        self._require_open()
        asked = len(self._replies)
        self._connection.send(line.encode("utf-8", "surrogateescape"))
        return self._answer(f"reply to {line.partition(' ')[0]}", asked)

    def _answer(self, what: str, asked: int) -> smtp.Reply:
        """The reply that comes after the first ``asked``."""
        connection = self._connection
        deadline = time.monotonic() + self._patience
        while len(self._replies) <= asked:
            self._require_open()
            left = deadline - time.monotonic()
            if left <= 0:
                mute = not self._replies and self._target.tls is not TlsMode.IMPLICIT
                hint = f": {wording.MUTE}" if mute else ""
                self._give_up(f"no {what} within {self._patience:g} s{hint}")
            connection.step(left)
        if self._course.broken:
            raise _Stopped
        return self._replies[asked]

    def _require_open(self) -> None:
        """Go on only while there is somebody to talk to whose word can be trusted."""
        if self._course.broken or self._connection.failure is not None:
            raise _Stopped
        if self._connection.finished:
            self._give_up(self._end.rstrip(".") or "the connection is closed")

    def _leave(self) -> None:
        """Say QUIT to a server that owes no reply, and let it close."""
        self._course.playing = False
        connection = self._connection
        deadline = time.monotonic() + _FAREWELL
        if not connection.finished and not connection.pending:
            connection.hang_up()
            while not connection.finished and (left := deadline - time.monotonic()) > 0:
                connection.step(left)

    def _give_up(self, error: str, outcome: Outcome = Outcome.NOT_AS_EXPECTED) -> NoReturn:
        self._stop = outcome, error
        raise _Stopped

    # What happens

    def _take(self, event: wire.Event, check: Check | None) -> None:
        self._timings = advance(self._timings, event)
        if self._course.playing:
            self._warnings.take(event)
        match event:
            case wire.Told(event=smtp.Reply() as reply):
                self._replies.append(reply)
            case wire.Gone(text=text):
                self._end = text
        if self._watch is not None:
            self._watch(event)

    def _survey(self) -> Survey:
        judged = self._course.result()
        outcome, error = judged.outcome, judged.trouble
        if self._stop is not None and not outcome:
            outcome, error = self._stop
        greeting = self._replies[0] if self._replies else None
        return Survey(
            target=self._target,
            address=self._connection.address,
            greeting=greeting,
            hello=self._hello,
            before_tls=self._before,
            after_tls=self._after,
            facts=self._connection.facts,
            alarms=self._warnings.alarms,
            notes=self._warnings.notes,
            timings=self._timings,
            outcome=outcome,
            error=_sentence(error),
        )


def _said(reply: smtp.Reply) -> str:
    return f"{reply.code} {decode(reply.lines[0][:_LONGEST_REPLY])}".rstrip()


def _sentence(text: str) -> str:
    if not text or text.endswith("."):
        return text  # it is one already, and may begin with the name of a host
    return f"{text[:1].upper()}{text[1:]}."
