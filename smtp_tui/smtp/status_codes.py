"""Reply codes and enhanced status codes: what the standards and their registry say of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class BasicCode:
    """A reply code (RFC 5321 4.2) in words; ``text`` and ``rfc`` are "" for one no document has.

    ``outcome`` is what its first digit says, ``about`` what its second does ("" where that is no
    known digit). ``only`` are the verbs it can answer, empty for all; ``by_verb`` is what it
    means as the answer to some of them.
    """

    code: int
    outcome: str
    about: str
    text: str
    rfc: str
    only: tuple[str, ...]
    by_verb: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EnhancedCode:
    """An enhanced status code (RFC 3463) in words, as ``5.7.8``.

    ``outcome`` is what the class says, ``subject`` what it is about. ``name`` is the registry's
    title, ``text`` what it means; both and ``rfc`` are "" for a code that is not registered.
    """

    code: str
    outcome: str
    subject: str
    name: str
    text: str
    rfc: str


def basic(code: int, verb: str = "") -> BasicCode | None:
    """What a reply code means as the answer to that verb; None for what is no reply code."""
    table = _table()
    outcome = table["first_digit"].get(str(code // 100))
    if outcome is None:
        return None
    row: Mapping[str, Any] = table["basic"].get(str(code), {})
    by_verb: Mapping[str, str] = row.get("for", {})
    return BasicCode(
        code,
        outcome,
        table["second_digit"].get(str(code // 10 % 10), ""),
        by_verb.get(verb) or row.get("text", ""),
        row.get("rfc", ""),
        tuple(row.get("only", ())),
        tuple(by_verb.items()),
    )


def enhanced(code: str) -> EnhancedCode | None:
    """What an enhanced status code means; None for what is none."""
    table = _table()
    parts = code.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    outcome = table["class"].get(parts[0])
    if outcome is None:
        return None
    row: Mapping[str, str] = table["detail"].get(f"{parts[1]}.{parts[2]}", {})
    return EnhancedCode(
        code,
        outcome,
        table["subject"].get(parts[1], ""),
        row.get("name", ""),
        row.get("text", ""),
        row.get("rfc", ""),
    )


def basic_codes() -> tuple[int, ...]:
    """Every reply code that is known."""
    return tuple(int(code) for code in _table()["basic"])


def enhanced_details() -> tuple[str, ...]:
    """Every registered subject and detail, as ``7.8``."""
    return tuple(_table()["detail"])


@cache
def _table() -> Mapping[str, Any]:
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "status_codes.toml"
    return tomllib.loads(file.read_text("utf-8"))
