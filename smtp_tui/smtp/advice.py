"""What is doubtful about a line before it is sent; advice, never a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from smtp_tui.smtp.commands import lookup, verb_of
from smtp_tui.smtp.state import Phase, Security, State, Sync, Transaction

COMMAND_LIMIT = 512
"""Octets of a command line with its CRLF (RFC 5321 4.5.3.1.4)."""
AUTH_RESPONSE_LIMIT = 12288
"""Octets of an answer to a challenge with its CRLF (RFC 4954 4)."""
TEXT_LIMIT = 1000
"""Octets of a line of message text with its CRLF (RFC 5321 4.5.3.1.6)."""


class Severity(Enum):
    """How sure it is that something will go wrong."""

    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Advice:
    """One doubt about a line; ``fix`` is the line as it should be, where that is certain."""

    severity: Severity
    text: str
    rfc: str = ""
    fix: bytes | None = field(default=None, repr=False)


_PATH = re.compile(rb"(MAIL\s+FROM|RCPT\s+TO):(\s*)(.*)", re.IGNORECASE | re.DOTALL)
_BARE_ADDRESS = re.compile(rb"([^<>\s]+@[^<>\s]+)(.*)", re.DOTALL)
_HEADER = re.compile(
    rb"(Subject|From|To|Date|Message-ID|Content-Type|MIME-Version):", re.IGNORECASE
)


def line_limit(state: State) -> int:
    """How many octets a line may have now, CRLF included."""
    match state.phase:
        case Phase.AUTH:
            return AUTH_RESPONSE_LIMIT
        case Phase.BODY:
            return TEXT_LIMIT
        case _:
            return COMMAND_LIMIT


def advise(line: bytes, state: State) -> list[Advice]:
    """The doubts about a line as typed, without its line end, in the state it would be sent in."""
    if state.phase is Phase.BODY:
        return [*_text(line), *_length(line, state)]
    if state.phase is Phase.AUTH:
        return list(_length(line, state))
    return [
        *_phase(state),
        *_path(line),
        *_order(line, state),
        *_clear_text(line, state),
        *_shape(line, state),
        *_length(line, state),
    ]


def _text(line: bytes) -> Iterator[Advice]:
    if re.match(rb"\.[^.]", line):  # with two, one is left, as whoever types them knows
        yield Advice(
            Severity.WARNING,
            "the server takes the first dot away; type two for one dot",
            "RFC 5321 4.5.2",
            b"." + line,
        )


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


def _path(line: bytes) -> Iterator[Advice]:
    match = _PATH.match(line)
    if match is None:
        return
    verb, space, path = match[1], match[2], match[3]
    bare = _BARE_ADDRESS.match(path)
    if bare is not None:
        yield Advice(
            Severity.WARNING,
            "the address should stand in <>",
            "RFC 5321 4.1.2",
            verb + b":<" + bare[1] + b">" + bare[2],
        )
    elif space:
        yield Advice(
            Severity.WARNING,
            f"no space after {verb.split()[-1].decode().upper()}: strict servers answer 501 or 555",
            "RFC 5321 3.3",
            verb + b":" + path,
        )


def _order(line: bytes, state: State) -> Iterator[Advice]:
    if state.phase is Phase.GREETING:
        return
    verb = verb_of(line)
    if verb in (b"MAIL", b"AUTH", b"STARTTLS") and state.hello is None:
        yield Advice(Severity.WARNING, "EHLO comes first", "RFC 5321 4.1.4")
    match verb, state.transaction:
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
        case b"STARTTLS", _ if state.hello is not None and "STARTTLS" not in state.extensions:
            yield Advice(Severity.WARNING, "the server does not offer STARTTLS", "RFC 3207 4")


def _clear_text(line: bytes, state: State) -> Iterator[Advice]:
    if verb_of(line) == b"AUTH" and state.security is Security.PLAIN:
        yield Advice(
            Severity.DANGER,
            "not encrypted: anyone on the way can read the password; STARTTLS first",
            "RFC 4954 4",
        )


def _shape(line: bytes, state: State) -> Iterator[Advice]:
    if line and line != line.strip():
        yield Advice(
            Severity.NOTE,
            "a space at the beginning or end is sent too",
            "RFC 5321 4.1.1",
            line.strip(),
        )
    if _HEADER.match(line):
        yield Advice(
            Severity.WARNING, "this looks like message text; DATA comes first", "RFC 5321 3.3"
        )
    elif not line.isascii() and "SMTPUTF8" not in state.extensions:
        yield Advice(
            Severity.WARNING,
            "characters beyond ASCII, and the server does not offer SMTPUTF8",
            "RFC 6531 3.3",
        )
    verb = verb_of(line)
    if verb in (b"EHLO", b"HELO", b"LHLO") and len(line.split()) < 2:
        known = lookup(line)
        yield Advice(Severity.WARNING, "a name is missing", known.rfc if known else "")
