"""What a connection is made of, and what can be read off it at any time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.smtp.state import State
from smtp_tui.wire.conversation import Conversation
from smtp_tui.wire.diagnosis import Diagnosis
from smtp_tui.wire.events import Event, Failed, Protection, TlsFacts
from smtp_tui.wire.link import Link, Stage
from smtp_tui.wire.target import Target, TargetError, validate
from smtp_tui.wire.teller import Teller
from smtp_tui.wire.watch import NEVER, Watch


class Standing:
    """The read-only side of ``Connection``; it changes nothing."""

    def __init__(
        self,
        target: Target,
        sink: Callable[[Event], None],
        number: int,
        clock: Callable[[], float],
    ) -> None:
        try:
            self.target = validate(target)
            self._invalid = ""
        except TargetError as error:
            self.target = target
            self._invalid = str(error)
        self.number = number
        self.reading = True
        self.finished = False
        """Whether it is over."""
        self.address = ""
        self.facts: TlsFacts | None = None
        self.failure: Failed | None = None
        self._sink = sink
        self._clock = clock
        # none of these knows its owner, so that they go with it at once, and not when garbage is
        # looked for
        self._teller = Teller(number, sink, clock)
        self._link = Link(self.target, number, tell=sink, taken=self._teller.taken, clock=clock)
        self._watch = Watch()
        self._closes_at = NEVER

    @cached_property
    def _talk(self) -> Conversation:
        """Made when it is first looked at, which is while the network is busy connecting."""
        dialogue = Dialogue(self.target.lmtp, write=self._link.write)
        diagnosis = Diagnosis(self.target)
        return Conversation(dialogue, self._teller, diagnosis, clock=self._clock)

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return self._link.stage

    @property
    def state(self) -> State:
        """All axes of the session, frozen."""
        return self._talk.dialogue.state

    @property
    def pending(self) -> tuple[bytes, ...]:
        """The verbs that wait for a reply; once it is over, those that never got theirs.

        So who waits until there is none has to stop when ``step`` gives False, too.
        """
        return self._teller.pending

    @property
    def protection(self) -> Protection:
        """What an onlooker sees of what is sent now."""
        return self._teller.protection

    @property
    def authenticating(self) -> bool:
        """Whether a mechanism is running."""
        return self._talk.authenticating

    @property
    def hanging_up(self) -> bool:
        """Whether ``hang_up`` was asked for, or the end has come another way."""
        return self._talk.leaving or self._closes_at != NEVER

    @property
    def unsent(self) -> bool:
        """Whether octets still wait for the network to take them."""
        return self._link.unsent
