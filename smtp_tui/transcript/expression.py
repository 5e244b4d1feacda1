"""Regular expressions within bounds: some of them take years over a single line."""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from smtp_tui.smtp.events import Span

LONGEST = 500
"""Characters of an expression."""
PATIENCE = 0.025
"""Seconds of computing for one text."""

_TOO_MUCH = 0.2
_ON_AVERAGE = 0.0005
_MOST_SPANS = 200
_ESCAPED = re.compile(r"\\.", re.DOTALL)

T = TypeVar("T")


class ExpressionError(ValueError):
    """This is no expression that can be used; the message is one sentence about it."""


class TooSlow(ExpressionError):
    """The expression takes too long, on one text or on many."""

    def __init__(self) -> None:
        super().__init__("this expression takes too long: it can match in too many ways")


class Expression:
    """One regular expression; it ignores case unless it has capitals itself.

    ``found`` and ``spans`` raise ``TooSlow`` after 25 ms of computing on one text, or where 0.5 ms
    do not suffice on average. Python gives up a match when a signal's handler raises, and only the
    main thread gets signals: in other threads no expression can be made.
    """

    __slots__ = ("_pattern", "_spent", "_texts")

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise ExpressionError(f"an expression has at most {LONGEST} characters")
        self._pattern = _compiled(source)
        self._spent = 0.0
        self._texts = 0
        _alarm.prepare()

    def found(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        return self._timed(lambda: self._pattern.search(text) is not None)

    def spans(self, text: str) -> list[Span]:
        """Where it matches, the first 200 times."""
        matches = self._pattern.finditer
        return self._timed(lambda: [each.span() for each in islice(matches(text), _MOST_SPANS)])

    def _timed(self, search: Callable[[], T]) -> T:
        if self._spent > max(_TOO_MUCH, self._texts * _ON_AVERAGE):
            raise TooSlow
        result, took = _alarm.within(PATIENCE, search)
        self._texts += 1
        self._spent += took
        return result


def _compiled(source: str) -> re.Pattern[str]:
    letters = _ESCAPED.sub("", source)  # the capital of ``\\S`` is none
    ignore = re.IGNORECASE if letters == letters.lower() else re.NOFLAG
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may mean something else one day
            return re.compile(source, ignore)
    except re.error as error:
        place = f" at character {error.pos + 1}" if error.pos is not None else ""
        what = error.msg.partition(",")[0]  # "missing ), unterminated subpattern" says it twice
        raise ExpressionError(f"no regular expression: {what}{place}") from None
    except (RecursionError, OverflowError, ValueError):
        raise ExpressionError("this expression is too deep") from None


class _Alarm:
    """A signal after so many seconds of computing, heard only while somebody waits for it.

    The time is the process's own: a busy machine makes nobody impatient.
    """

    def __init__(self) -> None:
        self._awaited = False

    def prepare(self) -> None:
        try:
            signal.signal(signal.SIGVTALRM, self._ring)
        except ValueError:
            raise ExpressionError("expressions need the main thread") from None

    def within(self, seconds: float, what: Callable[[], T]) -> tuple[T, float]:
        """What a call gives, and the seconds it took; ``TooSlow`` when it does not end in time."""
        self._awaited = True
        left = 0.0
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            result = what()
        finally:
            self._awaited = False  # from here on a late signal means nothing
            left = signal.setitimer(signal.ITIMER_VIRTUAL, 0)[0]
        return result, seconds - left

    def _ring(self, *_: object) -> None:
        if self._awaited:
            raise TooSlow


_alarm = _Alarm()
