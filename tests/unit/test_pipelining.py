"""Groups of lines: who reads them as what, which may go out together, and what is doubtful."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smtp_tui.smtp import extensions
from smtp_tui.smtp.doubts.doubt import Severity
from smtp_tui.smtp.pipelining import LAST, Role, doubts, group, hidden, is_no_answer, roles
from smtp_tui.smtp.state import Hello, Phase, State

PLAIN = b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
OFFERED = State()._replace(
    phase=Phase.COMMAND,
    hello=Hello.EHLO,
    extensions=extensions.parse((b"mail.example.org", b"PIPELINING", b"CHUNKING")),
)
NOT_OFFERED = OFFERED._replace(extensions=extensions.parse((b"mail.example.org",)))
MAIL = [b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.org>", b"RCPT TO:<c@example.org>"]


def doubted(lines: list[bytes], state: State = OFFERED) -> list[tuple[int, str]]:
    return [(each.line, each.advice.text.split()[0]) for each in doubts(lines, state)]


def test_an_envelope_and_data_may_go_out_together() -> None:
    assert doubts([b"RSET", *MAIL, b"DATA"], OFFERED) == ()
    assert group([b"RSET", *MAIL, b"DATA", b"text", b"."], OFFERED) == 5


@pytest.mark.parametrize(
    "verb", ["EHLO", "DATA", "VRFY", "EXPN", "TURN", "QUIT", "NOOP", "STARTTLS", "AUTH"]
)
def test_what_has_to_be_last_is_doubted_anywhere_else(verb: str) -> None:
    line = f"{verb.lower()} x".encode()
    assert [each.line for each in doubts([b"RSET", line, b"RSET"], OFFERED)] == [1]
    assert doubts([b"RSET", line], OFFERED) == ()
    assert group([b"RSET", line, b"RSET"], OFFERED) == 2


def test_lines_behind_starttls_are_a_danger() -> None:
    (found,) = doubts([b"STARTTLS", b"EHLO me"], OFFERED)
    assert found.advice.severity is Severity.DANGER
    assert found.advice.rfc == "RFC 3207 4"


def test_without_pipelining_every_group_is_doubted_and_every_command_goes_alone() -> None:
    (found,) = doubts(MAIL, NOT_OFFERED)
    assert (found.line, found.advice.rfc) == (1, "RFC 2920 3.1")
    assert group(MAIL, NOT_OFFERED) == 1


def test_one_line_is_no_group() -> None:
    assert doubts([b"STARTTLS"], NOT_OFFERED) == ()


def test_a_command_where_an_answer_is_asked_for_is_doubted_even_alone() -> None:
    asked = OFFERED._replace(phase=Phase.AUTH)
    (found,) = doubts([MAIL[0]], asked)
    assert (found.line, found.advice.rfc) == (0, "RFC 4954 4")
    assert doubts([b"dXNlckBnbWFpbC5jb20="], asked) == ()
    assert doubts([b"{LOGIN.user}"], asked) == ()


def test_message_text_is_no_command_and_goes_out_whole() -> None:
    body = OFFERED._replace(phase=Phase.BODY)
    lines = [b"Subject: QUIT", b"", b"QUIT", b".", b"MAIL FROM:<a@b>"]
    assert roles(lines, body) == (Role.TEXT,) * 3 + (Role.END, Role.COMMAND)
    assert doubts(lines, body) == ()
    assert group(lines, body) == 4


def test_text_behind_data_is_doubted_once() -> None:
    assert doubted([b"DATA", b"NOOP", b"QUIT", b"."]) == [(0, "DATA")]


def test_answers_behind_auth_are_answers_until_a_known_verb() -> None:
    lines = [b"AUTH LOGIN", b"dXNlcg==", b"c2VjcmV0", b"MAIL FROM:<a@b>", b"xyzzy"]
    assert roles(lines, OFFERED) == (
        Role.COMMAND, Role.ANSWER, Role.ANSWER, Role.COMMAND, Role.COMMAND,
    )  # fmt: skip
    assert hidden(lines, OFFERED) == ((), ((0, 8),), ((0, 8),), (), ())
    assert group(lines, OFFERED) == 1


def test_an_answer_to_a_challenge_is_one_whatever_it_looks_like() -> None:
    asked = OFFERED._replace(phase=Phase.AUTH)
    assert roles([b"QUIT", b"QUIT"], asked) == (Role.ANSWER, Role.COMMAND)
    assert hidden([b"QUIT"], asked) == (((0, 4),),)
    assert group([b"QUIT", b"QUIT"], asked) == 1


def test_an_initial_response_in_a_group_is_hidden() -> None:
    spans = hidden([b"RSET", b"AUTH PLAIN " + PLAIN, b"RSET"], OFFERED)
    assert spans == ((), ((11, 11 + len(PLAIN)),), ())


def test_a_chunk_goes_with_its_command() -> None:
    lines = [b"BDAT 12 LAST", b"hello", b"QUIT ", b"NOOP"]
    assert roles(lines, OFFERED)[:3] == (Role.COMMAND, Role.CHUNK, Role.CHUNK)
    assert group(lines, NOT_OFFERED) == 3
    assert group([*MAIL, *lines], OFFERED) == 7


LINES = some.lists(
    some.sampled_from(
        [*MAIL, *LAST, b"RSET", b"xyzzy", b"", b".", b"BDAT 7", b"AUTH PLAIN " + PLAIN, b"text"]
    ),
    max_size=8,
)
STATES = some.builds(
    lambda phase, state: state._replace(phase=phase),
    some.sampled_from([Phase.COMMAND, Phase.BODY, Phase.AUTH]),
    some.sampled_from([OFFERED, NOT_OFFERED]),
)


@given(LINES, STATES)
def test_a_group_as_it_is_cut_is_doubted_only_for_an_answer_that_is_none(
    lines: list[bytes], state: State
) -> None:
    size = group(lines, state)
    assert (size > 0) == bool(lines)
    assert doubts(lines[:size], state) == () or is_no_answer(lines, state)


@given(LINES, STATES)
def test_every_line_has_a_role_and_its_spans(lines: list[bytes], state: State) -> None:
    assert len(roles(lines, state)) == len(hidden(lines, state)) == len(lines)


def test_a_line_behind_auth_that_is_no_answer_is_told() -> None:
    found = doubts([b"AUTH LOGIN", b"hello there"], State(phase=Phase.COMMAND))
    assert any(each.line == 1 and "as the answer" in each.advice.text for each in found)
    ready = doubts([b"AUTH LOGIN", b"dXNlcg==", b"{LOGIN.password}"], State(phase=Phase.COMMAND))
    assert not any("as the answer" in each.advice.text for each in ready)
