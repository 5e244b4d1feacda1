"""Exports: a session for others to read or to play, in five formats, none with a secret."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.transcript import log_format
from smtp_tui.transcript.excerpt import Excerpt, excerpt
from smtp_tui.transcript.exports.formats import FORMATS, FormatError, format_of
from smtp_tui.transcript.exports.saving import SaveError, check, save
from smtp_tui.transcript.pipes import Outlet
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Remark, parse
from smtp_tui.wire.events import Protection
from tests.unit.written_session import PASSWORD, PLAIN, USER, Written, signed_in

HOSTILE = b"250 \x1b]0;owned\x07<script>alert(1)</script> & \xe2\x80\xae \xff\0 ]]>\r\n"
every_format = pytest.mark.parametrize("name", list(FORMATS))


def written(name: str, records: Iterable[Record]) -> str:
    return FORMATS[name].write(excerpt(records)).decode("utf-8")


def script_lines(session: Written) -> list[str]:
    """The lines of the .smtp file without its comments."""
    lines = written("smtp", session.records).splitlines()
    return [line for line in lines if not line.startswith("#")]


# All formats


@every_format
def test_no_secret_is_in_a_file_and_the_file_says_how_many_octets_were(name: str) -> None:
    session = signed_in().client(b"NOOP tanstaaf\r\n").server(b"500 what is tanstaaf\r\n")
    file = written(name, session.records)
    assert PLAIN.decode() not in file
    assert "tanstaaf" not in file
    assert f"{len(PLAIN) + 2 * len('tanstaaf')} octets of secrets are hidden in this file." in file


@every_format
def test_lines_that_had_gone_from_memory_are_counted(name: str) -> None:
    file = FORMATS[name].write(excerpt(signed_in().records, 1234)).decode()
    assert "1,234 older lines had gone from memory." in file


@every_format
def test_hostile_octets_reach_no_terminal_and_no_browser(name: str) -> None:
    session = signed_in().client(b"NOOP\r\n").server(HOSTILE)
    session.note("a note \x1b[2J\u202e\udcff from <afar>")
    file = written(name, session.records)
    assert not {"\x1b", "\x07", "\0", "\u202e"} & set(file)
    if name in ("html", "svg"):
        assert "<script>" not in file


@every_format
def test_an_empty_session_is_a_file_all_the_same(name: str) -> None:
    assert isinstance(FORMATS[name].write(excerpt([])), bytes)


@every_format
@given(
    st.lists(
        st.builds(
            Record,
            kind=st.sampled_from(Kind),
            at=st.floats(0, 1e6),
            connection=st.integers(0, 3),
            protection=st.sampled_from([None, *Protection]),
            raw=st.binary(max_size=30)
            | st.sampled_from([b"250-a\r\n", b"DATA\r\n", b"354 go\r\n"]),
            note=st.text(max_size=20),
            offset=st.integers(-1, 5),
        ),
        max_size=8,
    )
)
def test_no_session_is_too_odd_to_be_written(name: str, records: list[Record]) -> None:
    file = FORMATS[name].write(excerpt(records))
    if name != "smtp":  # a script holds the octets that were sent
        file.decode("utf-8")


# .smtp


def test_a_script_has_placeholders_and_whole_replies() -> None:
    assert script_lines(signed_in()) == [
        "*: smtp.example.org:587 · STARTTLS",
        "S: 220 smtp.example.org ESMTP",
        "C: STARTTLS",
        "S: 220 go ahead",
        "C: EHLO me",
        "S: 250-smtp.example.org",
        "S: 250 AUTH PLAIN",
        "C: AUTH PLAIN {PLAIN}",
        "S: 235 2.7.0 Accepted",
    ]


def test_login_has_a_placeholder_for_the_user_and_one_for_the_password() -> None:
    session = Written().server(b"220 hi\r\n").client(b"AUTH LOGIN\r\n").server(b"334 VXNlcjo=\r\n")
    session.client(USER + b"\r\n", USER, "LOGIN").server(b"334 UGFzcw==\r\n")
    session.client(PASSWORD + b"\r\n", PASSWORD, "LOGIN").server(b"235 ok\r\n")
    assert script_lines(session)[1::2] == [
        "C: AUTH LOGIN",
        "C: {LOGIN.user}",
        "C: {LOGIN.password}",
    ]


def test_login_that_begins_with_the_user_has_them_too() -> None:
    session = Written().server(b"220 hi\r\n")
    session.client(b"AUTH LOGIN " + USER + b"\r\n", USER, "LOGIN").server(b"334 UGFzcw==\r\n")
    session.client(PASSWORD + b"\r\n", PASSWORD, "LOGIN").server(b"535 no\r\n")
    session.client(b"AUTH PLAIN\r\n").server(b"334 \r\n")
    session.client(PLAIN + b"\r\n", PLAIN).server(b"235 ok\r\n")
    assert script_lines(session)[1::2] == [
        "C: AUTH LOGIN {LOGIN.user}",
        "C: {LOGIN.password}",
        "C: AUTH PLAIN",
        "C: {PLAIN}",
    ]


def test_every_answer_of_a_mechanism_with_steps_is_its_placeholder() -> None:
    session = Written().server(b"220 hi\r\n")
    for line in (b"AUTH SCRAM-SHA-256 biwsbj1h", b"Yz1iaXdz", b""):
        secret = line.rpartition(b" ")[2]
        session.client(line + b"\r\n", secret, "SCRAM-SHA-256").server(b"334 eA==\r\n")
    assert script_lines(session)[1::2] == [
        "C: AUTH SCRAM-SHA-256 {SCRAM-SHA-256}",
        "C: {SCRAM-SHA-256}",
        "C:",
    ]


def test_message_text_is_written_as_it_was_sent() -> None:
    session = Written().server(b"220 hi\r\n").client(b"DATA\r\n").server(b"354 go\r\n")
    session.text(b"Subject: {PLAIN}\r\n", b"\r\n", b"..dot\r\n", b"AUTH LOGIN\r\n").ends()
    session.server(b"250 kept\r\n")
    assert script_lines(session)[1:] == [
        "C: DATA",
        "S: 354 go",
        "C: Subject: {PLAIN}",
        "C:",
        "C: ..dot",
        "C: AUTH LOGIN",
        "C: .",
        "S: 250 kept",
    ]


def test_pipelined_lines_stay_in_the_order_they_went_out() -> None:
    session = Written().server(b"220 hi\r\n").client(b"NOOP\r\n").client(b"RSET\r\n")
    session.server(b"250 one\r\n").server(b"250 two\r\n")
    assert script_lines(session)[1:] == ["C: NOOP", "C: RSET", "S: 250 one", "S: 250 two"]


@pytest.mark.parametrize(
    ("line", "note"),
    [
        (b"NO\rOP\r\n", "*: no script can say this: NO‹CR›OP"),
        (b"NO\0OP\r\n", "*: no script can say this: NO‹NUL›OP"),
        (b"RCPT TO:<{NAME}>\r\n", "*: the braces of this line would be filled: RCPT TO:<{NAME}>"),
    ],
)
def test_what_no_script_can_say_is_a_note(line: bytes, note: str) -> None:
    session = Written().server(b"220 hi\r\n").client(line)
    assert script_lines(session)[1:] == [note]


def test_a_line_with_a_bare_lf_is_marked() -> None:
    session = Written().server(b"220 hi\r\n").client(b"NOOP\n").server(b"250 ok\r\n")
    assert script_lines(session)[1:3] == ["*: the next line had LF alone as line end", "C: NOOP"]


def test_a_reply_nobody_asked_for_is_a_note() -> None:
    session = Written().server(b"220 hi\r\n").server(b"250 surprise\r\n")
    assert script_lines(session)[1:] == ["*: unasked: 250 surprise"]


def test_of_two_connections_the_newer_is_written_and_the_other_counted() -> None:
    first = signed_in().records
    second = [
        Record(Kind.OPENING, 200.0, 2, note="again"),
        Record(Kind.CLIENT, 200.1, 2, Protection.CLEAR, b"NOOP\r\n", offset=0),
    ]
    lines = written("smtp", [*first, *second]).splitlines()
    assert "# 1 other connection had lines of the client, too." in lines
    assert "# No secret is hidden in this file." in lines  # those of the other are not in it
    assert lines[-2:] == ["*: again", "C: NOOP"]


lines_to_send = st.binary(max_size=40).filter(lambda line: not set(line) & set(b"\r\n\0{"))
replies = st.tuples(
    st.integers(200, 599),
    st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126)), min_size=1, max_size=3),
)


@given(st.lists(st.tuples(lines_to_send, replies), max_size=6))
def test_a_script_is_read_back_with_the_same_lines_and_replies(
    turns: list[tuple[bytes, tuple[int, list[str]]]],
) -> None:
    turns = [turn for turn in turns if not turn[0].upper().startswith((b"AUTH", b"DATA", b"BDAT"))]
    session = Written().server(b"220 hi\r\n")
    wanted: list[object] = [ExpectedReply("220", (b"hi",))]
    for line, (code, texts) in turns:
        raw = [f"{code}-{text}\r\n" for text in texts[:-1]] + [f"{code} {texts[-1]}\r\n"]
        session.client(line + b"\r\n").server("".join(raw).encode())
        wanted.append(ClientLine(line))
        wanted.append(ExpectedReply(str(code), tuple(text.encode() for text in texts)))
    steps = parse(FORMATS["smtp"].write(excerpt(session.records))).steps
    assert [step for step in steps if not isinstance(step, Remark)] == wanted


# Text


def test_text_has_the_marks_of_swaks() -> None:
    session = signed_in().client(b"MAIL FROM:<a@b>\r\n").server(b"550 no\r\n")
    session.note("It is over.", Kind.ALARM)
    lines = written("text", session.records).splitlines()
    assert lines[0] == "=== A session written by smtp-tui, 2023-11-14 22:13:20 UTC."
    assert lines[2:] == [
        "=== smtp.example.org:587 · STARTTLS",
        "<-  220 smtp.example.org ESMTP",
        " -> STARTTLS",
        "<-  220 go ahead",
        " ~> EHLO me",
        "<~  250-smtp.example.org",
        "<~  250 AUTH PLAIN",
        " ~> AUTH PLAIN ‹PLAIN: 36 octets hidden›",
        "<~  235 2.7.0 Accepted",
        " ~> MAIL FROM:<a@b>",
        "<~* 550 no",
        "*** It is over.",
    ]


def test_what_is_out_of_order_in_the_clear_is_starred() -> None:
    session = Written().server(b"421 busy\r\n").client(b"NOOP\n")
    lines = written("text", session.records).splitlines()
    assert lines[2:] == ["<** 421 busy", "**> NOOP‹LF›"]


# JSON


def test_json_lines_are_records_of_a_log_file() -> None:
    session = signed_in()
    lines = FORMATS["json"].write(excerpt(session.records)).splitlines()
    records = [log_format.read(line) for line in lines]
    assert [record.raw for record in records if record.raw][:3] == [
        b"220 smtp.example.org ESMTP\r\n",
        b"STARTTLS\r\n",
        b"220 go ahead\r\n",
    ]
    assert json.loads(lines[-1])["note"] == "36 octets of secrets are hidden in this file."


# Pictures


def test_a_page_holds_everything_itself() -> None:
    page = written("html", signed_in().records)
    assert "smtp.example.org ESMTP" in page
    assert not [word for word in ("http:", "https:", "<script", "@import", "url(") if word in page]


def test_pictures_tell_encryption_by_a_sign_and_say_what_it_means() -> None:
    session = signed_in().client(b"NOOP\r\n")
    page, picture = (written(form, session.records) for form in ("html", "svg"))
    for text in (page, picture):
        assert "! not encrypted · ✓ TLS, verified<" in text
        assert ">!<" in text
        assert ">✓<" in text


def test_a_picture_is_well_formed_and_wraps_long_lines() -> None:
    session = signed_in().client(b"NOOP " + b"x" * 250 + b"\r\n").server(HOSTILE)
    root = ElementTree.fromstring(written("svg", session.records))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "x" * 100 in texts
    assert max(map(len, texts)) <= 120
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "rect", "text"}


def test_a_picture_tears_no_word_and_gives_wide_characters_the_room_they_take() -> None:
    session = Written().server(b"250 " + b"twelve words " * 20 + b"\r\n")
    session.server("250 {}\r\n".format("\u6f22\u5b57" * 60).encode())
    rows = re.findall(r">([^<>]*(?:words|\u6f22)[^<>]*)</text>", written("svg", session.records))
    words = [row for row in rows if "words" in row]
    assert "".join(words) == "250 " + "twelve words " * 20
    assert all(row.endswith(" ") for row in words)
    assert [len(row) for row in rows if "\u6f22" in row] == [52, 50, 22]


def test_what_a_reply_repeats_of_a_secret_is_named_in_a_script() -> None:
    session = signed_in().client(b"NOOP\r\n").server(b"500 what is tanstaaf\r\n")
    assert script_lines(session)[-1] == "S: 500 what is \u2039PLAIN: 8 octets hidden\u203a"


def test_a_picture_of_a_very_long_session_shows_its_end() -> None:
    session = Written().server(b"220 hi\r\n")
    for number in range(2100):
        session.client(b"NOOP %d\r\n" % number)
    picture = written("svg", session.records)
    assert "101 older rows did not fit into the picture." in picture
    assert ">NOOP 2099<" in picture
    assert ">NOOP 5<" not in picture


# Which format


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.smtp", "smtp"),
        ("/x/y.TXT", "text"),
        ("b.jsonl", "json"),
        ("c.htm", "html"),
        ("d.e.svg", "svg"),
    ],
)
def test_the_end_of_the_name_says_the_format(path: str, name: str) -> None:
    assert format_of(path).name == name
    assert format_of(path, "text").name == "text"


@pytest.mark.parametrize("path", ["", "session", "session.pdf", ".smtp"])
def test_a_name_that_says_no_format_is_refused_with_those_there_are(path: str) -> None:
    with pytest.raises(FormatError, match=r"let it end in \.smtp, \.txt, \.jsonl, \.html, \.svg"):
        format_of(path)


def test_an_excerpt_leaves_out_hints_for_keys() -> None:
    kept: Excerpt = excerpt(signed_in().note("f5 reconnects", Kind.HINT).records)
    assert not [record for record in kept.records if record.kind is Kind.HINT]


def test_a_disk_that_gets_full_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "session.txt"
    path.write_bytes(b"older")
    path.chmod(0o640)

    def full(outlet: Outlet, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Outlet, "write", full)
        with pytest.raises(SaveError, match="No space left"):
            save(str(path), b"newer", replace=True)
        with pytest.raises(SaveError, match="No space left"):
            save(str(tmp_path / "new.txt"), b"newer", replace=False)
    assert path.read_bytes() == b"older"
    assert os.listdir(tmp_path) == [path.name]

    save(str(path), b"newer", replace=True)
    assert path.read_bytes() == b"newer"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_that_is_saved_over_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "session.txt", tmp_path / "link.txt"
    path.write_bytes(b"older")
    link.symlink_to(path)
    save(str(link), b"newer", replace=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"newer"


def test_a_file_with_a_second_name_is_the_same_file_under_both(tmp_path: Path) -> None:
    path, other = tmp_path / "session.txt", tmp_path / "other.txt"
    path.write_bytes(b"older, and longer")
    other.hardlink_to(path)
    save(str(path), b"newer", replace=True)
    assert other.read_bytes() == path.read_bytes() == b"newer"


def test_a_file_that_may_not_be_replaced_is_written_to_and_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "session.txt"
    path.write_bytes(b"older, and longer")

    def refuse(source: str, target: str) -> None:  # as a folder for all does with others' files
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    save(str(path), b"newer", replace=True)
    assert path.read_bytes() == b"newer"
    assert os.listdir(tmp_path) == [path.name]


def test_a_file_with_the_longest_name_can_be_saved_over(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    path.write_bytes(b"older")
    save(str(path), b"newer", replace=True)
    assert path.read_bytes() == b"newer"


def test_looking_whether_a_file_can_be_written_leaves_everything_as_it_is(tmp_path: Path) -> None:
    older, pipe, lost = (tmp_path / name for name in ("older.txt", "pipe", "lost"))
    older.write_text("older")
    os.mkfifo(pipe)
    lost.symlink_to(tmp_path / "nowhere")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for path in (older, pipe, lost, tmp_path / "new.txt", Path("/dev/null")):
        check(str(path))
    check("/dev/stdout")
    assert older.read_text() == "older"
    assert {each.name for each in tmp_path.iterdir()} == {"older.txt", "pipe", "lost"}
    os.close(reader)


@pytest.mark.parametrize(
    ("name", "why"),
    [("no/x.txt", "No such file"), ("folder", "Is a directory"), ("a" * 300, "File name too long")],
)
def test_what_cannot_be_written_is_found_out_before(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SaveError, match=f"cannot be written: {why}"):
        check(str(tmp_path / name))


def test_an_export_into_a_pipe_waits_for_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    data = bytes(range(256)) * 4096
    copy = tmp_path / "copy"
    with copy.open("wb") as stream, subprocess.Popen(["cat", path], stdout=stream):
        beginning = os.open(path, os.O_WRONLY)  # waits until somebody reads
        save(str(path), data, replace=True)
        os.close(beginning)
    assert copy.read_bytes() == data
