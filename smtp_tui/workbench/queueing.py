"""Sends what waits in the queue: line by line, in groups or as one write, and follows the replies.

Each line or group goes out after the reply to the one before, and none after a refusal, unless
the person wants that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp import pipelining
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.pipelining import Role
from smtp_tui.smtp.state import MESSAGE_BODY, Phase, State, Sync
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import events as wire
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.queue import Fate, Item, Queue, QueueFull
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

_DECIDES = (b"DATA", b"STARTTLS", b"AUTH")
"""Verbs whose refusal changes how the server reads what is behind them."""


_MOST_TOGETHER = 2_000
"""Lines of a group; message text may go out in parts."""


class Pace(Enum):
    """How much goes out before the next reply is waited for."""

    LINE = "one by one"
    GROUP = "in groups"
    WHOLE = "as one write"


@dataclass(slots=True)
class _Flight:
    """Lines on their way, and between which octets of the stream each stands."""

    items: list[Item]
    pace: Pace
    silent: bool
    """Whether no reply is to come: message text gets none before its end."""
    replied: bool = False
    confirmed: bool = False
    begins: dict[int, Item] = field(default_factory=dict)
    ends: dict[int, Item] = field(default_factory=dict)

    def of(self, command: smtp.Command) -> Item:
        """The line that a reply to this is for: the first, of a message the one that ends it."""
        if command.verb == MESSAGE_BODY:
            return self.ends.get(command.end, self.items[-1])
        return self.begins.get(command.offset, self.items[-1])


class Queueing:
    """Keeps the queue of a screen; nothing is sent but by ``run``."""

    def __init__(self, screen: MainScreen) -> None:
        self.queue = Queue()
        self.going_on = False
        """Whether to go on after a refusal."""
        self._screen = screen
        self._flight: _Flight | None = None
        self._warned: Item | None = None
        """A line that is no answer where one is asked for; asked for again it is sent as one."""

    @property
    def running(self) -> bool:
        """Whether lines are on their way."""
        return self._flight is not None

    @property
    def state(self) -> State:
        """The session's state as it is."""
        return self._screen.view.state

    def texts(self, most: int | None = None) -> list[bytes]:
        """The lines that wait, at most so many, as octets."""
        return [_octets(item) for item in self.queue.waiting[:most]]

    def put(self) -> None:
        """Let the line that is being typed wait, or go to the lines that wait."""
        field = self._screen.composer.field
        if field.value:
            self._put_back()
        if self.queue.items:
            self._screen.query_one("#queue").focus()
        else:
            self._screen.say("Nothing waits: type a line and press it again, or paste several.")

    def add(self, texts: Sequence[str]) -> None:
        """Let lines wait, behind the others."""
        try:
            self.queue.add(texts)
        except QueueFull as error:
            self._screen.say(f"{error}.")

    def edit(self, index: int) -> None:
        """Take a line to the command line; the one that stands there comes back in its place."""
        composer = self._screen.composer
        text = self.queue.take(index)
        if text is None:
            self._screen.say("It was sent already: only what waits can be changed.")
            return
        if composer.field.value:
            self._put_back()
        composer.insert(text)

    def run(self, pace: Pace) -> None:
        """Send what waits."""
        screen = self._screen
        if self._flight is not None:
            screen.say("The queue is being sent already: escape stops it.")
            return
        if screen.composer.field.came_from_queue:
            self._put_back()
        if not self.queue.waiting:
            screen.say("Nothing waits in the queue.")
        elif screen.view.pending:
            screen.say("The queue has to wait: the server has not answered yet.", _unanswered)
        elif astray := self._astray():
            self._end(astray)
        else:
            self.queue.said = ""
            self._step(pace)

    def stop(self) -> bool:
        """Send nothing more; False when nothing is under way."""
        if self._flight is None:
            return False
        self._end("Stopped.", Fate.UNANSWERED)
        return True

    def receive(self, batch: Sequence[wire.Event]) -> None:
        """Follow what the wire tells; the view is up to date."""
        for event in batch:
            flight = self._flight
            if flight is None:
                return
            match event:
                case wire.Sent(message=False) if not flight.confirmed:
                    self._confirm(flight, event)
                case wire.Told(event=smtp.Reply() as reply) if flight.confirmed:
                    flight.replied = True
                    flight.of(reply.command).answered(reply.code)
                    self.queue.changed()
                case wire.Refused():
                    self._end("Not sent.", Fate.WAITING)
                case wire.Gone() | wire.Opening():
                    self._end("The connection ended.", Fate.UNANSWERED)
        if self._flight is not None:
            self._go_on(self._flight)

    def _put_back(self) -> None:
        """Let the line that stands on the command line wait again, where it came from."""
        field = self._screen.composer.field
        try:
            self.queue.add([field.value], in_front=field.came_from_queue)
        except QueueFull as error:
            self._screen.say(f"{error}.")
        else:
            field.set_line("")
            field.came_from_queue = False

    # Sending

    def _step(self, pace: Pace) -> None:
        screen, waiting = self._screen, self.queue.waiting
        items = waiting[: self._together(pace)]
        operator, credentials = screen.operator, screen.credentials.credentials

        def went() -> None:
            self._went(items, pace)

        if len(items) == 1:
            operator.send(items[0].text, credentials, went)
        else:
            operator.send_lines([item.text for item in items], credentials, went)

    def _together(self, pace: Pace) -> int:
        state = self._screen.view.state
        if pace is Pace.WHOLE:
            return len(self.queue.waiting)
        if pace is Pace.GROUP or state.phase is Phase.BODY:
            return pipelining.group(self.texts(_MOST_TOGETHER), state)
        return 1

    def _went(self, items: list[Item], pace: Pace) -> None:
        view = self._screen.view
        lines = [_octets(item) for item in items]
        roles = pipelining.roles(lines, view.state)
        hidden = pipelining.hidden(lines, view.state)
        for item, spans, role in zip(items, hidden, roles, strict=True):
            item.fate, item.hidden = Fate.SENT, spans
            if role is Role.COMMAND and not spans:
                self._screen.composer.field.keep(item.text)
        text_only = view.state.phase is Phase.BODY and set(roles) == {Role.TEXT}
        self._flight = _Flight(items, pace, silent=text_only)
        self._screen.query_one(LogPane).follow()
        self.queue.changed()

    def _confirm(self, flight: _Flight, sent: wire.Sent) -> None:
        """They went out: from where each stands in the stream its reply can be told."""
        flight.confirmed = True
        offset = sent.offset
        for item, line in zip(flight.items, sent.data.split(b"\r\n"), strict=False):
            flight.begins[offset] = item
            offset += len(line) + 2
            flight.ends[offset] = item

    def _go_on(self, flight: _Flight) -> None:
        view = self._screen.view
        if not flight.confirmed:
            return
        answered = (flight.replied or flight.silent) and not view.pending and view.takes_lines
        if not answered and view.state.phase is not Phase.CHUNK:
            return
        if not self.queue.waiting:
            self._end("")
        elif problem := self._problem(flight):
            self._end(problem)
        elif flight.pace is not Pace.WHOLE:
            self._flight = None
            self._step(flight.pace)
            if self._flight is None:
                self._end("Stopped.")
        else:
            self._end("")

    def _problem(self, flight: _Flight) -> str:
        """Why no more is sent; "" when nothing stands against it."""
        if self._screen.view.state.sync is Sync.LOST:
            return "Stopped: nobody can say which reply answers which line."
        for item in flight.items:
            verb = verb_of(_octets(item))
            if item.fate is Fate.REFUSED and (not self.going_on or verb in _DECIDES):
                return f"Stopped: {visible(item.text[:40])} was refused with {max(item.codes)}."
        return self._astray()

    def _astray(self) -> str:
        """Of a line that would go out as the answer to a challenge and is none; "" the next time.

        Nothing of the line is repeated: it may be a password.
        """
        item = self.queue.waiting[0]
        if item is self._warned or not pipelining.is_no_answer(self.texts(1), self.state):
            return ""
        self._warned = item
        return "Stopped: this is no answer; again sends it."

    def _end(self, sentence: str, fate: Fate = Fate.SENT) -> None:
        """Wait for nothing more; ``fate`` is that of lines without a reply that should get one."""
        flight, self._flight = self._flight, None
        if flight is not None and not flight.silent:
            for item in flight.items:
                item.fate = fate if item.fate is Fate.SENT else item.fate
        self.queue.said = sentence or self._summary()
        self.queue.changed()

    def _summary(self) -> str:
        refused = sum(item.fate is Fate.REFUSED for item in self.queue.items)
        return f"All sent, {refused} refused." if refused else "All sent."


def _unanswered(view: SessionView) -> bool:
    return bool(view.pending)


def _octets(item: Item) -> bytes:
    return item.text.encode("utf-8", "replace")
