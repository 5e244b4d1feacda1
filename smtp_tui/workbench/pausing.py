"""Stops and goes on as a shell wants it, and has the whole screen on the terminal again."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from types import FrameType

from textual.app import App


def watch(app: App[None]) -> None:
    """Let the app go on as it was after SIGTSTP, and after SIGSTOP, of which nobody is told.

    The framework begins to use the terminal anew at every SIGCONT. Where it was not given back
    before, two of its threads would read from it then and none would end. To be called once the
    app runs, by the main thread.
    """
    give_back, go_on = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
    if not callable(give_back) or not callable(go_on):
        return  # there is no terminal
    given_back = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal given_back
        given_back = True
        give_back(number, frame)

    def resume(number: int, frame: FrameType | None) -> None:
        if given_back:
            go_on(number, frame)
        else:  # others may have written to it
            loop.call_soon_threadsafe(partial(app.refresh, layout=True))

    def resumed(_: App[None]) -> None:
        nonlocal given_back
        given_back = False
        app.refresh(layout=True)

    loop = asyncio.get_running_loop()
    signal.signal(signal.SIGTSTP, stop)
    signal.signal(signal.SIGCONT, resume)
    app.app_resume_signal.subscribe(app, resumed)
