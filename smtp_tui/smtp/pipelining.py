"""Pipelining: how a server will read several lines, and which of them may go out in one write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import lookup, verb_of
from smtp_tui.smtp.doubts.auth import is_answer
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.events import Span
from smtp_tui.smtp.state import Phase, State

_BDAT = re.compile(rb"BDAT[ \t]+([0-9]{1,18})", re.IGNORECASE)

LAST = {
    b"EHLO": "RFC 2920 3.1",
    b"LHLO": "RFC 2033 4.1",
    b"DATA": "RFC 2920 3.1",
    b"VRFY": "RFC 2920 3.1",
    b"EXPN": "RFC 2920 3.1",
    b"TURN": "RFC 2920 3.1",
    b"QUIT": "RFC 2920 3.1",
    b"NOOP": "RFC 2920 3.1",
    b"STARTTLS": "RFC 3207 4",
    b"AUTH": "RFC 4954 4",
}
"""The verbs that have to be the last of a group, and where that is said."""

_AS_ANSWER = Advice(
    Severity.WARNING,
    "no Base64: where AUTH asks for more, this goes out as the answer",
    "RFC 4954 4",
)


class Role(Enum):
    """As what a server reads a line, if it accepts those before it."""

    COMMAND = "command"
    ANSWER = "answer to a challenge"
    TEXT = "message text"
    END = "end of the message text"
    CHUNK = "octets of a chunk"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubtful about a group, and at which of its lines, counted from 0."""

    line: int
    advice: Advice


def roles(lines: Sequence[bytes], state: State) -> tuple[Role, ...]:
    """The role of each line (without its line end), sent one after another from this state on."""
    return tuple(_roles(lines, state))


def doubts(lines: Sequence[bytes], state: State) -> tuple[Doubt, ...]:
    """What is doubtful about sending these lines in one write, in their order (RFC 2920 3.1)."""
    if is_no_answer(lines, state):
        return (Doubt(0, _AS_ANSWER),)
    if len(lines) < 2:
        return ()
    found = roles(lines, state)
    commands = [index for index, role in enumerate(found) if role is Role.COMMAND]
    return tuple(_doubts(lines, commands, state))


def is_no_answer(lines: Sequence[bytes], state: State) -> bool:
    """Whether the server waits for an answer to its challenge, and the first line is none."""
    return state.phase is Phase.AUTH and bool(lines) and not is_answer(lines[0])


def group(lines: Sequence[bytes], state: State) -> int:
    """How many of the lines, from the first on, may go out in one write (RFC 2920 3.1).

    Message text counts up to its end, a chunk with its command. Without PIPELINING one command.
    """
    found = roles(lines, state)
    together = "PIPELINING" in state.extensions
    for index, role in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if following is Role.CHUNK:
            continue
        if role in (Role.END, Role.ANSWER) or following is None:
            return index + 1
        if role is Role.TEXT:
            continue
        if not together or (role is Role.COMMAND and verb_of(lines[index]) in LAST):
            return index + 1
    return 0


def hidden(lines: Sequence[bytes], state: State) -> tuple[tuple[Span, ...], ...]:
    """Which octets of each line are credentials."""
    found = zip(lines, roles(lines, state), strict=True)
    return tuple(
        secrets.in_response(line) if role is Role.ANSWER else secrets.in_command(line)
        for line, role in found
    )


def _roles(lines: Sequence[bytes], state: State) -> Iterator[Role]:
    text, answers, chunk = state.phase is Phase.BODY, state.phase is Phase.AUTH, 0
    asked = answers  # the first line answers, whatever it looks like
    for line in lines:
        if chunk > 0:
            chunk -= len(line) + 2
            yield Role.CHUNK
        elif text:
            text = line != b"."
            yield Role.TEXT if text else Role.END
        elif asked or (answers and lookup(line) is None):
            asked = False
            yield Role.ANSWER
        else:
            verb = verb_of(line)
            text, answers = verb == b"DATA", verb == b"AUTH"
            counted = _BDAT.match(line)
            chunk = int(counted[1]) if counted is not None else 0
            yield Role.COMMAND


def _doubts(lines: Sequence[bytes], commands: Sequence[int], state: State) -> Iterator[Doubt]:
    if len(commands) > 1 and "PIPELINING" not in state.extensions:
        yield Doubt(
            commands[1],
            Advice(
                Severity.WARNING,
                "without PIPELINING the server may lose lines",
                "RFC 2920 3.1",
            ),
        )
    for index in commands:
        verb = verb_of(lines[index])
        if verb not in LAST or index + 1 == len(lines):
            continue
        if verb == b"AUTH" and not is_answer(lines[index + 1]):
            yield Doubt(index + 1, _AS_ANSWER)
        elif verb == b"STARTTLS":
            what = "lines behind STARTTLS go out in the clear"
            yield Doubt(index, Advice(Severity.DANGER, what, LAST[verb]))
        else:
            yield Doubt(
                index,
                Advice(
                    Severity.WARNING,
                    f"{verb.decode()} has to be the last line of one write",
                    LAST[verb],
                ),
            )
