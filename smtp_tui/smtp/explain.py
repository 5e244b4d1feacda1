"""What a reply means: its codes in words, what is known of such replies, and what to try next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smtp_tui.smtp import provider_notes, status_codes
from smtp_tui.smtp.provider_notes import Note
from smtp_tui.smtp.state import State
from smtp_tui.smtp.status_codes import BasicCode, EnhancedCode

ANSWERED = {
    "(greeting)": "a greeting",
    "(auth)": "the answer to a challenge",
    "(body)": "a message",
}
"""In words what a reply can answer that is not a command."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to try: a sentence, and the id of the action that does it or a command to send."""

    text: str
    action: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reply in words; all of them ours.

    ``basic`` is None where there is no code, ``status`` where there is no enhanced one. ``notes``
    are what is known of such replies, the closest first. ``contradictions`` are sentences about
    what does not go together. ``hint`` is the whole in a few words, "" when there is nothing to
    say that the reply does not.
    """

    basic: BasicCode | None
    status: EnhancedCode | None
    verb: str
    notes: tuple[Note, ...]
    contradictions: tuple[str, ...]
    suggestion: Suggestion | None
    hint: str

    @property
    def title(self) -> str:
        """Its codes, as ``535 5.7.8``."""
        code = str(self.basic.code) if self.basic is not None else ""
        return f"{code} {self.status.code if self.status is not None else ''}".strip()

    @property
    def outcome(self) -> str:
        """How it went, by the code, else by the enhanced status code."""
        known = self.basic or self.status
        return known.outcome if known is not None else ""

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Each of its codes with what it means and the document that says so."""
        rows: list[tuple[str, str]] = []
        if (basic := self.basic) is not None:
            text = basic.text or _unknown("No document gives this code a meaning", basic.about)
            rows.append((str(basic.code), f"{text} ({basic.rfc})" if basic.rfc else text))
        if (status := self.status) is not None:
            text = status.text or _unknown("Not a registered code", status.subject)
            rows.append((status.code, f"{text} ({status.rfc})" if status.rfc else text))
        return tuple(rows)


def explain(
    code: int | None,
    enhanced: str | None = None,
    lines: Sequence[bytes] = (),
    verb: bytes = b"",
    state: State | None = None,
    mechanism: str = "",
) -> Explanation:
    """What a reply means: code, enhanced status code, the texts of its lines (RFC 5321 4.2).

    ``verb`` is what it answers, as ``Command`` has it, b"" when that is not known; ``state`` the
    session as it stood; ``mechanism`` the one a sign-in used. Never raises; takes a time that does
    not grow with the lines.
    """
    name = verb.decode("latin-1").upper() if not verb.startswith(b"(") else verb.decode("latin-1")
    basic = status_codes.basic(code, name) if code is not None else None
    status = status_codes.enhanced(enhanced) if enhanced is not None else None
    notes: tuple[Note, ...] = ()
    if (code is None or code >= 400) and (basic or status):
        known = basic.code if basic is not None else None
        notes = provider_notes.fitting(known, enhanced, lines, name, state, mechanism)
    return Explanation(
        basic,
        status,
        name,
        notes,
        tuple(_contradictions(basic, status, verb, name)),
        _suggestion(notes),
        _hint(basic, status, notes),
    )


def _suggestion(notes: tuple[Note, ...]) -> Suggestion | None:
    for note in notes:
        if note.action or note.line:
            return Suggestion(note.todo, note.action, note.line)
    return Suggestion(notes[0].todo) if notes else None


def _hint(basic: BasicCode | None, status: EnhancedCode | None, notes: tuple[Note, ...]) -> str:
    if notes:
        return notes[0].hint
    if basic is not None and basic.code >= 400:
        if status is not None and status.text and not status.code.endswith(".0"):
            return status.text
        return basic.text
    return ""


def _unknown(words: str, about: str) -> str:
    about = about.removeprefix("about ")
    return f"{words}; it is about {about}." if about else f"{words}."


# What does not go together


def _contradictions(
    basic: BasicCode | None, status: EnhancedCode | None, verb: bytes, name: str
) -> Iterator[str]:
    if basic is None:
        return
    first = basic.code // 100
    if status is not None and first == 3:
        yield (
            f"A reply that begins with 3 carries no enhanced status code, this one has"
            f" {status.code} (RFC 2034)."
        )
    elif status is not None and str(first) != status.code[0]:
        short = basic.outcome.partition(":")[0]
        yield (
            f"{basic.code} and {status.code} contradict each other: the code means {short}, the"
            f" enhanced status code {status.outcome}. Mail programs go by the code (RFC 2034)."
        )
    if name and basic.only and name not in basic.only:
        answered = ANSWERED.get(name, name)
        yield (
            f"{basic.code} makes no sense as the answer to {answered}: the reply may belong to"
            f" another command."
        )
