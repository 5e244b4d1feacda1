"""Notes on replies as particular servers give them: what they mean there and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from smtp_tui.sasl.mechanisms import MECHANISMS, Secret
from smtp_tui.smtp.state import Security, State
from smtp_tui.smtp.visible import decode

_READ = 2048
"""Octets of a reply's text that notes are compared with."""
_LINES = 32
_MOST = 3

# How closely a note fits, added up. Without a text to go by, one that names some fits perhaps.
_PERHAPS, _BY_CODE, _BY_PLACE, _BY_STATUS, _BY_TEXT = 1, 2, 3, 8, 16


class When(Enum):
    """How the session must stand for a note to make sense."""

    IN_CLEAR = "in-clear"
    ENCRYPTED = "encrypted"
    SIGNED_IN = "signed-in"
    NOT_SIGNED_IN = "not-signed-in"


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of one reply beyond its codes; fits when all it names fits.

    ``provider`` is who answers so, "" for many. ``hint`` is it in a few words, ``meaning`` and
    ``todo`` in full; ``source`` is the document it is from, ``url`` where that is.
    ``secret`` is what the refused mechanism needs to know, None where that does not matter.
    ``action`` is the id of what the workbench can do about it, ``line`` a command to send.
    """

    hint: str
    meaning: str
    todo: str
    source: str
    url: str = ""
    provider: str = ""
    action: str = ""
    line: str = ""
    codes: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    when: When | None = None
    secret: Secret | None = None


def fitting(
    code: int | None,
    enhanced: str | None,
    lines: Sequence[bytes],
    verb: str = "",
    state: State | None = None,
    mechanism: str = "",
) -> tuple[Note, ...]:
    """The notes that fit a reply, the closest first, at most three.

    What is not known of the reply (None, "" or no text) rules no note out that its enhanced
    status code or its text points to. With a text, notes of codes alone give way to closer ones.
    A mechanism that is not known is taken for one with a password, as most are.
    """
    text = _folded(lines, enhanced)
    known = MECHANISMS.get(mechanism.upper())
    secret = known.secret if known is not None else Secret.PASSWORD
    found = sorted(
        (
            (closeness, note)
            for note in _candidates(code)
            if note.secret in (None, secret)
            and (closeness := _closeness(note, code, enhanced, text, verb, state))
        ),
        key=lambda each: -each[0],
    )
    least = min(found[0][0], _BY_TEXT) if found and text else 0
    by_hint: dict[str, Note] = {}
    for closeness, note in found:
        if closeness >= least:
            by_hint.setdefault(note.hint, note)  # the closest says it; another would repeat it
    return tuple(by_hint.values())[:_MOST]


def _folded(lines: Sequence[bytes], enhanced: str | None) -> str:
    """The text in lower case without its enhanced status code; "" where nothing is said."""
    text = decode(b" ".join(line[:_READ] for line in lines[:_LINES])[:_READ]).lower()
    return (text.replace(enhanced, "") if enhanced else text).strip(" .…")


def _candidates(code: int | None) -> Iterator[Note]:
    if code is None:
        yield from notes()
    else:
        yield from _by_code().get(code, ())
        yield from _by_code().get(0, ())


def _closeness(
    note: Note, code: int | None, enhanced: str | None, text: str, verb: str, state: State | None
) -> int:
    """How closely a note fits; 0: it does not."""
    same_status = enhanced is not None and enhanced in note.enhanced
    by_text = any(_stands(each, text) for each in note.text)
    if code is None and (not same_status or (note.provider and not text)):
        return 0  # a bare enhanced status code: nobody knows whose it is
    if note.enhanced and not same_status and (enhanced is not None or not by_text):
        return 0
    if note.verbs and (verb not in note.verbs if verb else not (by_text or same_status)):
        return 0
    if note.when is not None and state is not None and not holds(note.when, state):
        return 0
    if note.text and not by_text:
        return _PERHAPS if same_status and not text else 0
    return (
        _BY_CODE
        + (_BY_TEXT if by_text else 0)
        + (_BY_STATUS if same_status else 0)
        + (_BY_PLACE if note.verbs and verb else 0)
        + (_BY_PLACE if note.when is not None and state is not None else 0)
    )


def _stands(pattern: str, text: str) -> bool:
    """Whether the parts of a pattern between its * stand in a text, in that order."""
    position = 0
    for part in pattern.split("*"):
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def holds(when: When, state: State) -> bool:
    """Whether a session stands so."""
    match when:
        case When.IN_CLEAR:
            return state.security is Security.PLAIN
        case When.ENCRYPTED:
            return state.security is Security.TLS
        case When.SIGNED_IN:
            return state.identity is not None
        case When.NOT_SIGNED_IN:
            return state.identity is None


@cache
def notes() -> tuple[Note, ...]:
    """All notes, in the order of their table."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "provider_notes.toml"
    return tuple(_note(row) for row in tomllib.loads(file.read_text("utf-8"))["note"])


def _note(row: Mapping[str, Any]) -> Note:
    return Note(
        hint=row["hint"],
        meaning=row["meaning"],
        todo=row["todo"],
        source=row["source"],
        url=row.get("url", ""),
        provider=row.get("provider", ""),
        action=row.get("action", ""),
        line=row.get("line", ""),
        codes=tuple(row.get("codes", ())),
        enhanced=tuple(row.get("enhanced", ())),
        text=tuple(row.get("text", ())),
        verbs=tuple(row.get("verbs", ())),
        when=When(row["when"]) if "when" in row else None,
        secret=Secret(row["secret"]) if "secret" in row else None,
    )


@cache
def _by_code() -> Mapping[int, tuple[Note, ...]]:
    """The notes by code, in their order; 0 has those that name none."""
    table: dict[int, list[Note]] = {}
    for note in notes():
        for code in note.codes or (0,):
            table.setdefault(code, []).append(note)
    return {code: tuple(rows) for code, rows in table.items()}
