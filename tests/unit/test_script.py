"""The ``.smtp`` format: what a file says, what is refused, and that it survives being written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.transcript.script import (
    ClientLine,
    ExpectedReply,
    Kind,
    Remark,
    Script,
    ScriptError,
    Step,
    parse,
    serialise,
)

WALKTHROUGH = Path(__file__).parent.parent / "scripts" / "walkthrough.smtp"


def lines(script: Script) -> list[bytes]:
    return [step.line for step in script.steps if isinstance(step, ClientLine)]


def kinds(script: Script) -> list[Kind]:
    return [step.kind for step in script.steps if isinstance(step, ClientLine)]


def patterns(script: Script) -> list[str]:
    return [reply.pattern for reply in script.expected]


def error_of(data: bytes) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        parse(data)
    return caught.value


# Lines to send


def test_one_space_after_the_colon_is_removed_and_no_more() -> None:
    script = parse(b"C: NOOP\nC:NOOP\nC:  NOOP \nC:\tNOOP\n")
    assert lines(script) == [b"NOOP", b"NOOP", b" NOOP ", b"\tNOOP"]


def test_a_bare_prefix_is_an_empty_line() -> None:
    assert lines(parse(b"C:\nC: \n")) == [b"", b""]


def test_steps_carry_the_numbers_of_their_lines() -> None:
    script = parse(b"# a\n\nS: 220\nC: QUIT\n")
    assert [step.number for step in script.steps] == [1, 3, 4]


@pytest.mark.parametrize("text", ["naïve", "日本"])
def test_octets_of_any_encoding_pass_unchanged(text: str) -> None:
    assert lines(parse(b"C: X " + text.encode())) == [b"X " + text.encode()]
    assert lines(parse(b"C: X \xe9\xff")) == [b"X \xe9\xff"]


def test_crlf_files_a_byte_order_mark_and_indented_samples_are_read() -> None:
    script = parse(b"\xef\xbb\xbf  S: 220\r\n\tC: QUIT\r\n   # end\r\n")
    assert script.steps == (ExpectedReply("220"), ClientLine(b"QUIT"), Remark(b"# end"))


def test_comments_notes_and_blank_lines_do_nothing() -> None:
    script = parse(b"# a comment\n*: connected\n\n   \nC: NOOP\n")
    assert lines(script) == [b"NOOP"]
    assert script.expected == ()


def test_a_comment_sign_inside_a_line_is_sent() -> None:
    assert lines(parse(b"C: # not a comment\n")) == [b"# not a comment"]


def test_what_rfcs_print_as_done_is_neither_sent_nor_expected() -> None:
    script = parse(
        b"   S: <waits for connection on TCP port 25>\n"
        b"   C: <opens connection>\n"
        b"   S: 220 mail.example.org SMTP service ready\n"
        b"   C: EHLO mail.example.com\n"
        b"   S: 250-mail.example.org offers a warm welcome\n"
        b"   S: 250 STARTTLS\n"
        b"   C: STARTTLS\n"
        b"   S: 220 Go ahead\n"
        b"   C: <starts TLS negotiation>\n"
        b"   C & S: <negotiate a TLS session>\n"
        b"   <TLS negotiation proceeds, further commands protected by TLS layer>\n"
        b"   C: EHLO mail.example.com\n"
    )
    assert lines(script) == [b"EHLO mail.example.com", b"STARTTLS", b"EHLO mail.example.com"]
    assert patterns(script) == ["220", "250", "220"]
    assert script.expects_greeting
    assert parse(serialise(script.steps)) == script


@pytest.mark.parametrize("line", [b"<>", b"<nothing>", b"<a@b.example c>", b"x <two words>"])
def test_other_lines_in_brackets_are_sent(line: bytes) -> None:
    assert lines(parse(b"C: " + line + b"\n")) == [line]


def test_in_message_text_words_in_brackets_are_sent() -> None:
    script = parse(b"S: 220\nC: DATA\nS: 354\nC: <see the file>\nC: .\nS: 250\n")
    assert lines(script) == [b"DATA", b"<see the file>", b"."]


# Expected replies


def test_lines_with_a_hyphen_are_one_reply_with_the_line_that_ends_them() -> None:
    script = parse(b"S: 250-a\nS: 250-b\nS: 250 c\n")
    assert script.steps == (ExpectedReply("250", (b"a", b"b", b"c")),)


def test_two_final_lines_behind_a_message_are_two_replies_as_in_lmtp() -> None:
    message = b"S: 220\nC: DATA\nS: 354\nC: .\n"
    assert patterns(parse(message + b"S: 250 ok\nS: 250 ok\n")) == ["220", "354", "250", "250"]
    chunk = b"S: 220\nC: BDAT 2 LAST\nC:\n"
    assert patterns(parse(chunk + b"S: 250 ok\nS: 250 ok\n")) == ["220", "250", "250"]


def test_two_final_lines_are_the_replies_of_two_commands() -> None:
    script = parse(b"S: 220\nC: NOOP\nC: NOOP\nS: 250 one\nS: 250 two\nS: 250 of two too\n")
    assert script.expected[1:] == (
        ExpectedReply("250", (b"one",)),
        ExpectedReply("250", (b"two", b"of two too")),
    )


def test_further_lines_of_one_reply_count_once_also_without_hyphens() -> None:
    script = parse(b"S: 220\nS: 220 x\nC: EHLO me\nS: 250 me\n# listed\nS: 250 SIZE\nC: QUIT\n")
    assert script.expected == (
        ExpectedReply("220", (b"", b"x")),
        ExpectedReply("250", (b"me", b"SIZE")),
    )


def test_another_code_is_another_reply() -> None:
    assert patterns(parse(b"S: 220\nC: NOOP\nS: 250\nS: 421\n")) == ["220", "250", "421"]


def test_a_reply_of_very_many_lines_is_read_at_once() -> None:
    many = 100_000
    for line in (b"S: 250-x\n", b"S: 250 x\n"):
        (reply,) = parse(line * many).expected
        assert len(reply.texts) == many


def test_a_shortened_reply_ends_where_the_next_line_is_sent() -> None:
    assert patterns(parse(b"S: 250-a\nC: NOOP\nS: 250 ok\n")) == ["250", "250"]


def test_notes_do_not_end_a_reply() -> None:
    assert patterns(parse(b"S: 250-a\n*: slow\n\nS: 250 b\n")) == ["250"]


@pytest.mark.parametrize(
    ("pattern", "code", "matches"),
    [
        ("250", 250, True),
        ("250", 251, False),
        ("4xx", 451, True),
        ("4XX", 499, True),
        ("4xx", 550, False),
        ("xxx", 354, True),
        ("2x0", 220, True),
        ("2x0", 221, False),
    ],
)
def test_an_x_is_any_digit(pattern: str, code: int, matches: bool) -> None:
    (expected,) = parse(f"S: {pattern} text".encode()).expected
    assert expected.matches(code) is matches


# What is message text


def test_what_follows_an_accepted_data_is_message_text_up_to_the_dot() -> None:
    script = parse(b"S: 220\nC: DATA\nS: 354\nC: {FOO}\nC: ..\nC: .\nS: 250\nC: QUIT\n")
    assert kinds(script) == [
        Kind.COMMAND,
        Kind.MESSAGE,
        Kind.MESSAGE,
        Kind.MESSAGE,
        Kind.COMMAND,
    ]
    assert script.placeholders == ()


@pytest.mark.parametrize("answer", [b"", b"S: 354\n", b"S: 3xx\n", b"S: xxx\n"])
def test_message_text_may_stand_right_behind_data(answer: bytes) -> None:
    script = parse(b"S: 220\nC: data\nC: text\nC: .\n" + answer)
    assert kinds(script)[1:] == [Kind.MESSAGE, Kind.MESSAGE]


def test_lines_behind_a_data_that_shall_be_refused_are_commands() -> None:
    assert set(kinds(parse(b"S: 220\nC: DATA\nS: 503\nC: NOOP\n"))) == {Kind.COMMAND}
    assert set(kinds(parse(b"S: 220\nC: DATA\nC: NOOP\nS: 5xx\nS: 250\n"))) == {Kind.COMMAND}


def test_pipelined_data_finds_its_own_reply_among_those_of_its_group() -> None:
    group = b"S: 220\nC: MAIL FROM:<>\nC: RCPT TO:<a@b>\nC: DATA\nS: 250\nS: 250\n"
    assert kinds(parse(group + b"S: 354\nC: x\nC: .\n"))[3:] == [Kind.MESSAGE, Kind.MESSAGE]
    assert kinds(parse(group + b"S: 554\nC: QUIT\n"))[3:] == [Kind.COMMAND]


def test_the_octets_of_a_chunk_are_message_text() -> None:
    script = parse(b"S: 220\nC: BDAT 9 LAST\nC: {X}\nC: ab\nC: QUIT\n")
    assert kinds(script) == [Kind.COMMAND, Kind.CHUNK, Kind.CHUNK, Kind.COMMAND]


# Placeholders


def test_placeholders_are_found_once_each_in_order() -> None:
    script = parse(b"C: AUTH LOGIN\nC: {LOGIN.user}\nC: {LOGIN.password}\nC: {LOGIN.user}\n")
    assert script.placeholders == ("LOGIN.user", "LOGIN.password")


@pytest.mark.parametrize("line", [b"{}", b"{plain}", b"{ PLAIN }", b"{Plain}", b"a{b}c", b"{{"])
def test_other_braces_are_braces(line: bytes) -> None:
    script = parse(b"C: " + line)
    assert lines(script) == [line]
    assert script.placeholders == ()


def test_an_unknown_placeholder_is_refused_with_the_known_ones() -> None:
    error = error_of(b"S: 220\nC: AUTH FOO {FOO.bar}\n")
    assert error.number == 2
    assert error.found == "{FOO.bar}"
    assert "{PLAIN}" in error.expected
    assert "{LOGIN.password}" in error.expected


# What is refused


@pytest.mark.parametrize(
    ("data", "number", "found"),
    [
        (b"S: 220\nEHLO me\n", 2, "“EHLO me”"),
        (b"c: NOOP\n", 1, "“c: NOOP”"),
        (b"S: 220\n\n... TLS negotiation\n", 3, "“... TLS negotiation”"),
        (b"S:\n", 1, "“S:”"),
        (b"S: ok\n", 1, "“S: ok”"),
        (b"S: 25\n", 1, "“S: 25”"),
        (b"S: 2500\n", 1, "“S: 2500”"),
        (b"S: 1xx\n", 1, "“S: 1xx”"),
        (b"S: 250_x\n", 1, "“S: 250_x”"),
        (b"C: a\x00b\n", 1, "a NUL inside the line"),
        (b"# x\nC: a\rb\n", 2, "a CR inside the line"),
        (b"S: 250-a\nS: 550 b\n", 2, "S: 550"),
        (b"\xff\xfeC\x00:\x00", 1, "UTF-16"),
        (b"\x1b]0;title\x07\n", 1, "“‹ESC›]0;title‹BEL›”"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(data: bytes, number: int, found: str) -> None:
    error = error_of(data)
    assert error.number == number
    assert error.found == found
    assert str(error) == f"line {number}: found {found}, expected {error.expected}"


@pytest.mark.parametrize(
    "line",
    [
        b"AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk",
        b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk",
        b"c2VjcmV0cGFzc3dvcmQ=",
    ],
)
def test_a_credential_on_a_line_without_a_prefix_is_not_repeated(line: bytes) -> None:
    assert line.split()[-1].decode() not in str(error_of(line))


def test_a_long_line_is_cut_in_the_error() -> None:
    assert len(str(error_of(b"!" * 100_000))) < 200


def test_a_script_shows_no_line_in_its_repr() -> None:
    assert "AHVz" not in repr(parse(b"C: AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk\n"))


# Writing


def test_the_walkthrough_survives_being_written() -> None:
    data = WALKTHROUGH.read_bytes()
    assert serialise(parse(data).steps) == data


def test_a_line_that_no_file_can_hold_is_refused() -> None:
    with pytest.raises(ScriptError) as caught:
        serialise([Remark(b"# ok"), ClientLine(b"a\nb")])
    assert caught.value.number == 2


octets = st.binary(max_size=20).map(
    lambda data: bytes(octet for octet in data if octet not in b"\0\r\n{")
)
client_lines = octets.map(ClientLine)
replies = st.builds(
    ExpectedReply,
    st.from_regex(r"[2-5x][0-9x]{2}", fullmatch=True),
    st.lists(octets, min_size=1, max_size=4).map(tuple),
)
remarks = st.builds(
    lambda start, rest: Remark(start + rest), st.sampled_from([b"#", b"*:"]), octets
)


def told_apart(steps: list[Step]) -> list[Step]:
    """Without replies that would be further lines of the one before them."""
    kept: list[Step] = []
    before = ""
    for step in steps:
        match step:
            case ExpectedReply(pattern=pattern) if pattern == before:
                continue
            case ExpectedReply(pattern=pattern):
                before = pattern
            case ClientLine():
                before = ""
        kept.append(step)
    return kept


steps = st.lists(st.one_of(client_lines, replies, remarks)).map(told_apart)


@given(steps)
def test_what_is_written_is_read_again(written: list[Step]) -> None:
    data = serialise(written)
    script = parse(data)
    assert serialise(script.steps) == data
    assert script.steps == parse(data.replace(b"\n", b"\r\n")).steps
    assert lines(script) == [step.line for step in written if isinstance(step, ClientLine)]
    assert script.expected == tuple(step for step in written if isinstance(step, ExpectedReply))


def read(data: bytes) -> Script | ScriptError:
    try:
        return parse(data)
    except ScriptError as error:
        return error


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused_with_a_line_number(data: bytes) -> None:
    match read(data):
        case Script(steps=read_steps) as script:
            assert parse(serialise(read_steps)) == script
        case ScriptError(number=number):
            assert 1 <= number <= data.count(b"\n") + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"S: 220\nC: EHLO a\nS: 250\n", True),
        (b"# note\nC: EHLO a\nS: 250\n", False),
        (b"C: EHLO a\nS: 2xx\n", False),
        (b"C: EHLO early\nS: 220\nS: 250\n", True),
        (b"C: STARTTLS\nS: 220\n", False),
        (b"", True),
    ],
)
def test_the_greeting_is_expected_unless_a_file_begins_with_a_line_and_its_answer(
    text: bytes, expected: bool
) -> None:
    assert parse(text).expects_greeting is expected


def test_a_file_of_too_many_lines_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("smtp_tui.transcript.script._MOST_LINES", 3)
    assert len(parse(b"C: NOOP\n" * 3).steps) == 3
    with pytest.raises(ScriptError, match="line 4: found another line, expected 3 at the most"):
        parse(b"C: NOOP\n" * 4)
