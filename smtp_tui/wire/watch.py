"""When a silence deserves a word: a greeting that does not come, a line that stays unfinished."""

from __future__ import annotations

import math

from smtp_tui.wire.target import Target, TlsMode

GREETING_SECONDS = 5.0
GREETING_SECONDS_ON_465 = 3.0
PARTIAL_SECONDS = 1.0

NEVER = math.inf


class Watch:
    """Moments of the owner's clock at which to say something; ``NEVER`` while there is none."""

    __slots__ = ("_told", "greeting_at", "partial_at", "patience")

    def __init__(self) -> None:
        self.greeting_at = NEVER
        self.partial_at = NEVER
        self.patience = 0.0
        """After how many seconds a missing greeting is spoken of."""
        self._told = b""

    @property
    def waiting(self) -> bool:
        """Whether there is anything that hearing something would change."""
        return self.deadline != NEVER or bool(self._told)

    @property
    def deadline(self) -> float:
        """When the next word is due."""
        return self.greeting_at if self.greeting_at < self.partial_at else self.partial_at

    def expect_greeting(self, now: float, target: Target) -> None:
        """The server has to speak now."""
        misplaced = target.port == 465 and target.tls is not TlsMode.IMPLICIT
        self.patience = GREETING_SECONDS_ON_465 if misplaced else GREETING_SECONDS
        self.greeting_at = now + self.patience

    def heard(self, now: float, partial: bytes) -> None:
        """Something came; ``partial`` is what it leaves unfinished."""
        self.greeting_at = NEVER
        if not partial:
            self.partial_at = NEVER
            self._told = b""
        elif self.partial_at is NEVER and partial != self._told:
            self.partial_at = now + PARTIAL_SECONDS

    def told_greeting(self) -> None:
        """The missing greeting was spoken of."""
        self.greeting_at = NEVER

    def told_partial(self, partial: bytes) -> None:
        """The unfinished line was shown as it is now."""
        self.partial_at = NEVER
        self._told = partial
