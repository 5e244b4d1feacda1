"""Doubts about the verb: misspelt, not offered by this server, or no command at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.commands import verb_of, verbs
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Security, State

_HEADER = re.compile(
    rb"(Subject|From|To|Cc|Bcc|Date|Reply-To|Message-ID|Received|Content-Type|MIME-Version):",
    re.IGNORECASE,
)
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
    verb = verb_of(line)
    if _HEADER.match(line) or verb == b".":
        yield Advice(
            Severity.WARNING, "this looks like message text; DATA comes first", "RFC 5321 3.3"
        )
    elif verb in verbs():
        yield from _offered(verb, line, state)
    elif verb and (meant := _meant(verb)):
        yield Advice(
            Severity.WARNING,
            f"is {meant.decode()} meant?",
            "RFC 5321 4.1.1",
            meant + line.lstrip()[len(verb) :],
        )


def _offered(verb: bytes, line: bytes, state: State) -> Iterator[Advice]:
    needed = _NEEDS.get(verb)
    if state.hello is None or needed is None:
        return
    if needed not in state.extensions:
        if verb != b"STARTTLS" or state.security is Security.PLAIN:
            yield Advice(Severity.WARNING, f"the server does not offer {needed}", verbs()[verb].rfc)
        return
    words = line.split(None, 2)
    offered = state.extensions.mechanisms
    if verb == b"AUTH" and len(words) > 1 and offered:
        mechanism = words[1].decode("ascii", "replace").upper()
        if mechanism not in offered and not any(each.startswith(mechanism) for each in offered):
            yield Advice(
                Severity.WARNING,
                f"the server offers {', '.join(offered[:6])}",
                "RFC 4954 4",
            )


def _meant(verb: bytes) -> bytes | None:
    """The known verb that differs by one slip of the fingers."""
    return next((known for known in verbs() if len(known) > 3 and _is_slip(verb, known)), None)


def _is_slip(typed: bytes, meant: bytes) -> bool:
    """Whether one octet is missing, too many or wrong, or two stand the other way round."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = 0
    while same < min(len(typed), len(meant)) and typed[same] == meant[same]:
        same += 1
    rest, right = typed[same:], meant[same:]
    if typed == meant[: len(typed)]:  # not finished yet
        return False
    return (
        rest[1:] == right[1:]
        or rest[1:] == right
        or rest == right[1:]
        or (rest[:2] == right[1::-1] and len(right) > 1 and rest[2:] == right[2:])
    )
