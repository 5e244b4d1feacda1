"""Revealing: secrets in sight for a moment, and never in a picture that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.screen import Screen
from textual.timer import Timer

REVEALED = 5.0
"""Seconds a secret stays in sight."""


class Revealing:
    """Calls ``show`` with True, and with False when the moment is over.

    A screen that reveals keeps one of these in its attribute ``revealing``.
    """

    def __init__(self, screen: Screen[None], show: Callable[[bool], None]) -> None:
        self._screen = screen
        self._show = show
        self._ending: Timer | None = None

    def begin(self) -> None:
        """Show them; again, and the moment begins anew."""
        self._stop()
        self._ending = self._screen.set_timer(REVEALED, self.end)
        self._show(True)

    def end(self) -> None:
        """Mask them, if they are shown."""
        if self._ending is not None:
            self._stop()
            self._show(False)

    def _stop(self) -> None:
        ending, self._ending = self._ending, None
        if ending is not None:
            ending.stop()


def conceal(screens: Iterable[Screen[object]]) -> None:
    """Mask at once whatever these screens reveal."""
    for screen in screens:
        revealing = getattr(screen, "revealing", None)
        if isinstance(revealing, Revealing):
            revealing.end()
