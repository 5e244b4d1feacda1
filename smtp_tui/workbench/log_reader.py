"""Reads a log file for the window: one thread has the file, the UI loop gets what it finds."""

from __future__ import annotations

import queue
import stat
import threading
from collections.abc import Callable
from typing import TypeVar

from textual.app import App

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.log_file import LogFile
from smtp_tui.workbench.places import place

_T = TypeVar("_T")


class LogReader:
    """Jobs are done in their turn; ``failed`` is told, in a sentence, why there is no file."""

    def __init__(self, app: App[None], path: str, failed: Callable[[str], None]) -> None:
        self._app = app
        self._path = place(path)
        self._failed = failed
        self._file: LogFile | None = None
        self._jobs: queue.SimpleQueue[Callable[[LogFile], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="log reader", daemon=True).start()

    def ask(self, job: Callable[[LogFile], _T], done: Callable[[_T], object]) -> None:
        """Let ``job`` read; ``done`` gets what it found, on the UI loop; it may be a coroutine."""

        def work(file: LogFile) -> None:
            self.tell(done, job(file))

        self._jobs.put(work)

    def tell(self, done: Callable[[_T], object], found: _T) -> None:
        """Call back on the UI loop; from the thread."""
        self._app.call_later(done, found)

    @property
    def percent(self) -> int:
        """How much of the file was looked at, 0 to 100."""
        return int(100 * self._file.indexed) if self._file is not None else 0

    def close(self) -> None:
        """End, without being waited for."""
        if self._file is not None:
            self._file.stop()
        self._jobs.put(None)

    def _run(self) -> None:
        try:
            path = self._path
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                self.tell(self._failed, f"{visible(path.name)} is no plain file.")
                return
            file = self._file = LogFile(path)
        except (OSError, ValueError) as error:
            reason = visible(getattr(error, "strerror", None) or "no file name")
            self.tell(self._failed, f"{visible(str(self._path))} cannot be read: {reason}.")
            return
        while (job := self._jobs.get()) is not None:
            job(file)
        file.close()
