"""Credentials that are written out in a script: where they stand, and the script without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.events import Span
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.placeholders import PLACEHOLDERS, names_in
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Script, Step

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


def redacted(script: Script) -> Script:
    """The script with placeholders in place of its credentials; what repeats them is covered."""
    spans = hidden(script)
    if not spans:
        return script
    veil = Veil()
    steps: list[Step] = []
    mechanism, answers = "", 0
    for place, step in enumerate(script.steps):
        match step:
            case ClientLine(line=line):
                if verb_of(line) == b"AUTH":
                    mechanism, answers = secrets.mechanism_of(line), 0
                for start, end in reversed(spans.get(place, ())):
                    answers += 1
                    veil.learn(line[start:end], mechanism)
                    line = line[:start] + _placeholder(mechanism, answers) + line[end:]
                steps.append(replace(step, line=line))
            case ExpectedReply(texts=texts):
                steps.append(replace(step, texts=tuple(_covered(text, veil) for text in texts)))
            case _:
                steps.append(step)
    return Script(tuple(steps))


def _placeholder(mechanism: str, answer: int) -> bytes:
    name = mechanism
    if mechanism == "LOGIN":
        name = "LOGIN.user" if answer == 1 else "LOGIN.password"
    return f"{{{name if name in PLACEHOLDERS else 'secret'}}}".encode("ascii")


def _covered(text: bytes, veil: Veil) -> bytes:
    return veil.visible(text).encode("utf-8") if veil.hides(text) else text
