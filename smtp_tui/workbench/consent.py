"""What the person agreed to on a connection, so that nothing is asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smtp_tui.smtp.state import Phase
from smtp_tui.workbench import seat_belt
from smtp_tui.workbench.disclosure import Disclosure
from smtp_tui.workbench.question import Question
from smtp_tui.workbench.session import SessionView

Ask = Callable[[Question, Callable[[], None]], None]
"""Asks the person; calls back when they want it."""


class Consent:
    """Asks before credentials are disclosed and before a message goes out to people."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._mechanism: str | None = None
        self._goes_on_in_clear = False
        self._belted = -1

    def update(self, before: SessionView, now: SessionView) -> None:
        """Forget what was agreed to for another connection, or for an exchange that is over."""
        if now.connection != before.connection:
            self._mechanism = None
            self._goes_on_in_clear = False
        elif _exchanging(before) and not _exchanging(now):
            self._mechanism = None

    def to_disclose(self, found: Disclosure, go: Callable[[], None]) -> None:
        """Go on with what discloses credentials, when the person wants that."""
        if self._goes_on_in_clear if found.mail else self._mechanism == found.mechanism:
            go()
            return

        def agreed() -> None:
            if found.mail:
                self._goes_on_in_clear = True
            else:
                self._mechanism = found.mechanism
            go()

        self._ask(found.question, agreed)

    def to_send(self, view: SessionView, before: Sequence[bytes], go: Callable[[], None]) -> None:
        """Go on with a message, asking once a connection unless it stays on this computer.

        ``before`` are lines of the same write, which may name recipients.
        """
        if seat_belt.is_local(view.target) or self._belted == view.connection:
            go()
            return

        def agreed() -> None:
            self._belted = view.connection
            go()

        self._ask(seat_belt.question(view, before), agreed)


def _exchanging(view: SessionView) -> bool:
    return view.state.phase is Phase.AUTH or b"AUTH" in view.pending
