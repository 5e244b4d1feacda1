"""A message looked over before it is sent, and the templates it may begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp import extensions
from smtp_tui.smtp.body import normalise
from smtp_tui.smtp.message import findings, stuffing, survey
from smtp_tui.smtp.templates import fill, templates

NOW = datetime(2026, 3, 7, 9, 5, 1, tzinfo=UTC)
HEAD = b"From: a\r\nDate: b\r\n\r\n"
ALL = extensions.parse((b"x", b"SIZE 1200", b"8BITMIME", b"SMTPUTF8"))
NONE = extensions.Extensions()


def texts(message: bytes, offered: extensions.Extensions = ALL, *, binary: bool = False) -> str:
    return " | ".join(each.text for each in findings(survey(message), offered, binary=binary))


@pytest.mark.parametrize(
    ("message", "offered", "words"),
    [
        (HEAD + b"x" * 999, ALL, "line 4 is longer than 998"),
        (HEAD + (b"x" * 900 + b"\r\n") * 2, ALL, "larger than the 1.2 KiB"),
        (HEAD + "ü\r\nü\r\n".encode(), NONE, "lines 4, 5 are beyond ASCII, and the server"),
        (HEAD + "ü".encode(), ALL, "BODY=8BITMIME says so"),
        ("Subject: ü\r\n\r\n".encode(), NONE, "does not offer SMTPUTF8"),
        (HEAD + b"a\0b", ALL, "a NUL"),
        (HEAD + b"a\rb", ALL, "a bare CR"),
        (b"hello", ALL, "begins with no header"),
        (b"Subject: x\n\nFrom: not a header", ALL, "no Date and no From header"),
    ],
)
def test_what_a_server_may_refuse_is_found(
    message: bytes, offered: extensions.Extensions, words: str
) -> None:
    assert words in texts(message, offered)


def test_nothing_is_found_in_a_message_as_it_should_be() -> None:
    assert texts(HEAD + b"x" * 900 + b"\r\n") == ""
    assert texts(b"") == ""


def test_what_goes_out_as_it_is_has_no_lines_to_mind() -> None:
    assert texts(HEAD + b"x\0" * 550, binary=True) == ""


def test_line_ends_that_go_out_as_they_are_are_told() -> None:
    assert "not CRLF" in texts(HEAD + b"x\n", binary=True)
    assert "not CRLF" in texts(HEAD + b"x\r", binary=True)
    assert "not CRLF" not in texts(HEAD + b"x\n")


def test_before_ehlo_nobody_knows_what_the_server_offers() -> None:
    found = list(findings(survey("Subject: ü\n\nü\n".encode()), None))
    assert not any("does not offer" in each.text for each in found)
    assert any("EHLO will tell" in each.text for each in found)


def test_where_dots_are_stuffed_is_told_for_the_first_lines() -> None:
    assert stuffing(survey(b"a\n.b")).startswith("line 2 begins with a dot")
    assert stuffing(survey(b".\n" * 9)).startswith("lines 1, 2, 3 … begin")
    assert stuffing(survey(b"a.")) == ""


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"."])).map(b"".join))
def test_the_size_is_what_goes_out_before_dots_are_stuffed(message: bytes) -> None:
    assert survey(message).octets == len(normalise(message))


@given(st.binary(max_size=300))
def test_whatever_a_message_is_it_can_be_looked_over(message: bytes) -> None:
    for found in findings(survey(message), ALL):
        assert found.text.isprintable()


@pytest.mark.parametrize("id", templates())
def test_every_template_is_a_message_with_date_and_identifier(id: str) -> None:
    draft = fill(templates()[id], sender="a@example.org", recipient="b@example.org", now=NOW)
    parsed = message_from_bytes(draft.text.encode(), policy=policy.SMTP)
    assert parsed["From"] == "a@example.org"
    assert parsed["To"] == "b@example.org"
    assert parsedate_to_datetime(parsed["Date"]) == NOW
    assert "Date: Sat, 7 Mar 2026 09:05:01 +0000\n" in draft.text
    assert parsed["Message-ID"].endswith("@example.org>")
    assert not parsed.defects
    assert not [part for part in parsed.walk() if part.defects]
    assert "{" not in draft.text.replace("P^)7CC)7}", "").replace("PZX54", "")


def test_two_messages_of_one_template_have_their_own_identifiers() -> None:
    texts = {
        fill(templates()["dsn"], sender="a@b", recipient="c@d", now=NOW).mail for _ in range(2)
    }
    assert len(texts) == 2


def test_the_test_strings_of_scanners_are_whole() -> None:
    eicar = fill(templates()["eicar"], sender="a@b", recipient="c@d", now=NOW).text
    part = list(message_from_bytes(eicar.encode()).walk())[-1]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert len(content.strip()) == 68  # as eicar.org has it
    assert content.startswith(b"X5O!P%@AP[4")
    gtube = fill(templates()["gtube"], sender="a@b", recipient="c@d", now=NOW).text
    line = gtube.splitlines()[-1]
    assert (len(line), line[:4], line[-5:]) == (68, "XJS*", "C.34X")
