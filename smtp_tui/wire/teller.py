"""What happens on one connection, stamped with time and protection, for the sink."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from smtp_tui.smtp import dialogue, events
from smtp_tui.smtp.events import Reply, ReplyLine, made
from smtp_tui.smtp.state import GREETING, State
from smtp_tui.wire.delivery import Delivery
from smtp_tui.wire.events import (
    Alarm,
    AuthFinished,
    DeliveryFinished,
    DeliveryProgress,
    Event,
    Note,
    Partial,
    Protection,
    Received,
    Refused,
    Remedy,
    Sent,
    StateChanged,
    Told,
)


class Teller:
    """Makes the events of one connection; ``protection`` is what they are told under.

    It knows when which octet went out, so that a reply can be timed.
    """

    __slots__ = ("_clock", "_number", "_state", "_taken", "pending", "protection", "tell")

    def __init__(
        self,
        number: int,
        tell: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self.tell = tell
        self.protection = Protection.CLEAR
        self._number = number
        self._clock = clock
        self._taken: deque[tuple[int, float]] = deque()
        self._state: State | None = None
        self.pending: tuple[bytes, ...] = (GREETING,)
        """The verbs that waited for a reply when the state was last told."""

    def taken(self, octets: int, at: float) -> None:
        """The socket took so many octets by then, counted from the first of the connection."""
        if not self._taken or self._taken[-1][0] != octets:
            self._taken.append((octets, at))

    def sent(self, sent: dialogue.Sent, text: int = 0) -> None:
        """Octets go out, the first ``text`` of them as a piece of a message."""
        data, offset = sent.data, sent.offset
        if 0 < text < len(data):  # the end of the message goes with its last piece
            self._sent(sent._replace(data=data[:text]), message=True)
            self._sent(sent._replace(data=data[text:], offset=offset + text), message=False)
        else:
            self._sent(sent, message=text > 0)

    def _sent(self, sent: dialogue.Sent, *, message: bool) -> None:
        self.tell(
            Sent(
                self._clock(),
                self._number,
                sent.data,
                sent.offset,
                sent.secrets,
                sent.label,
                self.protection,
                message,
            )
        )

    def received(self, data: bytes) -> float:
        """Octets came in; gives the time of that."""
        at = self._clock()
        self.tell(made(Received, (at, self._number, data, self.protection)))
        return at

    def line(self, at: float, line: ReplyLine) -> None:
        """A line of a reply was in octets that came at that time."""
        command = line.command if line.first else None
        elapsed = self._since(command, at) if command is not None else None
        self.tell(made(Told, (at, self._number, line, elapsed, self.protection)))

    def told(self, at: float, event: events.Event) -> None:
        """The dialogue made something else of octets that came at that time."""
        elapsed = self._since(event.command, at) if isinstance(event, Reply) else None
        self.tell(made(Told, (at, self._number, event, elapsed, self.protection)))

    def state(self, state: State, pending: tuple[bytes, ...]) -> None:
        """The state or what is pending may have changed; tells only if it did."""
        if state is self._state and pending is self.pending:
            return
        same = state == self._state and pending == self.pending
        self._state, self.pending = state, pending
        if not same:
            self.tell(made(StateChanged, (self._clock(), self._number, state, pending)))

    def note(self, text: str, remedy: Remedy | None = None) -> None:
        """Something worth knowing."""
        self.tell(Note(self._clock(), self._number, text, remedy))

    def alarm(self, text: str, data: bytes = b"") -> None:
        """Something is wrong out there."""
        self.tell(Alarm(self._clock(), self._number, text, data))

    def refused(self, text: str) -> None:
        """Something that was asked for was not done."""
        self.tell(Refused(self._clock(), self._number, text))

    def authenticated(self, ok: bool, text: str) -> None:
        """A mechanism came to its end."""
        self.tell(AuthFinished(self._clock(), self._number, ok, text))

    def delivering(self, delivery: Delivery) -> None:
        """So much of a message is on its way."""
        told = DeliveryProgress(
            self._clock(), self._number, delivery.octets, delivery.total, delivery.way
        )
        self.tell(told)

    def delivered(self, ok: bool, text: str) -> None:
        """A message came to its end."""
        self.tell(DeliveryFinished(self._clock(), self._number, ok, text))

    def partial(self, data: bytes) -> None:
        """An unfinished line stands."""
        self.tell(Partial(self._clock(), self._number, data))

    def _since(self, command: events.Command, at: float) -> float | None:
        """Seconds since the last octet of a command left; None while it has not."""
        taken, end = self._taken, command.end
        while taken and taken[0][0] < end:
            taken.popleft()
        return at - taken[0][1] if taken else None
