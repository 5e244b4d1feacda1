"""Advice on a line before it is sent: what is doubtful, and the fix where one is certain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.smtp import extensions, parameters
from smtp_tui.smtp.advice import Severity, advise
from smtp_tui.smtp.state import Hello, Identity, Phase, Security, State, Transaction

OFFERED = extensions.parse(
    (b"x", b"SIZE 1000", b"AUTH PLAIN LOGIN", b"DSN", b"SMTPUTF8", b"8BITMIME", b"CHUNKING")
)
BARE = extensions.parse((b"x",))


def state(offered: extensions.Extensions = OFFERED, phase: Phase = Phase.COMMAND) -> State:
    return State(
        phase=phase,
        hello=Hello.EHLO,
        transaction=Transaction.MAIL,
        security=Security.TLS,
        extensions=offered,
    )


def texts(line: bytes, at: State) -> str:
    return " | ".join(advice.text for advice in advise(line, at))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (b"my_laptop.example.org", "underscore"),
        (b"192.0.2.1", "stands in [ ]"),
        (b"2001:db8::1", "stands in [ ]"),
        (b"[192.0.2.300]", "not one"),
        (b"[192.0.2.1", "not one"),
        (b"-x.example.org", "no host name"),
        (b"x..example.org", "two dots"),
        (b"x.example.org.", "ends with a dot"),
        (b"m.123", "number"),
        ("böse.example.org".encode(), "xn--"),
        (b"laptop", "without a dot"),
        (b"two words", "one word"),
    ],
)
def test_an_ehlo_name_that_strict_servers_refuse(name: bytes, why: str) -> None:
    assert why in texts(b"EHLO " + name, state())


@pytest.mark.parametrize(
    "name",
    [b"laptop.example.org", b"[192.0.2.1]", b"[IPv6:2001:db8::1]", b"xn--bse-sna.example.org"],
)
def test_an_ehlo_name_as_it_should_be(name: bytes) -> None:
    assert texts(b"EHLO " + name, state()) == ""


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        (b"EHLO 192.0.2.1", b"EHLO [192.0.2.1]"),
        (b"EHLO 2001:db8::1", b"EHLO [IPv6:2001:db8::1]"),
        (b"MAIL FROM <a@example.org>", b"MAIL FROM:<a@example.org>"),
        (b"MAIL FROM a@example.org", b"MAIL FROM:<a@example.org>"),
        (b"MAIL TO:<a@example.org>", b"MAIL FROM:<a@example.org>"),
        (b"RCPT FROM:<a@example.org>", b"RCPT TO:<a@example.org>"),
        (b"RCPT TO:<a@example.org", b"RCPT TO:<a@example.org>"),
        (b"MIAL FROM:<a@example.org>", b"MAIL FROM:<a@example.org>"),
        (b"RPCT TO:<a@example.org>", b"RCPT TO:<a@example.org>"),
        (b"STARTLS", b"STARTTLS"),
        (b"quitt", b"QUIT"),
        (
            "MAIL FROM:<ü@example.org>".encode(),
            "MAIL FROM:<ü@example.org> SMTPUTF8".encode(),
        ),
    ],
)
def test_a_certain_mistake_comes_with_its_fix(line: bytes, fix: bytes) -> None:
    assert fix in [advice.fix for advice in advise(line, state())]


@pytest.mark.parametrize("line", [b"MAI", b"STAR", b"EH", b"RCP", b"XYZZY", b"X-THING 1", b"QU"])
def test_a_verb_that_is_not_finished_or_not_known_is_no_slip(line: bytes) -> None:
    assert "meant" not in texts(line, state())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"MAIL FROM:<a@b> SIZE=1001", "552 is to be expected"),
        (b"MAIL FROM:<a@b> SIZE=big", "SIZE should look"),
        (b"MAIL FROM:<a@b> SMTPUTF8=1", "SMTPUTF8 takes no value"),
        (b"MAIL FROM:<a@b> RET", "RET should look as in RET=HDRS"),
        (b"MAIL FROM:<a@b> ENVID=a+b", "written as +XX"),
        (b"MAIL FROM:<a@b> NOTIFY=NEVER", "NOTIFY belongs to RCPT"),
        (b"RCPT TO:<a@b> NOTIFY=NEVER,SUCCESS", "NOTIFY should look"),
        (b"RCPT TO:<a@b> ORCPT=rfc822;\xe2\x80\xa6", "fill in the value"),
        (b"RCPT TO:<a@b> FROB=1", "not known here"),
        (b"MAIL FROM:<a@b> REQUIRETLS", "does not offer REQUIRETLS"),
        (b"MAIL FROM:<a@b> BODY=BINARYMIME", "does not offer BINARYMIME"),
        (b"MAIL FROM:<a@b> HOLDFOR=60", "does not offer FUTURERELEASE"),
        (b"ETRN example.org", "does not offer ETRN"),
        (b"AUTH CRAM-MD5", "offers PLAIN, LOGIN"),
        (b"RCPT TO:<>", "cannot be empty"),
    ],
)
def test_a_parameter_that_is_wrong_or_not_offered(line: bytes, words: str) -> None:
    assert words in texts(line, state())


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<>",
        b"MAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=x+2By",
        b"mail from:<a@b> size=1 smtputf8",
        b"RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bc@b",
        b'RCPT TO:<"a b"@example.org> NOTIFY=NEVER',
    ],
)
def test_envelope_lines_as_they_should_be(line: bytes) -> None:
    begun = State(
        phase=Phase.COMMAND,
        hello=Hello.EHLO,
        transaction=Transaction.NONE if line[:1] in b"Mm" else Transaction.RCPT,
        security=Security.TLS,
        extensions=OFFERED,
    )
    assert texts(line, begun) == ""


def test_credentials_outside_auth_are_a_danger() -> None:
    found = advise(b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk", state())
    assert found[0].severity is Severity.DANGER
    assert "servers log" in found[0].text


@pytest.mark.parametrize("answer", [b"user@gmail.com", b"abc", b"AB=C"])
def test_an_answer_that_is_no_base64(answer: bytes) -> None:
    assert "no Base64" in texts(answer, state(phase=Phase.AUTH))


@pytest.mark.parametrize("answer", [b"", b"*", b"=", b"dXNlcg==", b"{LOGIN.user}"])
def test_an_answer_as_it_should_be(answer: bytes) -> None:
    assert texts(answer, state(phase=Phase.AUTH)) == ""


def test_a_command_inside_the_message_is_text() -> None:
    assert "single dot" in texts(b"QUIT", state(phase=Phase.BODY))
    assert "8BITMIME" in texts("Grüße".encode(), state(BARE, Phase.BODY))


@given(
    st.one_of(
        st.binary(max_size=80),
        st.sampled_from([b"MAIL FROM:", b"RCPT TO:<a> ", b"EHLO ", b"AUTH "]).flatmap(
            lambda head: st.binary(max_size=60).map(lambda rest: head + rest)
        ),
    ),
    st.sampled_from(list(Phase)),
)
def test_whatever_is_typed_advice_is_text_and_a_fix_is_one_line(line: bytes, phase: Phase) -> None:
    line = re.sub(rb"[\r\n\0]", b" ", line)
    for advice in advise(line, state(phase=phase)):
        assert advice.text
        assert advice.text.isprintable()
        assert advice.fix is None or not set(advice.fix) & set(b"\r\n\0")


@given(st.binary(max_size=60).map(lambda rest: b"MAIL FROM:" + re.sub(rb"[\r\n\0]", b"", rest)))
@settings(max_examples=300)
def test_taking_every_fix_comes_to_an_end(line: bytes) -> None:
    for _ in range(8):
        fix = next((each.fix for each in advise(line, state()) if each.fix), None)
        if fix is None:
            return
        line = fix
    raise AssertionError(line)


def test_the_table_of_parameters_offers_only_what_fits_it() -> None:
    for parameter in parameters.parameters().values():
        assert parameter.extension in {
            entry.upper() for entry in extensions.parse((b"", parameter.extension.encode()))
        }
        for ready in parameter.ready:
            assert "…" in ready or parameter.fits(ready or None), parameter
        for written in parameter.written:
            line = parameter.verb + (b" FROM:<a>" if parameter.verb == b"MAIL" else b" TO:<a>")
            found = parameters.given(line + b" " + written.encode())
            assert found is not None
            assert found[1][0].name == parameter.name


@given(st.text(max_size=30))
def test_xtext_is_printable_and_can_be_read_back(text: str) -> None:
    written = parameters.xtext(text)
    assert re.fullmatch(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*", written)
    back = re.sub(rb"\+([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), written.encode())
    assert back == text.encode("utf-8", "surrogateescape")


def test_signed_in_lines_keep_their_old_doubts() -> None:
    signed_in = State(phase=Phase.COMMAND, hello=Hello.EHLO, identity=Identity("PLAIN"))
    assert "already signed in" in texts(b"AUTH PLAIN", signed_in)
