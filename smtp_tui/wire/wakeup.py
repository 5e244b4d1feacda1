"""A way to let a poll return from another thread."""

from __future__ import annotations

import os
import threading


class WakeUp:
    """A pipe to be polled for reading; ``ring`` may be called by any thread at any time.

    What rang before ``open`` is heard after it.
    """

    __slots__ = ("_lock", "_rung", "_writer", "descriptor")

    def __init__(self) -> None:
        self.descriptor = -1
        self._writer = -1
        self._rung = False
        self._lock = threading.Lock()

    def open(self) -> int:
        """Make the pipe and give the descriptor to poll."""
        with self._lock:
            self.descriptor, self._writer = _pipe()
        if self._rung:
            self.ring()
        return self.descriptor

    def ring(self) -> None:
        """Make the descriptor readable."""
        with self._lock:  # a closed descriptor's number may belong to somebody else by now
            if self._writer < 0:
                self._rung = True
                return
            try:
                os.write(self._writer, b"\0")
            except BlockingIOError:
                return  # it is full of earlier rings

    def clear(self) -> None:
        """Take note of all rings so far."""
        os.read(self.descriptor, 4096)

    def close(self) -> None:
        """Ring no more."""
        with self._lock:
            if self._writer >= 0:
                os.close(self._writer)
                os.close(self.descriptor)
                self._writer = -1


def _pipe() -> tuple[int, int]:
    """A pipe that never blocks, in one call where the system has it."""
    if hasattr(os, "pipe2"):
        return os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    return reader, writer
