"""The course of a play: each reply that comes is held against the one expected in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import GREETING
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.script import ExpectedReply
from smtp_tui.wire import events as wire


class Outcome(IntEnum):
    """How a play ended; the values are the exit codes."""

    AS_EXPECTED = 0
    NOT_AS_EXPECTED = 1
    NO_CONNECTION = 3
    TLS_FAILED = 4
    PROTOCOL_BROKEN = 5
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def of_signal(self) -> bool:
        """Whether a signal ended it: 128 and its number, as shells have it."""
        return self > 128


@dataclass(frozen=True, slots=True)
class Check:
    """A reply that came was held against the one expected in its place."""

    expected: ExpectedReply
    met: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not go as the line says: ``got`` is a code or words, ``reply`` what came."""

    number: int
    expected: str
    got: str = field(repr=False)
    reply: smtp.Reply | smtp.Unsolicited | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The end: of the ``expected`` replies ``met`` were as expected, ``skipped`` never looked at.

    ``trouble`` says what is wrong beyond the replies, in one raw sentence, else it is "".
    """

    outcome: Outcome
    expected: int
    met: int
    skipped: int
    failures: tuple[Failure, ...]
    trouble: str = ""


Watch = Callable[[wire.Event, Check | None], None]
"""Is told every event of the connection, a reply with the check it passed or failed."""


class Course:
    """Follows the events of one connection through the replies a script expects.

    The n-th reply is held against the n-th expected one. A 421 that nobody asked for counts as a
    reply, because a server may say it at any time (RFC 5321 3.8). Without ``expects_greeting``
    the greeting stands outside of the count and has to be a 2xx.
    """

    def __init__(
        self,
        expected: tuple[ExpectedReply, ...],
        veil: Veil,
        watch: Watch,
        *,
        expects_greeting: bool = True,
    ) -> None:
        self.playing = True
        """Whether replies are still held against expected ones."""
        self.replies = 0
        self.failures: list[Failure] = []
        self.refused = ""
        self.unsafe = ""
        """Why the script was stopped before it gave a secret away."""
        self.signal: Outcome | None = None
        """What asked for the end before the script was over."""
        self._expected = expected
        self._expects_greeting = expects_greeting
        self._veil = veil
        self._watch = watch
        self._met = 0
        self._failed: wire.Failed | None = None
        self._alarm = ""
        self._fault = ""
        self._desync = ""
        self._service = ""

    @property
    def broken(self) -> bool:
        """Whether the server broke the protocol, so far as can be told by now."""
        return bool(self._alarm or self._fault or self._desync)

    def take(self, event: wire.Event) -> None:
        """Take an event of the connection and pass it on."""
        check: Check | None = None
        match event:
            case wire.Sent(data=data, secrets=secrets, label=label):
                for start, end in secrets:
                    self._veil.learn(data[start:end].strip(), label)
            case wire.Failed():
                self._failed = event
            case wire.Alarm(text=text) if self.playing:  # a close that is not tidy harms nobody
                self._alarm = self._alarm or text
            case wire.Note(text=text) if self._fault and not self.replies:
                self._service = self._service or text  # what it speaks in place of SMTP
            case wire.Refused(text=text):
                self.refused = self.refused or text
            case wire.Told(event=told):
                check = self._told(told)
        self._watch(event, check)

    def result(self) -> Result:
        """How it went, once the connection is over."""
        outcome, trouble = self._judged()
        numbers = {reply.number for reply in self._expected}
        failed = len(numbers & {failure.number for failure in self.failures})
        return Result(
            outcome,
            expected=len(self._expected),
            met=self._met,
            skipped=len(self._expected) - self._met - failed,
            failures=tuple(self.failures),
            trouble=trouble,
        )

    def _told(self, told: smtp.Event) -> Check | None:
        match told:
            case smtp.Challenge(decoded=prompt):
                self._veil.challenged(prompt)
            case smtp.Reply(command=command) if (
                command.verb == GREETING and not self._expects_greeting
            ):
                if told.code // 100 != 2:
                    self.failures.append(Failure(1, "2xx", str(told.code), told))
            case smtp.Reply() | smtp.Unsolicited(code=421):
                return self._check(told)
            case smtp.Malformed(reason=reason):
                self._fault = self._fault or f"the server broke the protocol: {reason}"
            case smtp.Desync(reason=reason):
                self._desync = self._desync or reason
            case smtp.Closed(goodbye=smtp.Unsolicited()):
                self._desync = ""  # what seemed to answer nothing was its last word
        return None

    def _check(self, reply: smtp.Reply | smtp.Unsolicited) -> Check | None:
        if not self.playing or self.replies >= len(self._expected):
            return None
        wanted = self._expected[self.replies]
        self.replies += 1
        met = wanted.matches(reply.code)
        if met:
            self._met += 1
        else:
            self.failures.append(Failure(wanted.number, wanted.pattern, str(reply.code), reply))
        return Check(wanted, met)

    def _judged(self) -> tuple[Outcome, str]:
        if self.signal is not None:
            return self.signal, "interrupted before the script was over"
        if self._alarm:
            return Outcome.PROTOCOL_BROKEN, self._alarm
        if self._failed is not None:
            tls = self._failed.failure is wire.Failure.TLS
            return Outcome.TLS_FAILED if tls else Outcome.NO_CONNECTION, self._failed.text
        if fault := self._service or self._fault or self._desync:
            return Outcome.PROTOCOL_BROKEN, fault
        if self.unsafe:
            return Outcome.TLS_FAILED, self.unsafe
        return Outcome.NOT_AS_EXPECTED if self.failures else Outcome.AS_EXPECTED, ""
