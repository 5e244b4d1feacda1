"""The messages that the practice server accepted, the newest of them kept."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

MOST_MESSAGES = 200
MOST_OCTETS = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PracticeMessage:
    """One accepted message: its envelope, its octets as sent, and who sent it when (UTC).

    ``sender`` is empty for the null sender ``<>``. ``content`` has its dot-stuffing undone and
    nothing else changed.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    user: str
    received: datetime


class Mailbox:
    """Keeps the last messages, bounded in number and in octets; any thread may look."""

    def __init__(self, on_message: Callable[[PracticeMessage], None] | None = None) -> None:
        self._on_message = on_message
        self._messages: deque[PracticeMessage] = deque()
        self._octets = 0
        self._lock = threading.Lock()

    @property
    def messages(self) -> tuple[PracticeMessage, ...]:
        """What is kept, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def keep(self, message: PracticeMessage) -> None:
        """Keep a message, let go of the oldest beyond the bounds, and tell who wanted to know."""
        with self._lock:
            self._messages.append(message)
            self._octets += len(message.content)
            while len(self._messages) > MOST_MESSAGES or (
                self._octets > MOST_OCTETS and len(self._messages) > 1
            ):
                self._octets -= len(self._messages.popleft().content)
        if self._on_message is not None:
            self._on_message(message)
