"""A log file opened for reading: its records by number, however large it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from smtp_tui.transcript.line_index import LineIndex
from smtp_tui.transcript.log_format import read
from smtp_tui.transcript.record import Kind, Record

PIECE = 1024 * 1024
"""Octets looked at by one ``index``."""
_LONGEST = 16 * 1024 * 1024
"""Octets above which a line is not read: no record is that long."""
_BLOCK = 64 * 1024
_LONGEST_WORD = 64

_REMOVED = "The file was removed or renamed while it was open: these are the lines it had."
_REPLACED = (
    "Another file has this name by now: these are the lines of the older one. Open it again for"
    " the new one."
)


class LogFile:
    """Where the lines of the file at ``path`` are; its records are read when they are asked for.

    ``index`` has to be called until it gives False; ``len`` grows by it. Called again later it
    finds what was appended meanwhile. A line that holds no record is given as an alarm that says
    so, in its place. ``trouble`` is one sentence about the file as a whole, "" for none. Raises
    ``OSError`` where the file cannot be opened. To be used by one thread at a time; another may
    ask how much is ``indexed``, and ``stop`` the looking.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # O_NONBLOCK: a pipe that nobody writes to must not keep us
        self._path = os.path.abspath(path)
        self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self._index = LineIndex(self._read)
        self.size = os.fstat(self._file).st_size
        self.trouble = ""
        self._stopped = False

    def __len__(self) -> int:
        return self._index.lines

    @property
    def indexed(self) -> float:
        """How much of the file is known, from 0 to 1."""
        return min(1.0, self._index.looked / self.size) if self.size else 1.0

    @property
    def cut_off(self) -> int:
        """Octets of a last line that has no end."""
        return self._index.looked - self._index.end

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def stop(self) -> None:
        """Let ``index`` find nothing more: nobody waits for it."""
        self._stopped = True

    def index(self) -> bool:
        """Look for lines in the next piece; whether there may be more."""
        if self._stopped:
            return False
        self._check_name()
        self._check_size()
        return self._index.go_on(PIECE)

    def first_within(self, stop: int, octets: int) -> int:
        """The first line from which to that one there are at most so many octets, or one line."""
        return self._index.first_within(stop, octets)

    def last_within(self, start: int, octets: int) -> int:
        """The line to which from that one there are at most so many octets, or one line."""
        return self._index.last_within(start, octets)

    def holds(self, start: int, stop: int, words: re.Pattern[bytes]) -> bool:
        """Whether words of at most 64 octets stand anywhere in these lines."""
        position, end = self._index.start(start), self._index.start(stop)
        tail = b""
        while position < end and (data := self._read(position, min(_BLOCK, end - position))):
            if words.search(tail + data):
                return True
            tail = data[-_LONGEST_WORD:]
            position += len(data)
        return False

    def records(self, start: int, stop: int) -> list[Record]:
        """The records of these lines, those that are known."""
        self._check_size()
        start, stop = max(0, start), min(stop, len(self))
        return [
            _record(start + number, line) for number, line in enumerate(self._lines(start, stop))
        ]

    def __getitem__(self, number: int) -> Record:
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self.records(number, number + 1)[0]

    def _lines(self, start: int, stop: int) -> Iterator[bytes]:
        """Lines with their ends; an empty one for one that is too long."""
        position = self._index.start(start)
        pieces: list[bytes] = []
        length = 0
        while start < stop and (data := self._read(position, _BLOCK)):
            position += len(data)
            begin = 0
            while start < stop and (end := data.find(b"\n", begin) + 1):
                pieces.append(data[begin:end])
                yield b"".join(pieces) if length + end - begin <= _LONGEST else b""
                pieces.clear()
                length = 0
                begin = end
                start += 1
            length += len(data) - begin
            if length <= _LONGEST:
                pieces.append(data[begin:])
            else:
                pieces.clear()

    def _read(self, start: int, octets: int) -> bytes:
        try:
            return os.pread(self._file, octets, start)
        except OSError as error:
            self.trouble = f"The file cannot be read any more: {error.strerror}."
            return b""

    def _check_name(self) -> None:
        """Say it when the name stands for another file by now, as after a rotation, or for none."""
        try:
            same = os.path.samestat(os.stat(self._path), os.fstat(self._file))
        except FileNotFoundError:
            self.trouble = _REMOVED
        except OSError:
            return  # what can be read of it still is
        else:
            if not same:
                self.trouble = _REPLACED
            elif self.trouble in (_REMOVED, _REPLACED):
                self.trouble = ""  # it was put back

    def _check_size(self) -> None:
        """Forget lines that are no longer there."""
        try:
            self.size = os.fstat(self._file).st_size
        except OSError as error:
            self.trouble = f"The file cannot be read any more: {error.strerror}."
            return
        if self.size < self._index.looked:
            self._index.cut(self.size)
            self._index.go_on(PIECE)
            self.trouble = "The file became shorter while it was open: what was cut off is gone."


def _record(number: int, line: bytes) -> Record:
    if not line:
        return _no_record(number, "it is too long")
    try:
        return read(line)
    except ValueError as error:
        return _no_record(number, str(error))


def _no_record(number: int, reason: str) -> Record:
    return Record(
        Kind.ALARM, 0.0, 0, note=f"Line {number + 1:,} of the file is no record: {reason}."
    )
