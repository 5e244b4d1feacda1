"""The log file: written as the session goes, without secrets, and read back however large."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.events import Command, ReplyLine
from smtp_tui.transcript import log_format
from smtp_tui.transcript.log_file import LogFile
from smtp_tui.transcript.log_writer import LogError, LogWriter
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target

CLEAR = wire.Protection.CLEAR
TARGET = Target("smtp.example.org", 587)
TOKEN = b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"


def opening(number: int = 1) -> wire.Opening:
    return wire.Opening(100.0, number, TARGET, 1_700_000_000.0)


def sent(data: bytes, *, at: float = 101.0, offset: int = 0, secret: bytes = b"") -> wire.Sent:
    start = data.find(secret)
    spans = ((start, start + len(secret)),) if secret else ()
    return wire.Sent(at, 1, data, offset, spans, "PLAIN" if secret else "", CLEAR)


def reply(raw: bytes, answers: int = 0, *, at: float = 101.5) -> wire.Told:
    command = Command(b"NOOP", b"NOOP\r\n", answers, 6)
    line = ReplyLine(250, raw[4:].rstrip(), raw, True, True, command)
    return wire.Told(at, 1, line, 0.5, CLEAR)


def refuse(sentence: str) -> None:
    raise AssertionError(sentence)


def opened(path: Path) -> LogFile:
    file = LogFile(path)
    while file.index():
        pass
    return file


def read_all(path: Path) -> list[Record]:
    file = opened(path)
    records = file.records(0, len(file))
    file.close()
    return records


# What the transcript knows of a record


def test_a_record_tells_the_time_of_day() -> None:
    transcript = Transcript()
    transcript.add(opening())
    transcript.add(sent(b"NOOP\r\n", at=102.25))
    assert transcript[1].wall == 1_700_000_002.25


def test_a_reply_tells_which_of_the_pipelined_lines_it_answers() -> None:
    transcript = Transcript()
    transcript.add(sent(b"NOOP\r\nRSET\r\n"))
    transcript.add(reply(b"250 reset\r\n", 6))
    transcript.add(reply(b"250 nothing done\r\n", 0))
    assert [record.offset for record in (transcript[n] for n in range(4))] == [0, 6, 6, 0]


def test_a_line_that_comes_in_pieces_keeps_the_offset_of_its_beginning() -> None:
    transcript = Transcript()
    transcript.add(sent(b"NOOP\r\n"))
    transcript.add(sent(b"RC", offset=6))
    transcript.add(sent(b"PT TO\r\n", offset=8))
    assert (transcript[1].raw, transcript[1].offset) == (b"RCPT TO\r\n", 6)


# Writing


def test_a_log_is_read_back_as_the_session_was(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    events: list[wire.Event] = [
        opening(),
        sent(b"EHLO me\r\n"),
        reply(b"250 \xff\0\x1b[2J hello\r\n"),
        wire.Note(103.0, 1, "a nöte"),
        wire.Gone(104.0, 1, True, "The server closed."),
    ]
    writer, transcript = LogWriter(str(path), refuse), Transcript()
    for event in events:
        writer.take(event)
        transcript.add(event)
    writer.close()
    found = [replace(record, run=0) for record in read_all(path)]
    assert found == [transcript[number] for number in range(transcript.end)]
    assert path.read_bytes().isascii()


def test_each_line_is_in_the_file_before_the_next_event(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"NOOP\r\n"))
    assert [record.raw for record in read_all(path)] == [b"NOOP\r\n"]
    writer.take(reply(b"250 ok\r\n"))
    assert [record.raw for record in read_all(path)] == [b"NOOP\r\n", b"250 ok\r\n"]


def test_a_line_that_is_still_replaced_waits(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse)
    writer.take(wire.Trying(1.0, 1, "192.0.2.1"))
    assert read_all(path) == []
    writer.take(wire.Connected(1.1, 1, "192.0.2.1", 0.1))
    writer.take(sent(b"half a li"))
    assert [record.note for record in read_all(path)] == ["connected to 192.0.2.1"]
    writer.close()
    assert read_all(path)[-1].raw == b"half a li"


def test_a_secret_never_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"AUTH PLAIN " + TOKEN + b"\r\n", secret=TOKEN))
    writer.take(reply(b"535 " + TOKEN + b" is wrong\r\n"))
    writer.take(wire.Note(102.0, 1, f"it said {TOKEN.decode()}"))
    writer.close()
    assert TOKEN not in path.read_bytes()
    first, second, third = read_all(path)
    assert first.raw == b"AUTH PLAIN " + b"*" * 28 + b"\r\n"
    assert (first.secrets, first.label) == (((11, 39),), "PLAIN")
    assert second.raw == b"535 " + b"*" * 28 + b" is wrong\r\n"
    assert third.note == "it said ‹PLAIN: 28 octets hidden›"


def test_a_log_that_was_cut_off_goes_on_with_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(b'{"kind": "client", "raw": "MAIL FR')
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"NOOP\r\n"))
    broken, whole = read_all(path)
    assert broken.note == "Line 1 of the file is no record: it is no JSON."
    assert whole.raw == b"NOOP\r\n"


def test_nobody_else_may_read_a_new_log(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    LogWriter(str(path), refuse).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_may_only_be_written_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(b"")
    path.chmod(0o200)
    writer = LogWriter(str(path), refuse)
    writer.take(sent(b"NOOP\r\n"))
    path.chmod(0o600)
    assert [record.raw for record in read_all(path)] == [b"NOOP\r\n"]


@pytest.mark.parametrize("name", ["no/such/folder/log", ""])
def test_a_path_that_cannot_be_written_is_told_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(LogError, match=r"The log file .* cannot be written: "):
        LogWriter(str(tmp_path / name), refuse)


def test_every_octet_of_a_long_message_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    line = b"x" * 1022 + b"\r\n"
    writer = LogWriter(str(path), refuse)
    for number in range(3):
        data = line * 512
        writer.take(wire.Sent(1.0, 1, data, number * len(data), (), "", CLEAR, message=True))
    writer.close()
    file = opened(path)
    assert len(file) == 3 * 512
    assert file[1535].offset == 1535 * 1024


# Reading


def test_a_line_of_which_only_the_beginning_is_kept_is_whole_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    whole = b"250 " + b"x" * 9000 + b"\r\n"
    writer, transcript = LogWriter(str(path), refuse), Transcript()
    events: list[wire.Event] = [
        wire.Received(101.0, 1, b"250 first\r\n" + whole[:5000], CLEAR),
        reply(b"250 first\r\n"),
        wire.Received(101.1, 1, whole[5000:], CLEAR),
        reply(whole[:8192]),
    ]
    for event in events:
        writer.take(event)
        transcript.add(event)
    writer.close()
    assert [record.raw for record in read_all(path)] == [b"250 first\r\n", whole]
    assert transcript[1].note == "only the first 8,192 octets are kept"


def test_a_verb_that_may_be_a_credential_astray_is_not_written(tmp_path: Path) -> None:
    command = Command(TOKEN.upper(), TOKEN + b"\r\n", 0, len(TOKEN) + 2)
    line = ReplyLine(500, b"what", b"500 what\r\n", True, True, command)
    writer = LogWriter(str(tmp_path / "log"), refuse)
    writer.take(wire.Told(1.0, 1, line, 0.1, CLEAR))
    assert TOKEN.upper()[:8] not in (tmp_path / "log").read_bytes()


def test_the_first_lines_are_there_before_the_rest_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    line = log_format.written(Record(Kind.NOTE, 1.0, 1, note="x" * 900))
    path.write_bytes(line * 5000)
    file = LogFile(path)
    assert file.index()
    assert 0 < len(file) < 5000
    assert 0 < file.indexed < 1
    assert file.records(0, 40) == [file[0]] * 40
    while file.index():
        pass
    assert (len(file), file.indexed, file.cut_off) == (5000, 1.0, 0)


def test_what_is_appended_is_found_later(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    line = log_format.written(Record(Kind.NOTE, 1.0, 1, note="one"))
    path.write_bytes(line + line[:7])
    file = opened(path)
    assert (len(file), file.cut_off) == (1, 7)
    with path.open("ab") as more:
        more.write(line[7:])
    assert file.index()
    assert (len(file), file.cut_off) == (2, 0)
    assert file[1] == file[0]


def test_a_name_that_is_given_to_another_file_is_told(tmp_path: Path) -> None:
    path, older = tmp_path / "session.jsonl", tmp_path / "session.jsonl.1"
    line = log_format.written(Record(Kind.NOTE, 1.0, 1, note="one"))
    path.write_bytes(line)
    file = opened(path)
    assert not file.trouble

    path.rename(older)
    file.index()
    assert "removed or renamed" in file.trouble
    path.write_bytes(line * 2)
    file.index()
    assert "Another file has this name" in file.trouble
    assert [record.note for record in file.records(0, 9)] == ["one"]

    older.replace(path)
    file.index()
    assert not file.trouble


def test_a_file_that_shrinks_is_told_and_what_is_left_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    line = log_format.written(Record(Kind.NOTE, 1.0, 1, note="one"))
    path.write_bytes(line * 10)
    file = opened(path)
    os.truncate(path, len(line) * 4 + 3)
    assert len(file.records(0, 10)) == 4
    assert file.trouble == "The file became shorter while it was open: what was cut off is gone."
    while file.index():
        pass
    assert (len(file), file.cut_off) == (4, 3)


def test_a_folder_is_told_of(tmp_path: Path) -> None:
    file = LogFile(tmp_path)
    assert not file.index()
    assert file.trouble == "The file cannot be read any more: Is a directory."


GOOD = {"kind": "client", "at": 1.0, "wall": 2.0, "connection": 1, "raw": "NOOP\r\n"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "nonsense"}, "its kind is missing or makes no sense"),
        ({"kind": ["client"]}, "its kind is missing or makes no sense"),
        ({"at": None}, "its at is missing or makes no sense"),
        ({"at": float("nan")}, "its at is missing or makes no sense"),
        ({"wall": 10**400}, "its wall is missing or makes no sense"),
        ({"connection": -1}, "its connection is missing or makes no sense"),
        ({"raw": "\u20ac"}, "its raw is missing or makes no sense"),
        ({"protection": "perfect"}, "its protection is missing or makes no sense"),
        ({"secrets": [[0, 99]]}, "its secrets is missing or makes no sense"),
        ({"secrets": [[2, 4], [1, 3]]}, "its secrets is missing or makes no sense"),
        ({"label": "\x1b[2J"}, "its label is missing or makes no sense"),
        ({"verb": "\x1b"}, "its verb is missing or makes no sense"),
        ({"note": 7}, "its note is missing or makes no sense"),
        ({"note": "\ud800"}, "its note is missing or makes no sense"),
        ({"run": -1}, "its run is missing or makes no sense"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_with_the_reason(
    change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        log_format.read(json.dumps({**GOOD, **change}).encode())


@given(st.binary(max_size=200))
def test_junk_is_no_record_and_no_crash(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"it is no JSON|its .* is missing"):
        log_format.read(data)


def test_nested_junk_is_no_crash() -> None:
    with pytest.raises(ValueError, match="it is no JSON"):
        log_format.read(b"[" * 100_000)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    st.builds(
        Record,
        kind=st.sampled_from(Kind),
        at=st.integers(0, 10**12).map(lambda n: n / 1e6),
        connection=st.integers(0, 2**31),
        protection=st.sampled_from([None, *wire.Protection]),
        raw=st.binary(max_size=80),
        elapsed=st.none() | st.integers(0, 10**9).map(lambda n: n / 1e6),
        note=texts,
        offset=st.integers(-1, 2**40),
        wall=st.integers(0, 2 * 10**15).map(lambda n: n / 1e6),
    )
)
def test_any_record_is_read_back_as_it_was_written(record: Record) -> None:
    line = log_format.written(record)
    assert line.count(b"\n") == 1
    assert log_format.read(line) == record
