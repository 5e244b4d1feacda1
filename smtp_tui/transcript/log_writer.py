"""Writes a session to a log file as it goes, each line in the system's hands before the next."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.given import Given
from smtp_tui.transcript.log_format import written
from smtp_tui.transcript.pipes import Outlet, reason
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.redaction import Redaction
from smtp_tui.transcript.ways import NONE
from smtp_tui.wire.events import Event

_PATIENCE = 2.0
"""Seconds that a pipe may keep a session waiting before it is given up."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_AGAIN = 5.0
"""Seconds until a full disk is tried again."""


class LogError(Exception):
    """A log file cannot be begun: one sentence with the reason."""


class LogWriter:
    """Appends to the file at ``path``; ``tell`` gets one sentence if that comes to an end.

    Raises ``LogError`` where the file cannot be opened. From then on nothing raises: a session
    does not end because a disk is full, nor does it wait for a pipe that nobody reads. Once there
    is room again, the log goes on and says what is missing; where the file was removed, it begins
    anew. What was written is safe when the program is killed. To be used by one thread.
    """

    def __init__(self, path: str, tell: Callable[[str], None], given: Given | None = None) -> None:
        self._path = path
        self._tell = tell
        self._transcript = Transcript(sys.maxsize, sys.maxsize, whole=True, ways=NONE, given=given)
        self._redaction = Redaction()
        self._run = int.from_bytes(os.urandom(4), "big")
        self._missing = 0
        self._again = 0.0  # when a full disk is to be tried again, in monotonic time
        self._file = -1
        try:
            self._open()
        except (OSError, ValueError) as error:
            raise LogError(self._sentence(error)) from None

    def take(self, event: Event) -> None:
        """Take one event and write the lines that are final by it."""
        if self._file >= 0:
            self._transcript.add(event)
            self._flush(self._transcript.settled, event.at)

    def close(self) -> None:
        """Write what is left."""
        if self._file >= 0:
            self._flush(self._transcript.end, sys.float_info.max)
        self._let_go()

    def _open(self) -> None:
        # what a mail says is nobody else's business
        how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        self._file = os.open(self._path, how, 0o600)
        self._outlet = Outlet(self._file, _PATIENCE)
        self._may_vanish = _is_plain(self._file)
        self._ragged = _is_cut_off(self._path)

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _flush(self, end: int, at: float) -> None:
        lines = self._transcript
        if end <= lines.first:
            return
        records = [self._redaction.record(lines[number]) for number in range(lines.first, end)]
        lines.release(end)
        if self._missing and at < self._again:
            self._missing += len(records)
            return
        try:
            if self._may_vanish and not os.fstat(self._file).st_nlink:
                self._begin_anew()
            self._write(records, at)
        except OSError as error:
            self._give_up(error)

    def _write(self, records: list[Record], at: float) -> None:
        """Write them; before them how many are missing, and an end for a line without one."""
        missing = self._missing
        heads = [b"\n"] * self._ragged
        if missing:
            heads.append(written(_gap(missing, records[0]), self._run))
        data = b"".join((*heads, *(written(each, self._run) for each in records)))
        try:
            self._outlet.write(data)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._wait_for_room(data[: self._outlet.done], len(heads), len(records))
            self._again = at + _AGAIN
            if not missing:
                self._tell(
                    f"The log file {visible(self._path)} cannot be written: {error.strerror}."
                    " The session goes on without it until there is room."
                )
            return
        self._ragged, self._missing = False, 0
        if missing:
            lines = counted(missing, "line")
            self._tell(f"The log file {visible(self._path)} goes on; {lines} had no room in it.")

    def _wait_for_room(self, done: bytes, heads: int, lines: int) -> None:
        """So much was written of that many heads and lines: the rest is missing."""
        whole = done.count(b"\n")
        if done:
            self._ragged = not done.endswith(b"\n")
        if whole >= heads:
            self._missing = 0  # of earlier ones it is told
        self._missing += lines - max(0, whole - heads)

    def _begin_anew(self) -> None:
        self._let_go()
        self._open()
        self._may_vanish = self._may_vanish and os.fstat(self._file).st_nlink > 0
        self._tell(f"The log file {visible(self._path)} was removed: it begins anew.")

    def _give_up(self, error: OSError) -> None:
        self._let_go()
        self._transcript.clear()
        self._tell(f"{self._sentence(error)} The session goes on without it.")

    def _sentence(self, error: OSError | ValueError) -> str:
        return f"The log file {visible(self._path)} cannot be written: {reason(error, self._path)}."


def _gap(missing: int, before: Record) -> Record:
    words = f"{counted(missing, 'line')} missing here: there was no room."
    return Record(Kind.ALARM, before.at, before.connection, note=words, wall=before.wall)


def _is_plain(file: int) -> bool:
    return stat.S_ISREG(os.fstat(file).st_mode)


def _is_cut_off(path: str) -> bool:
    """Whether the last line of an older log has no end, because the program was killed."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False  # it may be written and not read: nobody can tell
    try:
        size = os.fstat(file).st_size
        return _is_plain(file) and size > 0 and os.pread(file, 1, size - 1) != b"\n"
    finally:
        os.close(file)
