"""Writes a session to a log file as it goes, each line in the system's hands before the next."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.log_format import written
from smtp_tui.transcript.pipes import UNREAD, write_all
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.redaction import Redaction
from smtp_tui.wire.events import Event

_PATIENCE = 2.0
"""Seconds that a pipe may be full before it is given up."""


class LogWriter:
    """Appends to the file at ``path``; ``tell`` gets one sentence if that comes to an end.

    What was written is safe when the program is killed. Nothing raises: a session does not end
    because a disk is full, nor does it wait for a pipe that nobody reads. To be used by one
    thread.
    """

    def __init__(self, path: str, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._transcript = Transcript(sys.maxsize, sys.maxsize, whole=True)
        self._redaction = Redaction()
        self._file = -1
        try:
            # what a mail says is nobody else's business
            how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            self._file = os.open(path, how, 0o600)
            if _is_cut_off(path):
                self._write(b"\n")
        except (OSError, ValueError) as error:
            self._give_up(error)

    def take(self, event: Event) -> None:
        """Take one event and write the lines that are final by it."""
        if self._file >= 0:
            self._transcript.add(event)
            self._flush(self._transcript.settled)

    def close(self) -> None:
        """Write what is left."""
        if self._file >= 0:
            self._flush(self._transcript.end)
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _flush(self, end: int) -> None:
        lines = self._transcript
        if end <= lines.first:
            return
        data = b"".join(
            written(self._redaction.record(lines[number])) for number in range(lines.first, end)
        )
        lines.release(end)
        try:
            self._write(data)
        except OSError as error:
            self._give_up(error)

    def _write(self, data: bytes) -> None:
        write_all(self._file, data, _PATIENCE)

    def _give_up(self, error: OSError | ValueError) -> None:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        if isinstance(error, OSError) and error.errno == errno.ENXIO:
            reason = UNREAD  # so the system says it of a pipe
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._transcript.clear()
        self._tell(
            f"The log file {visible(self._path)} cannot be written: {reason}."
            " The session goes on without it."
        )


def _is_cut_off(path: str) -> bool:
    """Whether the last line of an older log has no end, because the program was killed."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False  # it may be written and not read: nobody can tell
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or not found.st_size:
            return False
        return os.pread(file, 1, found.st_size - 1) != b"\n"
    finally:
        os.close(file)
