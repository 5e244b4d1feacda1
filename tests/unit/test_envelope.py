"""Envelopes as lines: paths in <>, several recipients, parameters encoded and judged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from smtp_tui.smtp.envelope import Envelope, addresses, values_of


def test_the_lines_of_an_envelope() -> None:
    envelope = Envelope(
        "me@example.org",
        ("a@example.org", "b@example.org"),
        {"SIZE": "42", "SMTPUTF8": "", "ENVID": "a+b=c d"},
        {"NOTIFY": "NEVER", "ORCPT": "ü+x@example.org"},
    )
    orcpt = "ORCPT=rfc822;+C3+BC+2Bx@example.org"
    assert envelope.lines == (
        "MAIL FROM:<me@example.org> SIZE=42 SMTPUTF8 ENVID=a+2Bb+3Dc+20d",
        f"RCPT TO:<a@example.org> NOTIFY=NEVER {orcpt}",
        f"RCPT TO:<b@example.org> NOTIFY=NEVER {orcpt}",
    )


def test_nobody_is_a_sender() -> None:
    assert Envelope().lines == ("MAIL FROM:<>",)
    assert Envelope(mail={"AUTH": "<>"}).lines == ("MAIL FROM:<> AUTH=<>",)


def test_a_value_that_does_not_fit_is_still_written() -> None:
    envelope = Envelope(mail={"SIZE": "large", "RET": "NONE"})
    assert envelope.lines == ("MAIL FROM:<> SIZE=large RET=NONE",)


def test_addresses_are_parted_however_they_come() -> None:
    assert addresses("<a@b>, c@d;e@f\n g@h ,") == ("a@b", "c@d", "e@f", "g@h")


def test_a_quoted_local_part_is_one_address() -> None:
    text = '"a, b"@example.org, <"c;d e"@example.org> "f g"@example.org'
    assert addresses(text) == ('"a, b"@example.org', '"c;d e"@example.org', '"f g"@example.org')


def test_names_before_addresses_are_left_out() -> None:
    assert addresses('John Doe <a@b>, "M, N" <c@d>') == ("a@b", "c@d")
    assert addresses("root, postmaster") == ("root", "postmaster")


@given(some.text(some.characters(codec="utf-8"), min_size=1, max_size=30))
def test_what_is_encoded_is_read_back(value: str) -> None:
    (line,) = Envelope(mail={"ENVID": value}).lines
    assert line.isascii()
    assert not {"\r", "\n"} & set(line)
    assert values_of("MAIL FROM", line.split("<> ")[1]) == {"ENVID": value}
