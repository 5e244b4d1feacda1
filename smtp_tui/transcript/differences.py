"""Where the replies of a play differ from the ones a script expects: in code, or only in text."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript.course import Check
from smtp_tui.transcript.masking import Veil


@dataclass(frozen=True, slots=True)
class Difference:
    """One reply that is not as it was; ``lines`` begin with ``-`` (expected), ``+`` (came), " "."""

    number: int
    lines: tuple[str, ...]


def difference(check: Check, reply: smtp.Reply | smtp.Unsolicited, veil: Veil) -> Difference | None:
    """What differs, safe in any terminal; None where nothing does.

    A reply expected without text differs by its code alone.
    """
    wanted = check.expected
    if check.met and not any(wanted.texts):
        return None
    pattern = str(reply.code) if check.met else wanted.pattern
    before = _lines(pattern, wanted.texts, veil)
    after = _lines(str(reply.code), reply.lines, veil)
    if not any(wanted.texts):
        return Difference(wanted.number, (f"- {before[0]}", *(f"+ {line}" for line in after)))
    lines = tuple(
        line for line in difflib.ndiff(before, after, None, None) if not line.startswith("?")
    )
    return Difference(wanted.number, lines) if before != after else None


def _lines(code: str, texts: tuple[bytes, ...], veil: Veil) -> list[str]:
    shown = [veil.visible(text) for text in texts]
    marks = ["-"] * (len(shown) - 1) + [" "]
    return [f"S: {code}{mark}{text}".rstrip() for mark, text in zip(marks, shown, strict=True)]
