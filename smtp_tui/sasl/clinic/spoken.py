"""Text out of a transcript: who said which line, and which of them one AUTH exchange is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from smtp_tui.sasl.diagnosis import Finding, note
from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.commands import verb_of, verbs
from smtp_tui.smtp.quoted import REMARK, TIME

_LEAD = re.compile(
    TIME + r"(?:(?P<who>[CS])(?::\s*|\s+)[✓✗]?\s*|[-=~*]*>+\s*|(?P<server><[-=~*]*)\s*)?"
)
_REPLY = re.compile(r"([2-5])[\dxX]{2}(?:[ -]|$)")
_REMARK = re.compile(rf"{REMARK.pattern}|{TIME}[{{}}] \[")  # curl counts octets so
_AUTH = re.compile(r"AUTH(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The client's lines without their marks, the server's if there are no others.

    Of a transcript these are the lines of one AUTH exchange, from its AUTH on.
    """

    lines: tuple[str, ...] = field(repr=False)
    from_server: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its mark; ``reply`` is the first digit of its code, "" if there is none."""

    text: str = field(repr=False)
    by_server: bool = False
    reply: str = ""


@dataclass(slots=True)
class _Exchange:
    """The client's lines, those behind each challenge together; the first begins with AUTH."""

    answers: list[list[str]] = field(repr=False)
    refused: bool = False


def read(text: str) -> Spoken:
    """What was said in a text: bare strings, one AUTH line, or a transcript with one in it.

    Of several exchanges it is the first that was refused, or else the first.
    """
    lines = list(_lines(text))
    exchanges = _exchanges(lines)
    if exchanges:
        chosen = next((each for each in exchanges if each.refused), exchanges[0])
        return _one_of(exchanges, chosen)
    client = tuple(line.text for line in lines if not line.by_server)
    if _is_session(lines):
        return Spoken(())  # in which nobody signs in
    server = tuple(line.text for line in lines if line.by_server)
    return Spoken(client) if client or not server else Spoken(server, from_server=True)


def _lines(text: str) -> Iterator[_Line]:
    """All lines that client or server said; notes of the program that wrote them are left out."""
    for line in text.splitlines():
        if not line.strip() or _REMARK.match(line):
            continue
        lead = _LEAD.match(line)
        rest = line[lead.end() :] if lead is not None else line
        marked = lead is not None and (lead["who"] == "S" or lead["server"] is not None)
        if (reply := _REPLY.match(rest)) is not None:
            yield _Line(rest[reply.end() :], by_server=True, reply=reply[1])
        elif rest.strip() or marked:
            yield _Line(rest, by_server=marked)


def _is_session(lines: Sequence[_Line]) -> bool:
    """Whether there are commands with arguments, or whatever a tool printed, among replies."""
    said = [line.text for line in lines if not line.by_server and len(line.text.split()) > 1]
    answered = any(line.reply == "2" for line in lines)
    return bool(said) and (answered or any(map(_is_command, said)))


def _exchanges(lines: Iterable[_Line]) -> list[_Exchange]:
    """Every AUTH with what was said behind it, up to its reply or the next command."""
    found: list[_Exchange] = []
    going_on = False
    for line in lines:
        if not line.by_server and _AUTH.match(line.text):
            found.append(_Exchange([[line.text]]))
            going_on = True
        elif not going_on:
            continue
        elif line.reply == "3":
            found[-1].answers.append([])
        elif line.reply:
            found[-1].refused = line.reply in "45"
            going_on = False
        elif not line.by_server:
            going_on = not _is_command(line.text)
            if going_on:
                found[-1].answers[-1].append(line.text)
    return found


def _is_command(line: str) -> bool:
    return verb_of(line.encode("utf-8", "replace")) in verbs()


def _one_of(exchanges: Sequence[_Exchange], chosen: _Exchange) -> Spoken:
    findings: list[Finding] = []
    if len(exchanges) > 1:
        which = "the first that was refused" if chosen.refused else "the first"
        findings.append(note(f"There are {len(exchanges)} AUTH exchanges in it; this is {which}."))
    answers = [answer for answer in chosen.answers if answer]
    command, *more = answers[0]
    words = command.split()
    if words[1:] and words[1].upper() != "LOGIN":
        begun = len(words) > 2 or bool(more)  # the string stands behind AUTH, not in an answer
        taken = answers[: 1 if begun else 2]
        if len(answers) > len(taken):
            several = counted(len(answers) - (not begun), "answer")
            findings.append(note(f"The exchange has {several}; this is the first."))
        answers = taken
    lines = tuple(line for answer in answers for line in answer)
    return Spoken(lines, findings=tuple(findings))
