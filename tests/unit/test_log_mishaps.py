"""What becomes of a log file while it is written: pipes, full disks, removed files, two writers."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.transcript.exports.saving import SaveError, save
from smtp_tui.transcript.log_writer import LogError, LogWriter
from smtp_tui.transcript.pipes import Outlet
from smtp_tui.transcript.record import Kind
from smtp_tui.wire import events as wire
from tests.unit.test_log_file import opening, read_all, refuse, reply, sent

LINE = b"x" * 998 + b"\r\n"


def notes(path: Path) -> list[str]:
    """The words of ours and of the client in a file."""
    return [record.note or record.raw.decode() for record in read_all(path)]


# Pipes


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.fixture
def reader(pipe: Path) -> Iterator[int]:
    """Somebody who could read from it."""
    file = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    yield file
    os.close(file)


def test_a_pipe_that_nobody_reads_is_told_at_once_and_holds_nobody_up(pipe: Path) -> None:
    with pytest.raises(LogError, match="nobody reads from; start its reader first"):
        LogWriter(str(pipe), refuse)


def test_an_export_into_a_pipe_without_a_reader_says_what_to_do(pipe: Path) -> None:
    with pytest.raises(SaveError, match="nobody reads from; start its reader first"):
        save(str(pipe), b"session", replace=True)


def test_a_pipe_whose_reader_stands_still_is_given_up(
    pipe: Path, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtp_tui.transcript.log_writer._PATIENCE", 0)
    told: list[str] = []
    writer = LogWriter(str(pipe), told.append)
    for _ in range(200):
        writer.take(sent(LINE))
    assert os.read(reader, 100).startswith(b'{"kind": "client"')
    assert len(told) == 1
    assert "nobody reads from it" in told[0]


def test_a_reader_that_takes_little_at_a_time_is_waited_for_only_so_long_in_all(
    pipe: Path, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock goes on while it is waited for; every 0.9 seconds a page is free."""
    now = 0.0

    def wait(_: object, files: list[int], __: object, seconds: float) -> tuple[list[int], ...]:
        nonlocal now
        now += min(seconds, 0.9)
        if seconds < 0.9:
            return [], [], []
        os.read(reader, 4096)
        return [], files, []

    file = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    outlet = Outlet(file, 2.0)
    monkeypatch.setattr("smtp_tui.transcript.pipes.select.select", wait)
    monkeypatch.setattr("smtp_tui.transcript.pipes.time.monotonic", lambda: now)
    with pytest.raises(OSError, match="too slow"):
        outlet.write(LINE * 1000)
    os.close(file)
    assert now < 5


def test_a_reader_that_keeps_up_is_waited_for_as_long_as_it_takes(pipe: Path) -> None:
    told: list[str] = []
    read = bytearray()

    def take() -> None:
        with pipe.open("rb") as stream:
            while data := stream.read(65536):
                read.extend(data)

    thread = threading.Thread(target=take)
    thread.start()
    beginning = os.open(pipe, os.O_WRONLY)  # waits until somebody reads
    writer = LogWriter(str(pipe), told.append)
    for _ in range(2000):
        writer.take(sent(LINE))
    writer.close()
    os.close(beginning)
    thread.join()
    assert not told
    assert read.count(b"\n") == 2000


def test_a_reader_that_goes_away_is_told_of(pipe: Path) -> None:
    told: list[str] = []
    file = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = LogWriter(str(pipe), told.append)
    os.close(file)
    writer.take(sent(b"NOOP\r\n"))
    writer.take(sent(b"NOOP\r\n"))
    assert [sentence.partition(": ")[2] for sentence in told] == [
        "what read from it is gone. The session goes on without it."
    ]


# Full disks


class Disk:
    """In place of ``os.write``: takes only what there is room for."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def write(self, file: int, data: bytes | memoryview) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = self._write(file, data[: self.room])
        self.room -= taken
        return taken


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(1 << 30)
    monkeypatch.setattr("smtp_tui.transcript.pipes.os.write", disk.write)
    return disk


def test_a_full_disk_is_told_once_and_harms_nothing() -> None:
    told: list[str] = []
    writer = LogWriter("/dev/full", told.append)
    for second in range(30):
        writer.take(sent(b"NOOP\r\n", at=float(second)))
    writer.close()
    assert told == [
        "The log file /dev/full cannot be written: No space left on device."
        " The session goes on without it until there is room."
    ]


def test_a_disk_that_gets_room_again_takes_the_log_again_with_the_gap_named(
    tmp_path: Path, disk: Disk
) -> None:
    told: list[str] = []
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), told.append)
    writer.take(sent(b"EHLO me\r\n", at=1.0))
    disk.room = 40  # half a line
    for second in range(2, 5):
        writer.take(sent(b"NOOP\r\n", at=float(second)))
    disk.room = 1 << 20
    writer.take(sent(b"NOOP\r\n", at=6.9))  # not yet tried again
    writer.take(sent(b"RSET\r\n", at=7.1))
    writer.take(sent(b"QUIT\r\n", at=7.2))
    writer.close()
    assert [sentence.partition(".jsonl ")[2] for sentence in told] == [
        "cannot be written: No space left on device."
        " The session goes on without it until there is room.",
        "goes on; 4 lines had no room in it.",
    ]
    assert notes(path) == [
        "EHLO me\r\n",
        "Line 2 of the file is no record: it is no JSON.",
        "4 lines missing here: there was no room.",
        "RSET\r\n",
        "QUIT\r\n",
    ]


def test_lines_that_had_room_before_the_disk_was_full_are_not_called_missing(
    tmp_path: Path, disk: Disk
) -> None:
    told: list[str] = []
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), told.append)
    writer.take(sent(b"EHLO me\r\n", at=1.0))
    disk.room = int(path.stat().st_size * 2.5)
    writer.take(sent(b"NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n", at=2.0))
    disk.room = 1 << 20
    writer.close()
    writer = LogWriter(str(path), told.append)
    writer.take(sent(b"QUIT\r\n", at=3.0))
    writer.close()
    assert notes(path)[:3] == ["EHLO me\r\n", "NOOP\r\n", "NOOP\r\n"]
    assert len(told) == 1


def test_what_is_left_is_written_at_the_end_where_there_is_room_by_then(
    tmp_path: Path, disk: Disk
) -> None:
    told: list[str] = []
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), told.append)
    disk.room = 0
    writer.take(sent(b"NOOP\r\n"))
    disk.room = 1 << 20
    writer.take(sent(b"half a li"))
    writer.close()
    assert notes(path)[0] == "1 line missing here: there was no room."
    assert read_all(path)[-1].raw == b"half a li"


# Files that go away, and files of two


def test_a_log_that_is_removed_begins_anew_and_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), told.append)
    writer.take(sent(b"EHLO me\r\n"))
    path.unlink()
    writer.take(sent(b"NOOP\r\n"))
    writer.take(sent(b"QUIT\r\n"))
    assert notes(path) == ["NOOP\r\n", "QUIT\r\n"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [sentence.partition(".jsonl ")[2] for sentence in told] == [
        "was removed: it begins anew."
    ]


def test_a_log_whose_folder_is_removed_is_given_up(tmp_path: Path) -> None:
    told: list[str] = []
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "session.jsonl"
    writer = LogWriter(str(path), told.append)
    path.unlink()
    folder.rmdir()
    for _ in range(3):
        writer.take(sent(b"NOOP\r\n"))
    assert [sentence.partition(": ")[2] for sentence in told] == [
        "No such file or directory. The session goes on without it."
    ]


def test_a_log_that_is_renamed_keeps_all_its_lines(tmp_path: Path) -> None:
    path, older = tmp_path / "session.jsonl", tmp_path / "session.jsonl.1"
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"EHLO me\r\n"))
    path.rename(older)
    writer.take(sent(b"NOOP\r\n"))
    assert notes(older) == ["EHLO me\r\n", "NOOP\r\n"]


def test_a_log_that_is_emptied_goes_on_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"EHLO me\r\n"))
    os.truncate(path, 0)
    writer.take(sent(b"NOOP\r\n"))
    assert notes(path) == ["NOOP\r\n"]


def test_lines_of_two_runs_in_one_file_can_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    one, other = LogWriter(str(path), refuse), LogWriter(str(path), refuse)
    for writer in (one, other, one, other):
        writer.take(sent(b"NOOP\r\n"))
    first, second, third, fourth = (record.run for record in read_all(path))
    assert first == third
    assert second == fourth
    assert 0 != first != second != 0


# Keys


def test_a_log_names_no_keys_which_nobody_can_press_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse)
    writer.take(opening())
    writer.take(reply(b"250 STARTTLS\r\n"))
    writer.take(wire.Note(103.0, 1, "not this way", remedy=wire.Remedy.USE_IMPLICIT_TLS))
    writer.close()
    assert not [record for record in read_all(path) if record.kind is Kind.HINT]
