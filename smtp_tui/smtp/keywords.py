"""What is known of each EHLO keyword: meaning, purpose, examples, and what to type for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any


class Place(Enum):
    """Where something ready to be typed belongs."""

    COMMAND = "command"
    MAIL = "mail"
    RCPT = "rcpt"


@dataclass(frozen=True, slots=True)
class Insert:
    """A whole command, or a parameter of MAIL or RCPT, and in a few words what it does."""

    text: str
    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword: a line of ``text``, its document, and what its card says.

    ``mechanisms`` are words on SASL mechanisms that cannot be run here, by name.
    """

    name: str
    text: str
    rfc: str
    about: str
    examples: tuple[str, ...]
    inserts: tuple[Insert, ...]
    mechanisms: Mapping[str, str]


@cache
def keywords() -> Mapping[str, Keyword]:
    """Every known keyword by its upper-case name, in the order of the table."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "extensions.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    return {name: _keyword(name, row) for name, row in table.items()}


def _keyword(name: str, row: Mapping[str, Any]) -> Keyword:
    return Keyword(
        name=name,
        text=row["text"],
        rfc=row["rfc"],
        about=" ".join(row["about"].split()),
        examples=tuple(row["examples"]),
        inserts=tuple(_inserts(row)),
        mechanisms=row.get("mechanisms", {}),
    )


def _inserts(row: Mapping[str, Any]) -> Iterator[Insert]:
    for place in Place:
        for text, what in row.get(place.value, {}).items():
            yield Insert(text, place, what)
