"""A rehearsal: a script played line by line over a connection that a person drives."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import GREETING
from smtp_tui.transcript.course import Check, Course, Failure, Result
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Remark, Script, Step
from smtp_tui.wire import events as wire

PIECE = 64 * 1024
"""Octets of message text that go out at once, about."""

_NOTHING_DUE = "nothing was sent that wants another reply"


@dataclass(frozen=True, slots=True)
class Came:
    """What came in the place of an expected reply; ``words`` are safe in a terminal."""

    met: bool
    words: str = field(repr=False)


class Rehearsal:
    """Follows a script over one connection after another; says what is next, sends nothing.

    ``begin`` is called for each connection, ``take`` with each of its events. Lines that the
    person says in between, and their replies, do not count. ``place`` is the number of the step
    that is next, ``came`` what came for each step that expects a reply.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.steps: tuple[Step, ...] = script.steps
        self._replies = [
            place for place, step in enumerate(self.steps) if isinstance(step, ExpectedReply)
        ]
        self.begin()

    def begin(self) -> None:
        """From the first line again, on another connection."""
        self.place = 0
        self.came: dict[int, Came] = {}
        self.skipped: set[int] = set()
        """Message text that was left out because nobody wanted it."""
        self._veil = Veil()
        self._course = Course(
            self.script.expected,
            self._veil,
            self._watch,
            expects_greeting=self.script.expects_greeting,
        )
        self._posted = 0  # pieces on their way that were not told yet
        self._said: list[list[int]] = []  # where on the connection our octets begin and end
        self._pending: tuple[bytes, ...] | None = ()  # None while that is not known
        self._settle()

    def take(self, event: wire.Event) -> None:
        """Take an event of the connection."""
        match event:
            case wire.Told(event=smtp.Reply(command=command)) if not self._is_ours(command):
                return
            case wire.Sent():
                self._pending = None
                if self._posted:
                    self._posted -= 1
                    self._own(event.offset, event.offset + len(event.data))
            case wire.Refused():
                self._posted = 0
            case wire.StateChanged(pending=pending):
                self._pending = pending
        self._course.take(event)
        self._settle()

    # What is next

    @property
    def over(self) -> bool:
        """Whether all of it was played."""
        return self.place >= len(self.steps)

    @property
    def on_the_way(self) -> bool:
        """Whether something was given away to be sent and has not gone out yet."""
        return self._posted > 0

    @property
    def awaited(self) -> ExpectedReply | None:
        """The reply that is waited for."""
        step = None if self.over else self.steps[self.place]
        return step if isinstance(step, ExpectedReply) else None

    @property
    def is_due(self) -> bool:
        """Whether the reply that is waited for may come, as far as is known."""
        wanted = self.awaited
        return wanted is not None and (self._pending != () or wanted.matches(421))

    @property
    def failures(self) -> list[Failure]:
        """What did not go as the script says, so far."""
        return self._course.failures

    @property
    def result(self) -> Result:
        """How it went, so far."""
        return self._course.result()

    def line(self) -> ClientLine | None:
        """The line to say next; None while a reply is waited for, and at the end."""
        step = None if self.over else self.steps[self.place]
        return step if isinstance(step, ClientLine) else None

    def text(self, last: int) -> tuple[bytes, int]:
        """Message text to send now, at most to the step ``last``, and the step behind it."""
        data: list[bytes] = []
        octets, place = 0, self.place
        while place <= min(last, len(self.steps) - 1) and octets < PIECE:
            step = self.steps[place]
            if not isinstance(step, ClientLine) or step.kind is Kind.COMMAND:
                break
            data.append(step.line + b"\r\n")
            octets += len(data[-1])
            place += 1
            if step.line == b"." and step.kind is Kind.MESSAGE:
                break
        return b"".join(data), place

    def turn(self, place: int) -> int:
        """The last step of the turn that this one belongs to: the replies expected behind it."""
        while place + 1 < len(self.steps) and not isinstance(self.steps[place + 1], ClientLine):
            place += 1
        return place

    def next_line(self) -> int:
        """The place of the next line to say; the last step where there is none."""
        for place in range(self.place, len(self.steps)):
            if isinstance(self.steps[place], ClientLine):
                return place
        return len(self.steps) - 1

    def posted(self, after: int) -> None:
        """The lines up to before the step ``after`` were given away to be sent."""
        self._posted += 1
        self.place = after
        self._settle()

    # Going on all the same

    def do_without(self) -> None:
        """Wait no longer for the reply that is due."""
        wanted = self.awaited
        if wanted is not None:
            reason = "no reply yet" if self.is_due else _NOTHING_DUE
            self._course.replies += 1
            self._course.failures.append(Failure(wanted.number, wanted.pattern, reason))
            self.came[self.place] = Came(False, reason)
            self._settle()

    def refuse_text(self, line: ClientLine) -> None:
        """Leave message text out that the server does not wait for."""
        failure = Failure(line.number, "354 before message text", "DATA was not accepted")
        self._course.failures.append(failure)
        while (step := self.line()) is not None and step.kind is Kind.MESSAGE:
            self.skipped.add(self.place)
            self.place += 1
            if step.line == b".":
                break
        wanted = self.steps[self.place] if not self.over else None
        if isinstance(wanted, ExpectedReply):  # the one to the message, which was not sent
            self.do_without()
        self._settle()

    # What came

    def _watch(self, event: wire.Event, check: Check | None) -> None:
        if check is not None and isinstance(event, wire.Told):
            reply = event.event
            if isinstance(reply, smtp.Reply | smtp.Unsolicited):
                text = self._veil.visible(reply.lines[0]) if reply.lines else ""
                more = f" (+{len(reply.lines) - 1})" if len(reply.lines) > 1 else ""
                words = f"{reply.code} {text}".rstrip() + more
                self.came[self._replies[self._course.replies - 1]] = Came(check.met, words)

    def _settle(self) -> None:
        while not self.over:
            step = self.steps[self.place]
            if not isinstance(step, Remark) and self.place not in self.came:
                break
            self.place += 1

    def _own(self, start: int, end: int) -> None:
        if self._said and self._said[-1][1] == start:
            self._said[-1][1] = end
        else:
            self._said.append([start, end])

    def _is_ours(self, command: smtp.Command) -> bool:
        if command.verb == GREETING:
            return True
        return any(start <= command.offset < end for start, end in reversed(self._said))
