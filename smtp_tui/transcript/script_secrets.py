"""Which octets of a script's own lines are credentials, as where a password was written out."""

from __future__ import annotations

from collections.abc import Mapping

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.events import Span
from smtp_tui.transcript.placeholders import names_in
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Script

_CHALLENGE = 334


def hidden(script: Script) -> Mapping[int, tuple[Span, ...]]:
    """The spans by the place of the step; placeholders are no secrets, and message text has none.

    A line behind AUTH counts as an answer unless its verb is a known one.
    """
    found: dict[int, tuple[Span, ...]] = {}
    exchanging = challenged = False
    for place, step in enumerate(script.steps):
        match step:
            case ExpectedReply():
                challenged = exchanging and step.matches(_CHALLENGE)
                exchanging = challenged
            case ClientLine(line=line, kind=Kind.COMMAND):
                if challenged:
                    spans = secrets.in_response(line)
                elif exchanging:
                    spans = secrets.in_line_behind_auth(line)
                else:
                    spans = secrets.in_command(line)
                exchanging = challenged or exchanging or verb_of(line) == b"AUTH"
                challenged = False
                if spans and next(names_in(line), None) is None:
                    found[place] = spans
    return found
