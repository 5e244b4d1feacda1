"""What is doubtful about a line before it is sent; advice, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.doubts import auth, envelope, hello, message, verb
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Phase, Security, State, Sync, Transaction

__all__ = ["Advice", "Severity", "advise", "line_limit"]

COMMAND_LIMIT = 512
"""Octets of a command line with its CRLF (RFC 5321 4.5.3.1.4)."""
AUTH_RESPONSE_LIMIT = 12288
"""Octets of an answer to a challenge with its CRLF (RFC 4954 4)."""
TEXT_LIMIT = 1000
"""Octets of a line of message text with its CRLF (RFC 5321 4.5.3.1.6)."""
_MOST_FIXES = 12
"""Fixes of one line that are done by one key."""


def line_limit(state: State) -> int:
    """How many octets a line may have now, CRLF included."""
    match state.phase:
        case Phase.AUTH:
            return AUTH_RESPONSE_LIMIT
        case Phase.BODY:
            return TEXT_LIMIT
        case _:
            return COMMAND_LIMIT


def advise(line: bytes, state: State, *, lmtp: bool = False) -> list[Advice]:
    """The doubts about a line as typed, without its line end, in the state it would be sent in.

    Where fixes are certain each carries the line with all of them done. Of a line that is far too
    long only that is said. ``lmtp``: the server speaks LMTP (RFC 2033).
    """
    if len(line) > AUTH_RESPONSE_LIMIT:
        return [*_phase(state), *_length(line, state)]
    found = _doubts(line, state, lmtp)
    mended = _mended(found, state, lmtp)
    return [replace(each, fix=mended) if each.fix is not None else each for each in found]


def _mended(found: list[Advice], state: State, lmtp: bool) -> bytes | None:
    """The line with every certain fix done, one after another."""
    fix = mended = next((each.fix for each in found if each.fix is not None), None)
    for _ in range(_MOST_FIXES):
        if fix is None:
            break
        mended = fix
        fix = next((each.fix for each in _doubts(fix, state, lmtp) if each.fix is not None), None)
    return mended


def _doubts(line: bytes, state: State, lmtp: bool) -> list[Advice]:
    if state.phase is Phase.BODY:
        return [*message.of_text(line, state), *_length(line, state)]
    if state.phase is Phase.AUTH:
        return [*auth.of_answer(line), *_length(line, state)]
    return [
        *_phase(state),
        *_astray(line),
        *envelope.doubts(line, state),
        *hello.doubts(line, state, lmtp=lmtp),
        *verb.doubts(line, state),
        *auth.doubts(line, state),
        *_order(line, state),
        *_shape(line),
        *_length(line, state),
    ]


def _length(line: bytes, state: State) -> Iterator[Advice]:
    octets, limit = len(line) + 2, line_limit(state)
    if octets > limit:
        yield Advice(
            Severity.WARNING,
            f"{octets} octets: a server need not take more than {limit}",
            "RFC 5321 4.5.3.1",
        )


def _phase(state: State) -> Iterator[Advice]:
    match state.phase:
        case Phase.GREETING:
            yield Advice(
                Severity.WARNING,
                "the server has not greeted yet; some hang up on clients that talk too soon",
                "RFC 5321 3.1",
            )
        case Phase.CLOSING:
            yield Advice(Severity.NOTE, "the server is closing; it may not answer", "RFC 5321 3.8")
    if state.sync is Sync.LOST:
        yield Advice(Severity.WARNING, f"replies may be one off: {state.reason}; reconnect")


def _astray(line: bytes) -> Iterator[Advice]:
    """Credentials where a server reads, logs and repeats them as an unknown command."""
    if verb_of(line) != b"AUTH" and secrets.in_command(line):
        yield Advice(
            Severity.DANGER,
            "this holds credentials, which servers log here: AUTH comes first",
            "RFC 4954 4",
        )


def _order(line: bytes, state: State) -> Iterator[Advice]:
    if state.phase is Phase.GREETING:
        return
    said = verb_of(line)
    if said in (b"MAIL", b"AUTH", b"STARTTLS") and state.hello is None:
        yield Advice(Severity.WARNING, "EHLO comes first", "RFC 5321 4.1.4")
    match said, state.transaction:
        case b"MAIL", Transaction.MAIL | Transaction.RCPT | Transaction.BODY:
            yield Advice(Severity.WARNING, "a mail has begun already; RSET ends it", "RFC 5321 3.3")
        case b"RCPT", Transaction.NONE:
            yield Advice(Severity.WARNING, "MAIL FROM comes first", "RFC 5321 3.3")
        case b"DATA" | b"BDAT", Transaction.NONE | Transaction.MAIL:
            yield Advice(Severity.WARNING, "no recipient was accepted yet", "RFC 5321 3.3")
        case b"AUTH", _ if state.identity is not None:
            yield Advice(Severity.WARNING, "already signed in on this connection", "RFC 4954 4")
        case b"STARTTLS", _ if state.security is Security.TLS:
            yield Advice(Severity.WARNING, "the connection is encrypted already", "RFC 3207 4.2")


def _shape(line: bytes) -> Iterator[Advice]:
    if line and line != line.strip():
        yield Advice(
            Severity.NOTE,
            "a space at the beginning or end is sent too",
            "RFC 5321 4.1.1",
            line.strip(),
        )
    if not line.isascii() and verb_of(line) not in (b"MAIL", b"RCPT", b"VRFY", b"EXPN"):
        yield Advice(
            Severity.WARNING, "characters beyond ASCII have no place in this", "RFC 5321 2.4"
        )
