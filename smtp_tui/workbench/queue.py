"""The queue: lines that wait to be sent, and what became of those that were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from smtp_tui.smtp.events import Span

MOST_LINES = 10_000
MOST_CHARACTERS = 2 * 1024 * 1024
"""What the queue takes in all; longer messages are for the message editor."""


class Fate(Enum):
    """What became of a line."""

    WAITING = "waits"
    SENT = "sent"
    ACCEPTED = "accepted"
    MORE = "wants more"
    REFUSED = "refused"
    UNANSWERED = "not answered"


@dataclass(slots=True, eq=False)
class Item:
    """One line, as typed, and the codes of the replies it got.

    ``hidden`` are the octets of a line that was sent that are credentials.
    """

    text: str = field(repr=False)
    fate: Fate = Fate.WAITING
    codes: tuple[int, ...] = ()
    hidden: tuple[Span, ...] = ()

    def answered(self, code: int) -> None:
        """A reply came; of several the worst counts, as LMTP gives one for each recipient."""
        self.codes = (*self.codes, code)
        worst = max(self.codes)
        self.fate = Fate.REFUSED if worst >= 400 else Fate.MORE if worst >= 300 else Fate.ACCEPTED


class QueueFull(Exception):
    """More than the queue takes: one sentence that says what to do."""


class Queue:
    """Lines that were sent, then those that wait; ``changed`` is called after every change.

    The lines that wait can be changed in every way; those that were sent stay in sight until
    new ones come when none waits any more.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.said = ""
        """What became of the lines that were sent last, in one sentence, until others come."""
        self.changed: Callable[[], None] = lambda: None

    @property
    def waiting(self) -> list[Item]:
        """What waits, in order."""
        return self.items[self.first :]

    @property
    def first(self) -> int:
        """Where among all lines those begin that wait."""
        count = len(self.items)
        while count and self.items[count - 1].fate is Fate.WAITING:
            count -= 1
        return count

    def add(self, texts: Iterable[str], *, in_front: bool = False) -> None:
        """Let lines wait, behind the others or before them; raises ``QueueFull`` and adds none."""
        new = [Item(text) for text in texts]
        waiting = self.waiting
        characters = sum(len(item.text) for item in (*waiting, *new))
        if len(waiting) + len(new) > MOST_LINES or characters > MOST_CHARACTERS:
            raise QueueFull(
                f"{len(waiting) + len(new):,} lines with {characters:,} characters are more than"
                f" the queue takes, which is {MOST_LINES:,} with {MOST_CHARACTERS:,}"
            )
        if not waiting:
            self.items.clear()
        self.said = ""
        place = self.first if in_front else len(self.items)
        self.items[place:place] = new
        self.changed()

    def take(self, index: int) -> str | None:
        """Take a line out that waits, counted among all; None for one that does not."""
        if not self._waits(index):
            return None
        text = self.items.pop(index).text
        self.changed()
        return text

    def take_first(self) -> str | None:
        """Take out the first that waits."""
        return self.take(self.first)

    def move(self, index: int, by: int) -> bool:
        """Change places with the line ``by`` lines on; False where one of them does not wait."""
        other = index + by
        if not self._waits(index) or not self._waits(other):
            return False
        items = self.items
        items[index], items[other] = items[other], items[index]
        self.changed()
        return True

    def drop(self) -> int:
        """Take out all that wait; gives how many those were."""
        count = len(self.waiting)
        self.items.clear()
        self.changed()
        return count

    def _waits(self, index: int) -> bool:
        return self.first <= index < len(self.items)
