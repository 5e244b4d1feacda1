"""Ends the window in order when the system asks for it: the terminal is left as it was found."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = (signal.SIGTERM, signal.SIGHUP)
_EXIT_CODE = 128
"""What a shell adds to the number of a signal."""


@contextmanager
def in_order(leave: Callable[[int], None]) -> Iterator[None]:
    """While this lasts SIGTERM and SIGHUP call ``leave``, on the UI loop, with the exit code.

    Asked again, or where no loop runs, the program ends at once as any other would. To be used
    by the main thread.
    """

    def ask(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            signal.raise_signal(number)
        else:
            loop.call_soon_threadsafe(leave, _EXIT_CODE + number)

    before = [(each, signal.signal(each, ask)) for each in _ASKING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
