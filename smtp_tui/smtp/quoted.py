"""Replies as people paste them: out of logs, mails and other programs' output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.replies import enhanced_status

_LINES = 10_000
_LONGEST = 2048
"""Characters read of one line."""

TIME = r"\s*(?:[0-9]+\.[0-9]+\s+)?"
"""What may stand in front of a line of a transcript."""
_SERVER = re.compile(
    TIME + r"(?:S:|S\s[✓✗]?|[<~=*-]{1,4}[*>]{0,2})?\s{0,8}([2-5][0-9]{2})(?:([ -])(.*))?$"
)
_CLIENT = re.compile(TIME + r"(?:C:|C\s|[*]?[~*-]>|>{1,3})\s{0,8}(\S.*)$")
REMARK = re.compile(TIME + r"(?:={3}|[*]{3}|[*]:|[*#!]\s)")
"""What the program that wrote a transcript says itself, also in a script."""
_CODE_INSIDE = re.compile(r"(?<![0-9A-Za-z.#:])([2-5][0-9]{2})(?=[ ,-])(?:, ?b?['\"])?[ -]?(.*)")
_STATUS_INSIDE = re.compile(r"(?<![0-9A-Za-z.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A reply found in a text: its codes, the texts after them, and what it answers if seen.

    ``code`` is None for a bare enhanced status code. ``codes`` are all that its lines begin with.
    """

    code: int | None
    enhanced: str | None
    lines: tuple[bytes, ...] = ()
    verb: bytes = b""
    codes: tuple[int, ...] = ()


def find(text: str) -> Quoted | None:
    """The first refusal in a text, else the first reply; None when there is no code in it.

    Reads reply lines with or without a mark of who speaks before them, a code within a sentence,
    a bare code and a bare enhanced status code. Reads at most 10,000 lines, of each the head.
    """
    lines = [line[:_LONGEST] for line in text.splitlines()[:_LINES]]
    lines = [line for line in lines if not REMARK.match(line)] or lines
    replies = _replies(lines) or list(_inside(lines))
    refusals = (each for each in replies if each.code is not None and each.code >= 400)
    return next(refusals, replies[0] if replies else None)


def _replies(lines: Iterable[str]) -> list[Quoted]:
    found: list[Quoted] = []
    verb = b""
    parts: list[tuple[int, bytes]] = []
    for line in lines:
        server = _SERVER.match(line)
        if server is not None:
            parts.append((int(server[1]), _octets(server[3] or "")))
            if server[2] == "-":
                continue
        elif (client := _CLIENT.match(line)) is not None:
            verb = verb_of(_octets(client[1]))
        if parts:
            found.append(_reply(parts, verb))
            parts = []
    return [*found, _reply(parts, verb)] if parts else found


def _reply(parts: list[tuple[int, bytes]], verb: bytes) -> Quoted:
    texts = tuple(text for _, text in parts)
    codes = tuple(code for code, _ in parts)
    return Quoted(codes[-1], enhanced_status(texts[0]), texts, verb, codes)


def _inside(lines: Iterable[str]) -> Iterator[Quoted]:
    """Codes within sentences, one a line; at the end the first of the bare enhanced ones."""
    status: Quoted | None = None
    for line in lines:
        found = _STATUS_INSIDE.search(line)
        enhanced = found[1] if found is not None else None
        if (code := _CODE_INSIDE.search(line)) is not None:
            number = int(code[1])
            yield Quoted(number, enhanced, (_octets(code[2]),), b"", (number,))
        elif status is None and enhanced is not None:
            status = Quoted(None, enhanced, (_octets(line),))
    if status is not None:
        yield status


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "replace")
