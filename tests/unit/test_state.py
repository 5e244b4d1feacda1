"""The state table, walked whole: every phase, every verb, every class of reply."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.commands import verbs
from smtp_tui.smtp.dialogue import Desync, Dialogue, Malformed, Reply, Unsolicited
from smtp_tui.smtp.state import (
    AUTH_RESPONSE,
    GREETING,
    MESSAGE_BODY,
    TABLE,
    WIDER,
    Effect,
    Hello,
    Phase,
    ReplyClass,
    Security,
    State,
    Sync,
    Transaction,
    after_tls,
    classify,
    effects,
)

CODES = {
    ReplyClass.POSITIVE: 250,
    ReplyClass.READY: 220,
    ReplyClass.INTERMEDIATE: 355,
    ReplyClass.CHALLENGE: 334,
    ReplyClass.PER_RECIPIENT: 353,
    ReplyClass.GO_AHEAD: 354,
    ReplyClass.TEMPORARY: 450,
    ReplyClass.GOING_AWAY: 421,
    ReplyClass.PERMANENT: 550,
    ReplyClass.UNKNOWN_COMMAND: 500,
}
ARGUMENTS = {b"MAIL": b" FROM:<a>", b"RCPT": b" TO:<b>", b"BDAT": b" 0", b"AUTH": b" PLAIN"}
LINES = [verb + ARGUMENTS.get(verb, b"") for verb in verbs()] + [b"BDAT 0 LAST", b"XYZZY", b""]


def in_phase(phase: Phase) -> Dialogue:
    """A dialogue in which a line can be sent, in each phase that has one."""
    dialogue = Dialogue()
    if phase is Phase.GREETING:
        return dialogue
    dialogue.receive_data(b"220 hi\r\n")
    match phase:
        case Phase.AUTH:
            dialogue.command(b"AUTH LOGIN")
            dialogue.receive_data(b"334 x\r\n")
        case Phase.BODY:
            dialogue.command(b"DATA")
            dialogue.receive_data(b"354 go\r\n")
        case Phase.CLOSING:
            dialogue.receive_data(b"421 bye\r\n")
    assert dialogue.phase is phase
    return dialogue


def answered(dialogue: Dialogue, code: int) -> Reply:
    """The reply of that code to the one thing that waits."""
    while dialogue.next_event() is not None:
        pass
    dialogue.receive_data(b"%d text\r\n" % code)
    replies = []
    while (event := dialogue.next_event()) is not None:
        assert not isinstance(event, Unsolicited | Desync | Malformed)
        if isinstance(event, Reply):
            replies.append(event)
    (reply,) = replies
    return reply


def expected_phase(row: bytes, phase: Phase, code: int) -> Phase:
    """The phase by the words of the RFCs, written without the table."""
    if code == 421 or row == b"QUIT":
        return Phase.CLOSING
    match row, code:
        case b"DATA", 354:
            return Phase.BODY
        case b"AUTH" | b"(auth)", 334:
            return Phase.AUTH
        case b"STARTTLS", 220:
            return Phase.UPGRADING
        case b"(auth)" | b"(body)" | b"(greeting)", _:
            return Phase.COMMAND
    return phase


@pytest.mark.parametrize("reply_class", ReplyClass)
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.decode() or "empty")
@pytest.mark.parametrize("phase", [Phase.COMMAND, Phase.CLOSING])
def test_every_command_with_every_class_of_reply(
    phase: Phase, line: bytes, reply_class: ReplyClass
) -> None:
    dialogue = in_phase(phase)
    before = dialogue.state
    dialogue.command(line)
    code = CODES[reply_class]
    verb = line.split(b" ")[0]
    assert answered(dialogue, code).command.verb == verb
    after = dialogue.state
    assert after.phase is expected_phase(verb, phase, code)
    final_reply_follows = line.endswith(b"LAST") and reply_class is ReplyClass.PER_RECIPIENT
    assert len(dialogue.pending) == final_reply_follows
    good = code // 100 == 2
    expected = before._replace(phase=after.phase)
    match verb, good:
        case b"EHLO" | b"HELO" | b"LHLO", True:
            expected = expected._replace(hello=Hello(verb.decode()))
        case b"MAIL", True:
            expected = expected._replace(transaction=Transaction.MAIL)
        case b"RCPT", True:
            expected = expected._replace(transaction=Transaction.RCPT, recipients=1)
        case b"BDAT", True if not line.endswith(b"LAST"):
            expected = expected._replace(transaction=Transaction.BODY)
        case b"DATA", _ if code == 354:
            expected = expected._replace(transaction=Transaction.BODY)
        case b"AUTH", True:
            expected = expected._replace(identity=after.identity)
            assert after.identity is not None
    assert after == expected


@pytest.mark.parametrize("reply_class", ReplyClass)
def test_the_greeting_with_every_class_of_reply(reply_class: ReplyClass) -> None:
    dialogue = in_phase(Phase.GREETING)
    code = CODES[reply_class]
    assert answered(dialogue, code).command.verb == GREETING
    assert dialogue.phase is expected_phase(GREETING, Phase.GREETING, code)


@pytest.mark.parametrize("reply_class", ReplyClass)
def test_an_answer_to_a_challenge_with_every_class_of_reply(reply_class: ReplyClass) -> None:
    dialogue = in_phase(Phase.AUTH)
    dialogue.auth_response(b"user")
    code = CODES[reply_class]
    assert answered(dialogue, code).command.verb == AUTH_RESPONSE
    assert dialogue.phase is expected_phase(AUTH_RESPONSE, Phase.AUTH, code)
    assert (dialogue.identity is not None) == (code // 100 == 2)


@pytest.mark.parametrize("reply_class", ReplyClass)
def test_a_message_with_every_class_of_reply(reply_class: ReplyClass) -> None:
    dialogue = in_phase(Phase.BODY)
    dialogue.body(b"text")
    code = CODES[reply_class]
    assert answered(dialogue, code).command.verb == MESSAGE_BODY
    assert dialogue.phase is expected_phase(MESSAGE_BODY, Phase.BODY, code)
    assert len(dialogue.pending) == (1 if code == 353 else 0)


@pytest.mark.parametrize("code", range(200, 600))
def test_every_code_has_a_class_and_narrow_classes_fall_back_to_their_digit(code: int) -> None:
    found = classify(code)
    wide = WIDER.get(found, found)
    assert wide.value == f"{code // 100}xx"


def test_every_row_of_the_table_is_found_and_421_closes_after_any_verb() -> None:
    for (verb, reply_class), row in TABLE.items():
        assert effects(verb, reply_class) == row
    for line in LINES:
        assert Effect.CLOSE in effects(line.split(b" ")[0], ReplyClass.GOING_AWAY)


def test_tls_forgets_all_but_the_trust_in_the_order_of_replies() -> None:
    before = State(
        Phase.UPGRADING,
        Transaction.RCPT,
        2,
        Hello.EHLO,
        sync=Sync.UNCERTAIN,
        reason="why",
    )
    assert after_tls(before) == State(
        Phase.COMMAND, security=Security.TLS, sync=Sync.UNCERTAIN, reason="why"
    )
