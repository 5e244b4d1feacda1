"""What is doubtful about a user name or password as it was typed or pasted into a field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

_FIXES_IN_A_ROW = 8

_NO_BREAK = "\u00a0\u2007\u202f"
_SPACE = f" \t\r\n{_NO_BREAK}"
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_NO_BREAK_SPACE = re.compile(f"[{_NO_BREAK}]")
_QUOTES = str.maketrans("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f", "''''\"\"\"\"")
_APP_PASSWORD = re.compile(f"[ {_NO_BREAK}]?".join(["[a-z]{4}"] * 4))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Field(Enum):
    """Which field a remark is about; the value is what it is called in a sentence."""

    USER = "user name"
    PASSWORD = "password"  # noqa: S105 - the name of the field


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence on the field ``about``; ``fix`` is its text without the fault, if sure."""

    about: Field
    sentence: str
    fix: str | None = field(default=None, repr=False)


def remarks(user: str, password: str) -> tuple[Remark, ...]:
    """What may be wrong with both fields; empty fields get no remark. Never raises."""
    return (*_on(Field.USER, user), *_on(Field.PASSWORD, password))


def mended(where: Field, text: str) -> str:
    """The field's text with every fix applied."""
    for _ in range(_FIXES_IN_A_ROW):
        fix = next((remark.fix for remark in _on(where, text) if remark.fix is not None), None)
        if fix is None:
            break
        text = fix
    return text


def _on(where: Field, text: str) -> Iterator[Remark]:
    if not text:
        return
    what = where.value
    for judge in (_ends, _app_password, _unseen, _quotes, _controls, _brackets, _beyond_ascii):
        for sentence, fix in judge(where, text):
            yield Remark(where, sentence.format(what=what), fix or None)


_Judgements = Iterator[tuple[str, str | None]]


def _ends(where: Field, text: str) -> _Judgements:
    without = text.rstrip(_SPACE)
    if text.endswith(("\r", "\n")):
        yield "The {what} ends with a line end, which came along when it was pasted.", without
    elif without != text:
        yield "The {what} ends with a space.", without
    if text.lstrip(_SPACE) != text:
        yield "The {what} begins with a space.", text.lstrip(_SPACE)


def _app_password(where: Field, text: str) -> _Judgements:
    if where is Field.PASSWORD and len(text) > 16 and _APP_PASSWORD.fullmatch(text):
        yield (
            "The {what} looks like a Google app password with the spaces it is shown with:"
            " it is sixteen letters without spaces.",
            "".join(letter for letter in text if letter.isalpha()),
        )


def _unseen(where: Field, text: str) -> _Judgements:
    if _ZERO_WIDTH.search(text):
        yield (
            "The {what} holds a character without width, which nobody can see.",
            _ZERO_WIDTH.sub("", text),
        )
    if _NO_BREAK_SPACE.search(text.strip(_NO_BREAK)):
        yield (
            "The {what} holds a no-break space, which only looks like a space.",
            _NO_BREAK_SPACE.sub(" ", text),
        )


def _quotes(where: Field, text: str) -> _Judgements:
    straight = text.translate(_QUOTES)
    if straight != text:
        yield "The {what} holds curly quotes: a text program may have made them.", straight


def _controls(where: Field, text: str) -> _Judgements:
    inside = text.strip(" \t\r\n")
    if "\0" in inside:
        yield "The {what} holds a NUL, which PLAIN cannot carry.", None
    elif _CONTROL.search(inside):
        yield "The {what} holds a control character.", None


def _brackets(where: Field, text: str) -> _Judgements:
    if where is Field.USER and re.fullmatch(r"<[^<>]+>", text):
        yield "The {what} stands in angle brackets, as in MAIL FROM, but not here.", text[1:-1]


def _beyond_ascii(where: Field, text: str) -> _Judgements:
    rest = (
        _ZERO_WIDTH.sub("", text).translate(_QUOTES).translate(dict.fromkeys(map(ord, _NO_BREAK)))
    )
    if rest.isascii():
        return
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        yield (
            "The {what} holds letters whose accents are characters of their own;"
            " most servers store them composed.",
            composed,
        )
    else:
        yield (
            "The {what} is not ASCII: it goes out as UTF-8, and an older server may have stored"
            " it in another encoding.",
            None,
        )
