"""EHLO keywords: parsed arguments and what each means to a person (RFC 5321 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from smtp_tui.smtp.amounts import whole_number
from smtp_tui.smtp.arguments import in_words
from smtp_tui.smtp.keywords import keywords

_OLD_FORM = ("AUTH", "X-EXPS")
"""Keywords that old servers join to their first argument, and old clients read so."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One line of an EHLO reply: ``keyword`` in upper case, its ``arguments``, and the octets."""

    keyword: str
    arguments: tuple[str, ...]
    raw: bytes

    @property
    def legacy(self) -> bool:
        """Whether the line has the form ``AUTH=LOGIN`` of servers older than RFC 2554."""
        return self.raw.lstrip().upper().startswith(f"{self.keyword}=".encode("latin-1", "replace"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known of a keyword: one line for a person, and the document that defines it."""

    text: str
    rfc: str


class Extensions(Mapping[str, Extension]):
    """The capabilities of a server, by upper-case keyword; look-ups ignore case, bytes will do.

    ``entries`` keeps every line in its order, duplicates included; the mapping gives the first of
    each, with ``AUTH`` arguments of all its lines (and of the ``AUTH=`` form) together. A line
    without a keyword has the keyword "". The lines are read when somebody looks.
    """

    __slots__ = ("_entries", "_lines", "_mapping")

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._lines = tuple(lines)
        self._entries: tuple[Extension, ...] | None = None
        self._mapping: Mapping[str, Extension] | None = None

    @property
    def entries(self) -> tuple[Extension, ...]:
        """Every line, in its order."""
        if self._entries is None:
            self._entries = tuple(map(_entry, self._lines))
        return self._entries

    @property
    def _by_keyword(self) -> Mapping[str, Extension]:
        if self._mapping is None:
            self._mapping = _mapping(self.entries)
        return self._mapping

    def __getitem__(self, keyword: object) -> Extension:
        return self._by_keyword[_normal(keyword)]

    def __contains__(self, keyword: object) -> bool:
        return _normal(keyword) in self._by_keyword

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_keyword)

    def __len__(self) -> int:
        return len(self._by_keyword)

    def __hash__(self) -> int:
        return hash(self._lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Extensions) and self._lines == other._lines

    def __repr__(self) -> str:
        return f"Extensions({', '.join(self._by_keyword)})"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms offered, in upper case (RFC 4954 3)."""
        auth = self._by_keyword.get("AUTH")
        return tuple(argument.upper() for argument in auth.arguments) if auth else ()

    @property
    def size(self) -> int | None:
        """The largest message in octets (RFC 1870 4); None when not said or without a limit."""
        entry = self._by_keyword.get("SIZE")
        if entry is None or not entry.arguments:
            return None
        return whole_number(entry.arguments[0]) or None


def parse(lines: Iterable[bytes]) -> Extensions:
    """The capabilities in the texts of an EHLO reply, whose first line is the server's name."""
    rest = iter(lines)
    next(rest, None)
    return Extensions(rest)


def meaning(extension: Extension) -> Meaning | None:
    """What a keyword means to a person, its arguments made human; None when it is unknown."""
    known = keywords().get(extension.keyword)
    if known is None:
        return None
    words = in_words(extension.keyword, extension.arguments) or known.text
    if extension.legacy:
        words = f"{words}, the old {extension.keyword}= form"
    return Meaning(words, known.rfc)


def _mapping(entries: Iterable[Extension]) -> Mapping[str, Extension]:
    by_keyword: dict[str, Extension] = {}
    mechanisms: dict[str, None] = {}
    for entry in entries:
        by_keyword.setdefault(entry.keyword, entry)
        if entry.keyword == "AUTH":
            mechanisms |= dict.fromkeys(entry.arguments)
    if (auth := by_keyword.get("AUTH")) is not None:
        by_keyword["AUTH"] = Extension("AUTH", tuple(mechanisms), auth.raw)
    return by_keyword


def _entry(line: bytes) -> Extension:
    keyword, *arguments = line.decode("latin-1").split() or [""]
    name, equals, first = keyword.partition("=")
    if equals and name.upper() in _OLD_FORM:
        return Extension(name.upper(), (*([first] if first else []), *arguments), line)
    return Extension(keyword.upper(), tuple(arguments), line)


def _normal(keyword: object) -> str:
    if isinstance(keyword, bytes):
        return keyword.decode("latin-1").upper()
    return keyword.upper() if isinstance(keyword, str) else ""
