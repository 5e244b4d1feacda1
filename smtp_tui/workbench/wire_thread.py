"""The worker of the window: a thread of its own, which takes turns with the screen."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from smtp_tui.wire.events import Event

if TYPE_CHECKING:
    from smtp_tui.workbench.operator import Worker

Sink = Callable[[Event], None]
WorkerFactory = Callable[[Sink], "Worker"]

_TURN = 0.0005
"""Seconds after which a busy thread lets another one have its turn; by default ten times as many,
which the loop would wait at each of the many steps from a key to the screen."""
_GARBAGE = (2_000, 100, 50)
"""When garbage is looked for, as ``gc.set_threshold`` takes it: in a flood almost nothing is, and
the search, by default many times as often, comes between a key and the screen."""


def thread_worker(sink: Sink) -> Worker:
    """Start the thread; ``sink`` is told in it what happens."""
    from smtp_tui.wire.worker import Worker as ThreadWorker

    sys.setswitchinterval(_TURN)
    if not gc.isenabled():  # the command line put it off
        gc.freeze()  # what the window is made of stays: to look through it takes long
        gc.set_threshold(*_GARBAGE)
        gc.enable()
    return ThreadWorker(sink)
