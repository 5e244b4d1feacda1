"""Writes octets to a file that may be a pipe, and waits only so long for a reader of it."""

from __future__ import annotations

import errno
import os
import select
import stat
import time

_SLOWEST = 64 * 1024
"""Octets a second that a reader takes on average; one that takes less is waited for in vain."""

_UNREAD = "nobody reads from it"
_SLOW = "what reads from it is too slow"
_GONE = "what read from it is gone"
_UNOPENED = "it is a pipe that nobody reads from; start its reader first"


class Outlet:
    """A file opened without blocking; of a pipe that is full for long ``write`` makes an error.

    All writes together wait ``patience`` seconds for its reader, and as much again for what it
    takes meanwhile as a slow reader needs for that.
    """

    __slots__ = ("_file", "_left", "_patience", "done")

    def __init__(self, file: int, patience: float) -> None:
        self._file = file
        self._patience = self._left = patience
        self.done = 0
        """Octets that the last ``write`` wrote, also where it failed."""

    def write(self, data: bytes) -> None:
        """Write all of it; raises ``OSError``."""
        view = memoryview(data)
        self.done = 0
        while view:
            try:
                count = os.write(self._file, view)
            except BlockingIOError:
                self._wait()
                continue
            view = view[count:]
            self.done += count
            self._left = min(self._patience, self._left + count / _SLOWEST)

    def _wait(self) -> None:
        allowed = self._left
        began = time.monotonic()
        ready = select.select([], [self._file], [], max(0.0, allowed))[1]
        self._left -= time.monotonic() - began
        if not ready:
            raise OSError(errno.EAGAIN, _SLOW if allowed < self._patience / 2 else _UNREAD)


def reason(error: OSError | ValueError, path: str) -> str:
    """Why the file at ``path`` could not be written, in words."""
    if not isinstance(error, OSError):
        return str(error)
    if error.errno == errno.EPIPE:
        return _GONE
    if error.errno == errno.ENXIO and _is_pipe(path):
        return _UNOPENED
    return error.strerror or str(error)


def _is_pipe(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False
