"""Doubts about the verb: misspelt, not offered, with the wrong arguments, or no command at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from smtp_tui.smtp.commands import GREETING_COMMANDS, Verb, verb_of, verbs
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.doubts.slips import is_slip
from smtp_tui.smtp.paths import head
from smtp_tui.smtp.state import Security, State

_HEADER = re.compile(
    rb"[A-Za-z][A-Za-z0-9-]*:(?=\s|\Z)"
    rb"|(?:Subject|From|To|Cc|Bcc|Date|Reply-To|Message-ID|Received|X-[A-Za-z0-9-]+):",
    re.IGNORECASE,
)
_PROSE = re.compile(rb"\S+(?:\s+\S+){2,}|[A-Za-z]+,\s*\Z|[A-Za-z]+(?:\s+[A-Za-z]+)+[,.!?]?\s*\Z")
_GREETING = re.compile(rb"(?:HELLO|HALLO|HI|HEY)\b[\s,!]*(\S*)\s*(.*)", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(rb"(?:C:|>{1,3}|[-~=]>)\s+")
"""What logs of other programs write before a line that was sent."""
_PATH_WORD = re.compile(rb"\s+(?:FROM|TO)\b|\s*[A-Z]*\s*:|\s*<", re.IGNORECASE)
_NEEDS = {
    b"STARTTLS": "STARTTLS",
    b"AUTH": "AUTH",
    b"BDAT": "CHUNKING",
    b"BURL": "BURL",
    b"ETRN": "ETRN",
    b"ATRN": "ATRN",
    b"XCLIENT": "XCLIENT",
    b"XFORWARD": "XFORWARD",
}
"""Verbs that only an extension brings."""


def doubts(line: bytes, state: State) -> Iterator[Advice]:
    """What is doubtful about a line as a command."""
    verb, line = verb_of(line), line.lstrip()
    known = verbs().get(verb)
    if known is not None:
        yield from _offered(verb, known, state)
        yield from _arguments(known, line[len(verb) :])
    elif not verb or verb.decode("latin-1") in state.extensions or head(line) is not None:
        return
    elif (mark := _MARK.match(line)) and verb_of(line[mark.end() :]) in verbs():
        words = "the mark before the command is part of a log; it is sent too"
        yield Advice(Severity.WARNING, words, "RFC 5321 4.1.1", line[mark.end() :])
    elif _HEADER.match(line) or verb == b".":
        words = "this looks like message text; DATA comes first"
        yield Advice(Severity.WARNING, words, "RFC 5321 3.3")
    elif (greeting := _GREETING.fullmatch(line)) is not None:
        yield _greeting(greeting)
    elif (meant := _meant(verb, line[len(verb) :])) is not None:
        yield meant
    elif _PROSE.match(line) and not line[: len(verb)].isupper():
        words = "no command of that name is known; message text comes after DATA"
        yield Advice(Severity.NOTE, words, "RFC 5321 3.3")


def _offered(verb: bytes, known: Verb, state: State) -> Iterator[Advice]:
    needed = _NEEDS.get(verb)
    if state.hello is None or needed is None or needed in state.extensions:
        return
    if verb != b"STARTTLS" or state.security is Security.PLAIN:
        yield Advice(Severity.WARNING, f"the server does not offer {needed}", known.rfc)


def _arguments(known: Verb, behind: bytes) -> Iterator[Advice]:
    given = behind.strip()
    if known.alone and given:
        yield Advice(
            Severity.WARNING,
            f"nothing may follow {known.name}: 501 is to be expected",
            known.rfc,
            known.name.encode(),
        )
    elif known.arguments and not _fits(known.arguments, given):
        severity = Severity.WARNING if given else Severity.NOTE
        yield Advice(severity, f"{known.name} wants {known.wants}", known.rfc)


def _fits(form: str, given: bytes) -> bool:
    return re.fullmatch(form.encode(), given, re.IGNORECASE | re.DOTALL) is not None


def _greeting(found: re.Match[bytes]) -> Advice:
    """Somebody says hello: to the server, which EHLO is for, or in the text of a message."""
    name, more = found.groups()
    certain = b"." in name and name[-1:].isalnum() and not more
    return Advice(
        Severity.WARNING,
        "EHLO <name> greets a server; message text comes after DATA",
        "RFC 5321 4.1.1.1",
        b"EHLO " + name if certain else None,
    )


# What is meant by a word that is no verb


def _meant(verb: bytes, behind: bytes) -> Advice | None:
    """The verb that is meant; certain if only one can be and what follows goes with it."""
    other = _others().get(verb)
    near = [each for each in verbs() if len(each) > 3 and is_slip(verb, each)]
    fitting = [each for each in near if _goes_with(each, behind)]
    meant = other or (fitting[0] if len(fitting) == 1 else None)
    if meant is None:
        return None
    certain = _goes_with(meant, behind)
    return Advice(
        Severity.WARNING,
        f"is {meant.decode()} meant?",
        "RFC 5321 4.1.1",
        meant + behind if certain else None,
    )


@cache
def _others() -> Mapping[bytes, bytes]:
    """The words of other programs, and the verb that is meant by each."""
    return {word.encode(): name for name, verb in verbs().items() for word in verb.also}


def _goes_with(verb: bytes, behind: bytes) -> bool:
    """Whether what stands behind a word could follow the verb."""
    if not behind.strip():
        return True
    if verb in (b"MAIL", b"RCPT"):
        return _PATH_WORD.match(behind) is not None
    if verb in GREETING_COMMANDS:
        return len(behind.split()) == 1
    known = verbs()[verb]
    return not known.alone and (not known.arguments or _fits(known.arguments, behind.strip()))
