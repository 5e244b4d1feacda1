"""Two dialogues side by side: exchanges aligned by what was said, replies judged by their codes."""

from __future__ import annotations

import json
import os
import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.cli import main
from smtp_tui.transcript import log_format
from smtp_tui.transcript.comparison import Verdict, compare, exchanges
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.script import as_script
from smtp_tui.transcript.script import parse
from smtp_tui.transcript.script_file import octets
from smtp_tui.transcript.side import NoDialogue, of_file
from tests.unit.written_session import PLAIN, Written, signed_in

OLD = b"""\
S: 220 old.example.org
C: EHLO me
S: 250-old.example.org
S: 250 SIZE
C: MAIL FROM:<a@example.org>
S: 250 2.1.0 fine
C: NOOP
S: 250 ok
C: QUIT
S: 221 bye
"""
NEW = (
    OLD.replace(b"old.", b"new.")
    .replace(b"S: 250 2.1.0 fine", b"S: 550 5.7.1 no")
    .replace(b"C: NOOP\n", b"C: RSET\n")
)


def verdicts(left: bytes, right: bytes) -> list[Verdict]:
    return [pair.verdict for pair in compare(parse(left), parse(right))]


def test_replies_are_told_from_texts_and_commands_from_each_other() -> None:
    assert verdicts(OLD, NEW) == [
        Verdict.OTHER_TEXT,
        Verdict.OTHER_TEXT,
        Verdict.OTHER_REPLY,
        Verdict.ONLY_LEFT,
        Verdict.ONLY_RIGHT,
        Verdict.SAME,
    ]


def test_a_command_that_came_in_between_does_not_shift_the_rest() -> None:
    more = OLD.replace(b"C: NOOP\n", b"C: HELP\nS: 214 help\nC: NOOP\n")
    assert verdicts(OLD, more) == [*[Verdict.SAME] * 3, Verdict.ONLY_RIGHT, *[Verdict.SAME] * 2]


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (b"S: 250 2.0.0 ok", b"S: 250 2.0.0 fine", Verdict.OTHER_TEXT),
        (b"S: 250 2.0.0 ok", b"S: 250 2.1.0 ok", Verdict.OTHER_REPLY),
        (b"S: 250 2.0.0 ok", b"S: 250", Verdict.SAME),
        (b"S: 2xx", b"S: 250", Verdict.SAME),
        (b"S: 250", b"S: 251", Verdict.OTHER_REPLY),
        (b"S: 250", b"", Verdict.OTHER_REPLY),
    ],
)
def test_codes_count_words_do_not(left: bytes, right: bytes, verdict: Verdict) -> None:
    before = b"S: 220\nC: NOOP\n"
    assert verdicts(before + left, before + right)[1] is verdict


def test_pipelined_replies_go_to_their_commands_and_lmtp_replies_to_their_message() -> None:
    script = parse(
        b"S: 220\nC: RCPT TO:<a>\nC: RCPT TO:<b>\nS: 250\nS: 550\n"
        b"C: DATA\nS: 354\nC: hello\nC: .\nS: 250\nS: 452\n"
    )
    found = [(each.said, [reply.pattern for reply in each.replies]) for each in exchanges(script)]
    assert found[1:] == [
        ((b"RCPT TO:<a>",), ["250"]),
        ((b"RCPT TO:<b>",), ["550"]),
        ((b"DATA",), ["354"]),
        ((b"hello", b"."), ["250", "452"]),
    ]


def test_sessions_with_different_passwords_are_the_same() -> None:
    other = PLAIN.replace(b"Z==", b"A==")
    first, second = (
        Written()
        .server(b"220 hi\r\n")
        .client(b"AUTH PLAIN " + token + b"\r\n", token)
        .server(b"235 ok\r\n")
        for token in (PLAIN, other)
    )
    pairs = compare(as_script(excerpt(first.records)), as_script(excerpt(second.records)))
    assert [pair.verdict for pair in pairs] == [Verdict.SAME, Verdict.SAME]


commands = st.lists(st.sampled_from([b"NOOP", b"RSET", b"HELP"]), max_size=12)


def dialogue(said: list[bytes]) -> bytes:
    return b"S: 220\n" + b"".join(b"C: %s\nS: 250\n" % line for line in said)


@given(commands, commands)
def test_no_exchange_is_lost_and_none_comes_twice(one: list[bytes], other: list[bytes]) -> None:
    pairs = compare(parse(dialogue(one)), parse(dialogue(other)))
    assert [each.left.said[0] for each in pairs if each.left][1:] == one
    assert [each.right.said[0] for each in pairs if each.right][1:] == other


def test_very_long_sessions_are_paired_in_order() -> None:
    one, other = [b"NOOP"] * 20_000, [b"RSET", *[b"NOOP"] * 20_000, b"RSET"]
    pairs = compare(parse(dialogue(one)), parse(dialogue(other)))
    assert len([pair for pair in pairs if pair.verdict is Verdict.SAME]) == 20_000


# The command


def test_the_command_shows_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.smtp").write_bytes(OLD)
    (tmp_path / "new.smtp").write_bytes(NEW)
    assert main(["diff", str(tmp_path / "old.smtp"), str(tmp_path / "new.smtp")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "  C: MAIL FROM:<a@example.org>",
        "- S: 250 2.1.0 fine",
        "+ S: 550 5.7.1 no",
        "- C: NOOP",
        "- S: 250 ok",
        "+ C: RSET",
        "+ S: 250 ok",
        "3 of 6 exchanges differ",
    ]


def test_words_are_a_difference_only_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(tmp_path / name) for name in ("a.smtp", "b.smtp")]
    Path(files[0]).write_bytes(b"S: 220 one\n")
    Path(files[1]).write_bytes(b"S: 220 two\n")
    assert main(["diff", *files]) == 0
    assert main(["diff", *files, "--text"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "no difference",
        "- S: 220 one",
        "+ S: 220 two",
        "1 of 1 exchange differs",
    ]


def test_a_log_file_is_compared_by_its_newest_connection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, script = tmp_path / "s.jsonl", tmp_path / "s.smtp"
    records = excerpt([*Written().client(b"HELP\r\n").records, *signed_in().records]).records
    log.write_bytes(b"".join(map(log_format.written, records)) + b'{"cut off')
    script.write_text(
        "S: 220\nC: STARTTLS\nS: 220\nC: EHLO me\nS: 250\nC: AUTH PLAIN {PLAIN}\nS: 535\n"
    )
    assert main(["diff", str(log), str(script), "--json"]) == 1
    told = capsys.readouterr()
    assert told.err == "smtp-tui: s.jsonl: its last line has no end: 9 octets left out\n"
    objects = [json.loads(line) for line in told.out.splitlines()]
    assert [each["verdict"] for each in objects] == [
        "same",
        "same",
        "same",
        "other_reply",
    ]
    assert objects[-1] == {
        "said": ["C: AUTH PLAIN {PLAIN}"],
        "verdict": "other_reply",
        "first": ["S: 235 2.7.0 Accepted"],
        "second": ["S: 535"],
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\x7fELF\0\0", "line 1: found a NUL inside the line"),
        (b"{not json\n", "cannot be read: it holds no session in which anything was sent"),
    ],
)
def test_files_that_cannot_be_read_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | None, words: str
) -> None:
    path = tmp_path / "odd"
    if data is not None:
        path.write_bytes(data)
    assert main(["diff", str(path), str(path)]) == 2
    assert words in capsys.readouterr().err


def test_a_script_from_a_pipe_is_compared_whole_and_a_log_from_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.smtp").write_bytes(OLD)

    def compared(data: bytes) -> int:
        reading, writing = os.pipe()
        os.write(writing, data)
        os.close(writing)
        try:
            return main(["diff", f"/dev/fd/{reading}", str(tmp_path / "old.smtp")])
        finally:
            os.close(reading)

    assert compared(OLD) == 0
    assert compared(b'{"kind": "note"}\n') == 2
    assert "a log is read from a plain file only, not from a pipe" in capsys.readouterr().err


def test_what_is_no_script_is_not_read_without_end() -> None:
    assert octets(BytesIO(b"x" * 10), 10) == b"x" * 10
    with pytest.raises(ValueError, match="it is larger than 1 MiB"):
        octets(BytesIO(b"x" * 2**21), 2**20)


def test_lines_of_a_log_that_are_no_records_fill_no_memory(tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    written = b"".join(map(log_format.written, signed_in().records))
    log.write_bytes(written + b"{\n" * 50_000)
    tracemalloc.start()
    try:
        side = of_file(log)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert side.script.steps
    assert peak < 5 * 1024 * 1024


def test_of_two_runs_that_wrote_at_the_same_time_one_is_compared(tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    one = Written().client(b"HELP\r\n").records
    other = signed_in().records
    lines = [log_format.written(each, 7) for each in excerpt(other).records]
    lines[2:2] = [log_format.written(each, 8) for each in one]
    log.write_bytes(b"".join(lines))
    alone = tmp_path / "alone.jsonl"
    alone.write_bytes(b"".join(map(log_format.written, excerpt(other).records)))
    assert of_file(log).script == of_file(alone).script


def test_a_connection_without_end_fills_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "s.jsonl"
    records = Written().client(b"NOOP\r\n").records
    log.write_bytes(b"".join(map(log_format.written, records)) * 300)
    assert of_file(log).script.steps
    monkeypatch.setattr("smtp_tui.transcript.side._MOST", 200)
    with pytest.raises(NoDialogue, match="too much to compare"):
        of_file(log)
    monkeypatch.undo()
    monkeypatch.setattr("smtp_tui.transcript.side._MOST_OCTETS", 1000)
    with pytest.raises(NoDialogue, match="too much to compare"):
        of_file(log)


def test_a_log_in_which_one_command_has_two_replies_is_compared_without_times(
    tmp_path: Path,
) -> None:
    log = tmp_path / "s.jsonl"
    written = Written().server(b"220 hi\r\n").client(b"NOOP\r\n").server(b"250 one\r\n")
    again = replace(written.records[-1], raw=b"250 two\r\n")
    log.write_bytes(b"".join(map(log_format.written, (*written.records, again))))
    side = of_file(log)
    assert [reply.pattern for reply in side.script.expected] == ["220", "250"]
    assert not side.took
