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

    __slots__ = ("_told", "deadline", "greeting_at", "partial_at", "patience", "waiting")

    def __init__(self) -> None:
        self.greeting_at = NEVER
        self.partial_at = NEVER
        self.deadline = NEVER
        """When the next word is due."""
        self.patience = 0.0
        """After how many seconds a missing greeting is spoken of."""
        self.waiting = False
        """Whether there is anything that hearing something would change."""
        self._told = b""

    def expect_greeting(self, now: float, target: Target) -> None:
        """The server has to speak now."""
        misplaced = target.port == 465 and target.tls is not TlsMode.IMPLICIT
        self.patience = GREETING_SECONDS_ON_465 if misplaced else GREETING_SECONDS
        self._plan(now + self.patience, self.partial_at)

    def heard(self, now: float, partial: bytes) -> None:
        """Something came; ``partial`` is what it leaves unfinished."""
        if not partial:
            self._told = b""
            self._plan(NEVER, NEVER)
        elif self.partial_at == NEVER and partial != self._told:
            self._plan(NEVER, now + PARTIAL_SECONDS)
        else:
            self._plan(NEVER, self.partial_at)

    def told_greeting(self) -> None:
        """The missing greeting was spoken of."""
        self._plan(NEVER, self.partial_at)

    def told_partial(self, partial: bytes) -> None:
        """The unfinished line was shown as it is now."""
        self._told = partial
        self._plan(self.greeting_at, NEVER)

    def _plan(self, greeting_at: float, partial_at: float) -> None:
        self.greeting_at, self.partial_at = greeting_at, partial_at
        self.deadline = min(greeting_at, partial_at)
        self.waiting = self.deadline != NEVER or bool(self._told)
