"""A query: which lines of a transcript are wanted, as it is typed behind ``/``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smtp_tui.smtp.events import Span
from smtp_tui.transcript.expression import Expression, ExpressionError
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.runs import text

SYNTAX = "words · C S * ! · 4xx 5xx · /regex/ · -not"
"""What can be typed, as short as can be."""

_WORD = re.compile(
    r"""(?P<not>-?)
    (?: /(?P<slashed>(?:[^/\\]|\\.)+)(?:/|$)
      | re:(?P<rest>.*)
      | "(?P<quoted>[^"]+)"?
      | (?P<plain>\S+) )""",
    re.VERBOSE,
)
_CODE = re.compile("[2-5](?:[0-9]x|xx)", re.IGNORECASE)
_LETTERS = frozenset("CS*!")
_LONGEST = 1000

QueryError = ExpressionError


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Lines with one letter before them."""

    letter: str

    def takes(self, record: Record, line: str) -> bool:
        return record.kind.letter == self.letter


@dataclass(frozen=True, slots=True)
class _Code:
    """Replies whose code begins so."""

    digits: bytes

    def takes(self, record: Record, line: str) -> bool:
        return record.kind is Kind.SERVER and record.raw.startswith(self.digits)


@dataclass(frozen=True, slots=True)
class _Words:
    """Lines with these words, in capitals or not."""

    pattern: re.Pattern[str]

    def takes(self, record: Record, line: str) -> bool:
        return self.pattern.search(line) is not None

    def spans(self, line: str) -> Iterable[Span]:
        return (match.span() for match in self.pattern.finditer(line))


@dataclass(frozen=True, slots=True)
class _Matching:
    """Lines in which an expression matches."""

    expression: Expression

    def takes(self, record: Record, line: str) -> bool:
        return self.expression.found(line)

    def spans(self, line: str) -> Iterable[Span]:
        return self.expression.spans(line)


_Term = _Speaker | _Code | _Words | _Matching


@dataclass(frozen=True, slots=True)
class Query:
    """What lines are wanted; ``source`` is what was typed.

    A line is wanted when it is of one of the ``speakers`` and has one of the ``codes``, where
    there are any, and all of ``texts`` and none of ``unwanted`` are on it. Words and expressions
    see what the screen shows: a secret is masked, so nobody can guess at it with them.
    """

    source: str
    speakers: tuple[_Speaker, ...] = ()
    codes: tuple[_Code, ...] = ()
    texts: tuple[_Words | _Matching, ...] = ()
    unwanted: tuple[_Term, ...] = ()

    def takes(self, record: Record) -> bool:
        """Whether the line is wanted; raises ``TooSlow`` for an expression that is."""
        for choice in (self.speakers, self.codes):
            if choice and not any(term.takes(record, "") for term in choice):
                return False
        if not self.texts and not self.unwanted:
            return True
        line = text(record)
        return all(term.takes(record, line) for term in self.texts) and not any(
            term.takes(record, line) for term in self.unwanted
        )

    def spans(self, line: str) -> list[Span]:
        """Where on a line, as it is shown, stand the words that were asked for."""
        found = (span for term in self.texts for span in term.spans(line))
        return sorted(span for span in found if span[0] < span[1])


def query(source: str) -> Query | None:
    """Read what was typed; None where that asks for nothing, ``QueryError`` where it is wrong.

    Words in quotes stand together and mean nothing but themselves. ``C``, ``S``, ``*`` and ``!``
    are the letters before the lines, ``4xx`` and ``55x`` the codes of replies, ``/…/`` and ``re:…``
    (to the end) regular expressions, and ``-`` before any of them turns it round.
    """
    if len(source) > _LONGEST:
        raise QueryError(f"a filter has at most {_LONGEST} characters")
    terms = [*_terms(source)]
    if not terms:
        return None
    wanted = [term for term, turned in terms if not turned]
    return Query(
        source.strip(),
        tuple(term for term in wanted if isinstance(term, _Speaker)),
        tuple(term for term in wanted if isinstance(term, _Code)),
        tuple(term for term in wanted if isinstance(term, _Words | _Matching)),
        tuple(term for term, turned in terms if turned),
    )


def _terms(source: str) -> Iterator[tuple[_Term, bool]]:
    """What is asked for, and whether it is not wanted."""
    for word in _WORD.finditer(source):
        turned = bool(word["not"])
        if word["rest"] == "":
            continue  # an expression is about to be typed
        if (expression := word["slashed"] or word["rest"]) is not None:
            yield _Matching(Expression(expression.replace(r"\/", "/"))), turned
        elif word["quoted"] is not None:
            yield _words(word["quoted"]), turned
        elif (plain := word["plain"]) in _LETTERS:
            yield _Speaker(plain), turned
        elif _CODE.fullmatch(plain):
            yield _Code(plain.lower().rstrip("x").encode()), turned
        else:
            yield _words(plain), turned


def _words(words: str) -> _Words:
    return _Words(re.compile(re.escape(words), re.IGNORECASE))
