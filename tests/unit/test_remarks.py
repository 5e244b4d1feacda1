"""What is remarked about the capabilities of a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.extensions import Extensions, parse
from smtp_tui.smtp.remarks import Kind, remarks
from smtp_tui.smtp.visible import visible


def offered(*lines: str) -> Extensions:
    return parse([b"mx.example.org", *(line.encode() for line in lines)])


def said(
    before: Extensions | None, tls: Extensions | None = None, auth: Extensions | None = None
) -> dict[str, Kind]:
    return {remark.text: remark.kind for remark in remarks(before, tls, auth)}


def kind_of(found: dict[str, Kind], words: str) -> Kind | None:
    return next((kind for text, kind in found.items() if words in text), None)


def test_auth_that_appears_only_after_tls_is_good() -> None:
    found = said(offered("STARTTLS", "SIZE 1000"), offered("AUTH PLAIN", "SIZE 1000"))
    assert found == {
        "AUTH is offered only after TLS: no password is asked for in clear.": Kind.GOOD
    }


@pytest.mark.parametrize(
    ("before", "tls", "words"),
    [
        (["SIZE 1"], None, "No STARTTLS is offered"),
        (["STARTTLS"], ["STARTTLS", "AUTH PLAIN"], "still offered inside TLS"),
        (["STARTTLS", "AUTH PLAIN"], ["AUTH PLAIN"], "AUTH PLAIN is offered in clear"),
        (["STARTTLS", "AUTH=LOGIN"], None, "old AUTH= form only"),
        (["STARTTLS", "X-A 1", "X-A 2"], None, "Named more than once: X-A;"),
        (["STARTTLS", ""], None, "no keyword"),
        (["STARTTLS", "SMTPUTF8"], None, "without 8BITMIME"),
        (["STARTTLS", "BINARYMIME"], None, "without CHUNKING"),
        (["STARTTLS", "TURN"], None, "TURN gives"),
        (["XXXXXXXA"], None, "a firewall on the way"),
        (["STARTTLS"], ["AUTH CRAM-MD5 DIGEST-MD5"], "given up as weak"),
    ],
)
def test_what_is_wrong_is_a_warning(before: list[str], tls: list[str] | None, words: str) -> None:
    inside = offered(*tls) if tls is not None else None
    assert kind_of(said(offered(*before), inside), words) is Kind.WARNING
    healthy = said(offered("STARTTLS", "8BITMIME"), offered("AUTH PLAIN", "8BITMIME"))
    assert kind_of(healthy, words) is None


@pytest.mark.parametrize(
    ("before", "tls", "auth", "words"),
    [
        (["STARTTLS", "ETRN"], ["AUTH PLAIN"], None, "no longer offered: ETRN."),
        (["STARTTLS", "AUTH CRAM-MD5"], ["AUTH PLAIN"], None, "went with TLS: CRAM-MD5."),
        (["SIZE 1024"], ["SIZE 2048"], None, "2.0 KiB inside TLS, 1.0 KiB before"),
        (None, ["SIZE 0"], ["SIZE 1024"], "1.0 KiB after AUTH, no limit before"),
        (None, ["AUTH PLAIN"], ["BURL imap"], "BURL came; AUTH went."),
        (None, ["LIMITS RCPTMAX=1"], ["LIMITS RCPTMAX=9"], "LIMITS changed."),
        (["AUTH PLAIN"], None, ["DSN"], "DSN came; AUTH went."),
        (["AUTH PLAIN", "AUTH=PLAIN"], None, None, "old AUTH= form too"),
        (["AUTH NTLM"], None, None, "AUTH NTLM is offered in clear"),
        (["STARTTLS", "REQUIRETLS"], None, None, "works inside TLS only"),
        (None, ["SIZE 1"], None, "No AUTH is offered"),
        (["SIZE 1"], ["SIZE 1"], None, "TLS began although"),
        (None, ["XCLIENT NAME ADDR"], None, "trusts you"),
    ],
)
def test_what_is_worth_knowing_is_a_note(
    before: list[str] | None, tls: list[str] | None, auth: list[str] | None, words: str
) -> None:
    stages = [offered(*lines) if lines is not None else None for lines in (before, tls, auth)]
    assert kind_of(said(*stages), words) is Kind.NOTE


def test_codes_that_come_without_being_offered_are_noted() -> None:
    text = "although ENHANCEDSTATUSCODES is not offered"
    plain, named = offered("STARTTLS"), offered("STARTTLS", "ENHANCEDSTATUSCODES")
    assert any(text in each.text for each in remarks(plain, None, None, coded=True))
    assert not any(text in each.text for each in remarks(named, None, None, coded=True))
    assert not any(text in each.text for each in remarks(plain, None, None))


def test_nothing_is_said_of_what_was_not_asked() -> None:
    assert remarks(None, None, None) == ()


def test_many_and_hostile_names_are_bounded_and_made_harmless() -> None:
    lines = [f"X-\x1b[2J{number}{'a' * 5000}" for number in range(5000)]
    for remark in remarks(offered("STARTTLS", *lines, *lines), offered("AUTH PLAIN"), None):
        assert len(remark.text) < 500
        assert visible(remark.text) == remark.text


_lines = st.none() | st.lists(
    st.binary() | st.sampled_from([b"AUTH PLAIN", b"AUTH=X", b"SIZE 5", b"STARTTLS", b"SMTPUTF8"])
).map(parse)


@given(_lines, _lines, _lines)
def test_any_capabilities_get_some_remarks(
    before: Extensions | None, tls: Extensions | None, auth: Extensions | None
) -> None:
    for remark in remarks(before, tls, auth):
        assert remark.text.endswith(".")
        assert visible(remark.text) == remark.text
