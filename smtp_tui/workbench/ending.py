"""Ends the window in order when the system asks for it, or when its terminal is gone."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = (signal.SIGTERM, signal.SIGHUP)
_EXIT_CODE = 128
"""What a shell adds to the number of a signal."""
_MOMENT = 1.0
"""Seconds in which it shows whether an error of the system comes from the terminal's end."""
_GRACE = 3.0
"""Seconds to leave a terminal that is gone: whatever still writes to it may wait for ever."""


@contextmanager
def in_order(leave: Callable[[int], None]) -> Iterator[None]:
    """While this lasts SIGTERM and SIGHUP call ``leave``, on the UI loop, with the exit code.

    Asked again, or where no loop runs, the program ends at once as any other would. So it does
    by SIGHUP when the terminal is gone. To be used by the main thread.
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
    over, gone = threading.Event(), threading.Event()
    threading.Thread(target=_watch, args=(over, gone), name="terminal", daemon=True).start()
    try:
        yield
    except OSError:
        if not gone.wait(_MOMENT):
            raise
        raise SystemExit(_EXIT_CODE + signal.SIGHUP) from None  # nobody can be told more
    finally:
        over.set()
        if gone.is_set():
            _mute()
        for number, handler in before:
            signal.signal(number, handler)


def _mute() -> None:
    """Let nobody hear what is still to be written: at the end Python would complain of it."""
    nobody = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    for descriptor in (1, 2):
        os.dup2(nobody, descriptor)
    os.close(nobody)


def _watch(over: threading.Event, gone: threading.Event) -> None:
    """Hang up when the terminal does. The system says so only to whom it sees as its owner."""
    terminal = select.poll()
    terminal.register(0, 0)  # nothing is waited for but its end
    ended = terminal.poll()
    if not any(events & (select.POLLHUP | select.POLLERR) for _, events in ended):
        return  # a system that cannot wait for a terminal
    gone.set()
    while not over.is_set():
        os.kill(os.getpid(), signal.SIGHUP)
        over.wait(_GRACE)
