"""The verb table, what comes next, and advice on a line."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.advice import advise
from smtp_tui.smtp.commands import lookup, usual_next, verbs
from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.smtp.extensions import parse
from smtp_tui.smtp.state import (
    Hello,
    Identity,
    Phase,
    Security,
    State,
    Sync,
    Transaction,
)

READY = State(phase=Phase.COMMAND)
GREETED = State(
    phase=Phase.COMMAND,
    hello=Hello.EHLO,
    security=Security.TLS,
    extensions=parse([b"mx", b"AUTH LOGIN PLAIN"]),
)


def texts(line: bytes, state: State = GREETED) -> str:
    return " | ".join(advice.text for advice in advise(line, state))


def test_every_verb_has_a_syntax_that_begins_with_it() -> None:
    for name, verb in verbs().items():
        assert verb.syntax.startswith(name.decode())
        assert verb.expects
        assert verb.rfc
        assert verb.meaning


@pytest.mark.parametrize("line", [b"mail", b"MAIL FROM:<a>", b"  Mail from"])
def test_a_line_is_known_by_its_verb_while_it_is_typed(line: bytes) -> None:
    verb = lookup(line)
    assert verb is not None
    assert verb.name == "MAIL"


def test_unknown_verbs_are_unknown() -> None:
    assert lookup(b"XYZZY") is None
    assert lookup(b"") is None


def test_what_comes_next_leads_through_a_whole_mail() -> None:
    clear = State(
        phase=Phase.COMMAND, hello=Hello.EHLO, extensions=parse([b"mx", b"STARTTLS", b"AUTH X"])
    )
    signed_in = State(
        phase=Phase.COMMAND,
        hello=Hello.EHLO,
        security=Security.TLS,
        extensions=GREETED.extensions,
        identity=Identity("PLAIN"),
    )
    steps = [
        State(),
        READY,
        clear,
        GREETED,
        signed_in,
        State(phase=Phase.COMMAND, hello=Hello.EHLO, transaction=Transaction.MAIL),
        State(phase=Phase.COMMAND, hello=Hello.EHLO, transaction=Transaction.RCPT),
        State(phase=Phase.BODY),
    ]
    assert [usual_next(state, ehlo="laptop.example.org") for state in steps] == [
        "",
        "EHLO laptop.example.org",
        "STARTTLS",
        "AUTH PLAIN ",
        "MAIL FROM:<me@laptop.example.org>",
        "RCPT TO:<someone@example.org>",
        "DATA",
        "",
    ]


def test_lmtp_greets_with_lhlo() -> None:
    assert usual_next(READY, lmtp=True).startswith("LHLO ")


@pytest.mark.parametrize(
    ("line", "state", "word"),
    [
        (b"MAIL FROM:a@b", GREETED, "<>"),
        (b"MAIL FROM: <a@b>", GREETED, "no space after FROM"),
        (b"MAIL FROM:<a>", READY, "EHLO comes first"),
        (b"RCPT TO:<a>", GREETED, "MAIL FROM comes first"),
        (b"DATA", GREETED, "no recipient"),
        (b"STARTTLS", GREETED, "encrypted already"),
        (b"AUTH PLAIN", READY, "not encrypted"),
        (b"AUTH PLAIN", State(phase=Phase.COMMAND, identity=Identity("X")), "already signed in"),
        (b"NOOP ", GREETED, "space"),
        (b"EHLO", GREETED, "name is missing"),
        (b"Subject: hi", GREETED, "message text"),
        ("MAIL FROM:<ü@x>".encode(), GREETED, "SMTPUTF8"),
        (b"NOOP " + b"x" * 600, GREETED, "607 octets"),
        (b"NOOP", State(), "not greeted yet"),
        (b"NOOP", State(phase=Phase.CLOSING), "closing"),
        (b"NOOP", State(phase=Phase.COMMAND, sync=Sync.LOST, reason="x"), "one off"),
        (b".dot", State(phase=Phase.BODY), "first dot"),
        (b".\xe4", State(phase=Phase.BODY), "first dot"),
        (b"x" * 1000, State(phase=Phase.BODY), "1002 octets"),
    ],
)
def test_doubts_are_named(line: bytes, state: State, word: str) -> None:
    assert word in texts(line, state)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (b"MAIL FROM:<a@b>", GREETED),
        (b"EHLO me.example", READY),
        (b"AUTH PLAIN", GREETED),
        (b".", State(phase=Phase.BODY)),
        (b"Subject: x", State(phase=Phase.BODY)),
        (b"dXNlcg==", State(phase=Phase.AUTH)),
        (b"x" * 1000, State(phase=Phase.AUTH)),
    ],
)
def test_what_is_right_gets_no_advice(line: bytes, state: State) -> None:
    assert texts(line, state) == ""


def test_a_fix_is_the_line_as_it_should_be() -> None:
    fixes = [
        advice.fix
        for line in (b"MAIL FROM: a@b SIZE=1", b"RCPT TO: <a@b>")
        for advice in advise(line, GREETED)
        if advice.fix
    ]
    assert set(fixes) == {b"MAIL FROM:<a@b> SIZE=1", b"RCPT TO:<a@b>"}


def test_advice_never_blocks() -> None:
    dialogue = Dialogue()
    assert dialogue.advise(b"MAIL FROM: x")
    assert dialogue.command(b"MAIL FROM: x") == b"MAIL FROM: x\r\n"
