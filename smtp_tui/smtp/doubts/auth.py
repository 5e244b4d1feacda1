"""Doubts about signing in: what is offered, what is answered, and who can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Security, State
from smtp_tui.smtp.tokens import decoded

_RFC = "RFC 4954 4"
_PLACEHOLDER = re.compile(rb"\{[A-Za-z0-9_.-]*\}?")
_EQUALS = re.compile(rb"AUTH=", re.IGNORECASE)
_LISTED = 6


def doubts(line: bytes, state: State) -> Iterator[Advice]:
    """What is doubtful about an AUTH command; repeats nothing of what may be a password."""
    line = line.lstrip()
    if _EQUALS.match(line):
        text = "AUTH is followed by a space; AUTH= is how old servers list it"
        yield Advice(Severity.WARNING, text, _RFC, b"AUTH " + line[5:].lstrip(b"="))
    elif verb_of(line) == b"AUTH":
        words = line.split(None, 2)
        yield from _mechanism(words, state)
        if len(words) > 2 and not is_answer(words[2]):
            yield Advice(
                Severity.WARNING,
                "the initial response is no Base64: 501 is to be expected",
                _RFC,
                action="insert-token",
            )
        if state.security is Security.PLAIN:
            text = "not encrypted: anyone on the way can read the password; STARTTLS first"
            yield Advice(Severity.DANGER, text, _RFC)


def of_answer(line: bytes) -> Iterator[Advice]:
    """Of an answer to a challenge (RFC 4954 4)."""
    if not is_answer(line):
        yield Advice(
            Severity.WARNING,
            "this is no Base64: 501 is to be expected; * gives up",
            _RFC,
            action="insert-token",
        )


def is_answer(text: bytes) -> bool:
    """Whether a text can be an initial response or an answer, or stands for one (RFC 4954 4)."""
    text = text.strip()
    stands_for_it = text in (b"", b"*", b"=") or _PLACEHOLDER.fullmatch(text) is not None
    return stands_for_it or decoded(text) is not None


def _mechanism(words: list[bytes], state: State) -> Iterator[Advice]:
    offered = state.extensions.mechanisms
    if len(words) < 2:
        named = f", as AUTH {offered[0]}" if offered else ""
        yield Advice(Severity.NOTE, f"the mechanism is missing{named}", _RFC)
        return
    name = words[1].decode("ascii", "replace").upper()
    if not offered or name in offered:
        return
    if len(words) > 2 or not any(each.startswith(name) for each in offered):
        listed = ", ".join(offered[:_LISTED])
        yield Advice(Severity.WARNING, f"the server offers {listed}", _RFC)
