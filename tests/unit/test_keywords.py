"""What is known of EHLO keywords, and their arguments in words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.arguments import in_words, one_by_one, ready, strength
from smtp_tui.smtp.extensions import meaning, parse
from smtp_tui.smtp.keywords import Place, keywords
from smtp_tui.smtp.visible import visible

# The IANA registry "SMTP Service Extensions" as of 2025-08-25, with the RFC of each
REGISTERED = {
    "SEND": 821, "SOML": 821, "SAML": 821, "EXPN": 5321, "HELP": 5321, "TURN": 5321,
    "8BITMIME": 6152, "SIZE": 1870, "CHUNKING": 3030, "BINARYMIME": 3030, "CHECKPOINT": 1845,
    "DELIVERBY": 2852, "PIPELINING": 2920, "DSN": 3461, "ETRN": 1985, "ENHANCEDSTATUSCODES": 2034,
    "STARTTLS": 3207, "NO-SOLICITING": 3865, "MTRK": 3885, "SUBMITTER": 4405, "ATRN": 2645,
    "AUTH": 4954, "FUTURERELEASE": 4865, "CONPERM": 4141, "CONNEG": 4141, "SMTPUTF8": 6531,
    "MT-PRIORITY": 6710, "RRVS": 7293, "BURL": 4468, "REQUIRETLS": 8689, "LIMITS": 9422,
    "UTF8SMTP": 5336, "VRFY": 5321,
}  # fmt: skip
UNNUMBERED = {"VERB", "ONEX"}
PRIVATE = {
    "PRDR", "XCLIENT", "XFORWARD", "XVERP", "PIPECONNECT", "X_PIPE_CONNECT", "X-ANONYMOUSTLS",
    "X-EXPS", "XEXCH50", "X-LINK2STATE", "XRDST", "XSHADOW", "XSHADOWREQUEST", "XADR", "XSTA",
    "XCIR", "XGEN", "XXXXXXXA",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted({*REGISTERED, *UNNUMBERED, *PRIVATE}))
def test_every_registered_and_many_a_private_keyword_has_a_card(name: str) -> None:
    known = keywords()[name]
    assert known.name == name
    assert known.about.endswith(".")
    assert re.fullmatch(r"(RFC \d{3,4}|draft-\S+|[A-Z].*)", known.rfc)
    if name in REGISTERED:
        assert known.rfc == f"RFC {REGISTERED[name]}"


def test_a_meaning_is_short_and_a_purpose_a_few_sentences() -> None:
    for known in keywords().values():
        assert 0 < len(known.text) <= 30
        assert not known.text.endswith(".")
        assert 1 <= known.about.count(". ") + 1 <= 6
        assert visible(known.about) == known.about


def test_what_is_ready_to_be_typed_begins_with_a_command_or_is_a_parameter() -> None:
    for known in keywords().values():
        for insert in known.inserts:
            assert insert.what
            assert "\r" not in insert.text
            if insert.place is Place.COMMAND:
                assert re.match(r"[A-Z0-9]+", insert.text)
            else:
                assert re.match(r"[A-Z-]+8?(=\S*)?($| )", insert.text), insert.text


def test_parameters_of_delivery_reports_go_where_they_belong() -> None:
    places = {insert.text: insert.place for insert in keywords()["DSN"].inserts}
    assert places["RET=HDRS"] is Place.MAIL
    assert places["NOTIFY=SUCCESS,FAILURE"] is Place.RCPT
    assert places["ORCPT=rfc822;"] is Place.RCPT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SIZE 35882577", "34.2 MiB a message"),
        ("SIZE 0", "no fixed limit"),
        ("SIZE", "a limit, not told"),
        ("SIZE many", "no number that can be read"),
        ("SIZE -1", "no number that can be read"),
        ("LIMITS RCPTMAX=20 MAILMAX=5", "20 recipients a message, 5 messages a connection"),
        ("LIMITS RCPTDOMAINMAX=1 X=2 RCPTMAX=x", "1 recipient domains, X=2, RCPTMAX=x"),
        ("AUTH PLAIN SCRAM-SHA-256 CRAM-MD5", "PLAIN SCRAM-SHA-256 (strong) CRAM-MD5 (historic)"),
        ("AUTH=LOGIN", "LOGIN, the old AUTH= form"),
        ("AUTH", "sign-in mechanisms"),
        ("DELIVERBY 240", "4 minutes or longer"),
        ("DELIVERBY", "delivery within a time"),
        (
            "FUTURERELEASE 604800 2030-01-31T08:00:00Z",
            "at most 7 days ahead, until 2030-01-31 08:00 UTC",
        ),
        ("FUTURERELEASE soon", "send later"),
        ("MT-PRIORITY MIXER", "profile MIXER"),
        ("NO-SOLICITING net.example:ADV", "not wanted: net.example:ADV"),
        ("BURL imap", "any IMAP URL with permission"),
        ("BURL imap://imap.example.org", "from imap.example.org"),
        ("MTRK 86400", "for at most 1 day"),
        ("XCLIENT NAME ADDR", "NAME ADDR"),
        ("PIPELINING", "commands in groups"),
    ],
)
def test_arguments_in_one_line(line: str, words: str) -> None:
    (entry,) = parse([b"mx", line.encode()]).entries
    known = meaning(entry)
    assert known is not None
    assert known.text == words


def test_arguments_one_by_one() -> None:
    rows = dict(one_by_one("AUTH", ("PLAIN", "CRAM-MD5", "NTLM", "X-OWN")))
    assert rows["PLAIN"].startswith("only inside TLS: ")
    assert rows["CRAM-MD5"].startswith("historic: ")
    assert "Windows" in rows["NTLM"]
    assert rows["X-OWN"] == ""
    assert dict(one_by_one("LIMITS", ("RCPTMAX=20",))) == {
        "RCPTMAX=20": "at most 20 recipients a message"
    }
    assert dict(one_by_one("XCLIENT", ("ADDR",))) == {"ADDR": "its address"}
    assert dict(one_by_one("SIZE", ("1024",))) == {"1024": "1.0 KiB a message"}
    assert dict(one_by_one("X-OWN", ("1",))) == {"1": ""}
    assert len(list(one_by_one("AUTH", ("X",) * 9000))) < 100


def test_the_strength_of_mechanisms() -> None:
    names = ("SCRAM-SHA-256-PLUS", "scram-sha-256", "PLAIN", "XOAUTH2", "EXTERNAL", "CRAM-MD5")
    assert [strength(name) for name in names] == [
        "strong, bound to TLS",
        "strong",
        "only inside TLS",
        "access token",
        "no password",
        "historic",
    ]
    assert strength("NTLM") == "cannot be run here"
    assert strength("X-OWN") == ""


def test_each_mechanism_that_can_be_run_gives_a_command() -> None:
    commands = [line for line, _ in ready("AUTH", ("plain", "NTLM", "LOGIN", "PLAIN"))]
    assert commands == ["AUTH PLAIN", "AUTH LOGIN"]
    assert list(ready("SIZE", ("5",))) == []


@given(st.sampled_from([*keywords(), "X-OWN"]), st.lists(st.text(max_size=30), max_size=5))
def test_any_arguments_get_some_words(keyword: str, arguments: list[str]) -> None:
    in_words(keyword, tuple(arguments))
    assert len(list(one_by_one(keyword, tuple(arguments)))) == len(arguments)
    list(ready(keyword, arguments))


@given(st.sampled_from([*keywords()]), st.binary(max_size=60))
def test_any_line_has_a_meaning(keyword: str, rest: bytes) -> None:
    for entry in parse([b"mx", keyword.encode() + b" " + rest, rest]).entries:
        meaning(entry)
