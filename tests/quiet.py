"""Waits until a window under test has done all it was asked, however busy the machine is."""

from __future__ import annotations

import asyncio
from time import monotonic, process_time, thread_time

import textual.app
import textual.pilot

_STEP = 0.02
"""Seconds between two looks: longer than a screen waits before it draws what has changed."""
_IDLE = 0.001
"""Seconds of processor time in a step that count as none."""
_OTHERS = 1.0
"""Seconds that other threads of the process may be waited for: some are meant to be busy."""
_PATIENCE = 20.0
_TURNS = 3


async def wait_for_idle(min_sleep: float = _STEP, max_sleep: float = _OTHERS) -> None:
    """Takes the place of Textual's own, with its arguments in seconds.

    That one gives up after a second, and on a busy machine takes a process that gets no processor
    for one that has nothing to do: here the event loop has to have nothing left to run as well.
    """
    start = monotonic()
    while (elapsed := monotonic() - start) < _PATIENCE:
        process, thread = process_time(), thread_time()
        await asyncio.sleep(_STEP)
        others_idle = process_time() - process < _IDLE or elapsed >= max_sleep
        loop_idle = thread_time() - thread < _IDLE
        if await _nothing_to_run() and loop_idle and others_idle and elapsed + _STEP > min_sleep:
            return


async def _nothing_to_run() -> bool:
    """Whether the event loop had nothing to run but this, several turns in succession."""
    ready = vars(asyncio.get_running_loop())["_ready"]
    for _ in range(_TURNS):
        if ready:
            return False
        await asyncio.sleep(0)
    return True


def install() -> None:
    """Let every pilot wait so, after each key and in each pause."""
    for module in (textual.app, textual.pilot):
        vars(module)["wait_for_idle"] = wait_for_idle
