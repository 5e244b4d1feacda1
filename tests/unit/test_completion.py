"""How a line can go on: what makes sense now first, what this server offers before the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp import extensions
from smtp_tui.smtp.completion import Known, addresses_in, completions
from smtp_tui.smtp.escapes import EscapeError, escape, unescape
from smtp_tui.smtp.state import Hello, Phase, Security, State, Transaction

OFFERED = extensions.parse(
    (b"x", b"SIZE 1000", b"AUTH PLAIN SCRAM-SHA-256", b"DSN", b"STARTTLS", b"XCLIENT NAME ADDR")
)
KNOWN = Known("laptop.example.org", "me@example.org", False, ("a@example.org", "b@example.org"))


def state(begun: Transaction = Transaction.NONE, *, hello: bool = True, tls: bool = True) -> State:
    return State(
        phase=Phase.COMMAND,
        hello=Hello.EHLO if hello else None,
        transaction=begun,
        security=Security.TLS if tls else Security.PLAIN,
        extensions=OFFERED if hello else extensions.Extensions(),
    )


def words(line: str, at: State, *, timely: bool | None = None) -> list[str]:
    found = completions(line, at, KNOWN)
    return [each.word for each in found if timely is None or each.timely is timely]


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (state(hello=False), "EHLO"),
        (state(tls=False), "STARTTLS"),
        (state(), "AUTH"),
        (state(Transaction.MAIL), "RCPT"),
        (state(Transaction.RCPT), "DATA"),
    ],
)
def test_what_usually_comes_next_stands_first(at: State, first: str) -> None:
    assert words("", at)[0] == first


def test_verbs_that_make_sense_now_come_before_the_others_and_all_are_there() -> None:
    at = state(Transaction.MAIL)
    timely = words("", at, timely=True)
    assert {"RCPT", "RSET", "NOOP", "QUIT", "XCLIENT"} <= set(timely)
    assert words("", at) == [*timely, *words("", at, timely=False)]
    assert {"MAIL", "DATA", "STARTTLS", "BDAT"} <= set(words("", at, timely=False))


def test_a_typed_beginning_narrows_the_list_whatever_its_case() -> None:
    assert words("x", state()) == ["XCLIENT", "XFORWARD"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("MAIL FROM:", "MAIL FROM:<me@example.org>"),
        ("MAIL FROM:<b", "MAIL FROM:<b@example.org>"),
        ("rcpt to:", "rcpt to:<a@example.org>"),
        ("RCPT ", "RCPT TO:<"),
        ("EHLO ", "EHLO laptop.example.org"),
        ("AUTH S", "AUTH SCRAM-SHA-256"),
        ("MAIL FROM:<a@b> ", "MAIL FROM:<a@b> SIZE="),
        ("MAIL FROM:<a@b> SIZE=9 R", "MAIL FROM:<a@b> SIZE=9 RET=HDRS"),
        ("RCPT TO:<a@b> NOTIFY=F", "RCPT TO:<a@b> NOTIFY=FAILURE"),
        ("RCPT TO:<a@b> OR", "RCPT TO:<a@b> ORCPT=rfc822;"),
        ("XCLIENT ", "XCLIENT NAME="),
        ("BDAT 10 ", "BDAT 10 LAST"),
        ("VRFY ", "VRFY a@example.org"),
    ],
)
def test_the_first_way_a_line_can_go_on(typed: str, line: str) -> None:
    assert completions(typed, state(), KNOWN)[0].line == line


def test_parameters_the_server_offers_come_first_and_those_given_are_left_out() -> None:
    offered = words("MAIL FROM:<a@b> SIZE=1 ", state(), timely=True)
    assert offered == ["AUTH=<>", "AUTH=…", "RET=HDRS", "RET=FULL", "ENVID=…"]
    assert "REQUIRETLS" in words("MAIL FROM:<a@b> ", state(), timely=False)


def test_mechanisms_not_offered_are_listed_last_and_say_so() -> None:
    found = completions("AUTH ", state(), KNOWN)
    assert [each.word for each in found[:2]] == ["PLAIN", "SCRAM-SHA-256"]
    assert all(each.meaning.startswith("not offered") for each in found[2:])


@pytest.mark.parametrize("phase", [Phase.BODY, Phase.AUTH, Phase.GREETING, Phase.CLOSED])
def test_message_text_and_answers_are_not_completed(phase: Phase) -> None:
    assert completions("MA", State(phase=phase), KNOWN) == ()


@given(st.text(max_size=40), st.sampled_from(list(Transaction)))
def test_every_way_goes_on_from_what_was_typed_or_names_the_whole_line(
    typed: str, begun: Transaction
) -> None:
    for way in completions(typed, state(begun), KNOWN):
        assert way.line.isprintable() or not typed.isprintable()
        assert not set("\r\n\0") & set(way.line) - set(typed)


def test_addresses_are_taken_from_envelope_lines_newest_first() -> None:
    sent = ["MAIL FROM:<a@x.test>", "NOOP <n@x.test>", "RCPT TO:<b@x.test> NOTIFY=NEVER", "x"]
    assert addresses_in([*sent, "RCPT TO:<a@x.test>"]) == ("a@x.test", "b@x.test")


def test_binary_text_is_offered_last_where_only_eight_bit_text_is_taken() -> None:
    offered = extensions.parse((b"x", b"8BITMIME"))
    bodies = completions("MAIL FROM:<a@b> BODY=", state()._replace(extensions=offered), KNOWN)
    assert [(each.word, each.timely) for each in bodies] == [
        ("BODY=8BITMIME", True), ("BODY=7BIT", True), ("BODY=BINARYMIME", False),
    ]  # fmt: skip
    assert [each.meaning.startswith("not offered") for each in bodies] == [False, False, True]


def test_an_address_with_a_quoted_local_part_is_offered_again() -> None:
    sent = ['RCPT TO:<"a, > b"@x.test> NOTIFY=NEVER', "MAIL FROM:<>", "RCPT TO:<postmaster>"]
    assert addresses_in(sent) == ('"a, > b"@x.test',)
    known = Known(addresses=addresses_in(sent))
    assert completions('RCPT TO:<"a', state(Transaction.MAIL), known)[0].line == (
        'RCPT TO:<"a, > b"@x.test>'
    )


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        (r"EHLO me\r\n", b"EHLO me\r\n"),
        (r"a\n.\r\n", b"a\n.\r\n"),
        (r"\0\x00\xfF\t\\", b"\0\0\xff\t\\"),
        ("ü", "ü".encode()),
    ],
)
def test_escapes_become_octets(text: str, octets: bytes) -> None:
    assert unescape(text) == octets


@pytest.mark.parametrize("text", [r"\q", "\\", r"\x", r"\x1", r"\xZZ", r"a\xG0", "\\x\u0661\u0662"])
def test_what_is_no_escape_is_told_with_its_place(text: str) -> None:
    with pytest.raises(EscapeError, match=r"At character \d+ a"):
        unescape(text)


@given(st.binary(max_size=60))
def test_escaped_octets_can_be_read_back(octets: bytes) -> None:
    written = escape(octets)
    assert written.isascii()
    assert written.isprintable()
    assert unescape(written) == octets


@pytest.mark.parametrize(
    "line",
    [
        "a" * 1_000_000 + " ",
        "MAIL FROM:<a@b.org> " + "x" * 1_000_000 + " ",
        "MAIL FROM:<" + "a@" * 500_000,
        "RCPT TO:<" + "<" * 1_000_000,
    ],
    ids=["word", "parameter", "address", "brackets"],
)
def test_a_line_of_a_million_octets_is_read_once_and_not_over_and_over(line: str) -> None:
    completions(line, state(Transaction.MAIL), KNOWN)
    addresses_in([line])
