"""What is wrong with a setting, said in one sentence that names the place."""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass
from pathlib import Path

from smtp_tui.smtp.visible import visible

KeyPath = tuple[str, ...]
"""The parts of a dotted key."""

_SHOWN = 60
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was ignored, and where it stands.

    ``path`` is None for what is no file; ``line`` counts from 1, None where no line is to blame;
    ``key`` is a dotted key, the name of a variable, or "" for the file as a whole. ``key`` and
    ``text`` are safe in any terminal and hold no secret.
    """

    path: Path | None
    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        place = "" if self.path is None else short(self.path)
        if self.line is not None:
            place += f" line {self.line}"
        return ": ".join((", ".join(part for part in (place, self.key) if part), self.text))


class SettingsError(Exception):
    """What was asked of the settings cannot be done: one sentence that says what to do."""


class SourceError(SettingsError):
    """The settings file cannot be taken as it is; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem} (nothing was saved)")
        self.problem = problem


class Refused(ValueError):
    """A value that cannot stand for its setting; the text says what can."""


def short(path: Path) -> str:
    """A path as a person writes it: ``~`` for the home directory, safe in any terminal."""
    text, home = str(path), os.path.expanduser("~")
    if home not in {"~", "/", ""} and text.startswith(home.rstrip("/") + "/"):
        text = "~" + text[len(home.rstrip("/")) :]
    return visible(text)


def shown(value: object) -> str:
    """A value as a sentence can hold it: short, one line, safe in any terminal."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return quoted("true" if value else "false")
        case int() if abs(value) >= 10**_SHOWN:
            return "so large a number"  # str() refuses thousands of digits
        case int() | float():
            return quoted(str(value))
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def quoted(text: str) -> str:
    """A piece of foreign text in quotes, cut to a length that leaves the sentence readable."""
    return f'"{visible(_cut(text))}"'


def dotted(path: tuple[str, ...]) -> str:
    """A key as TOML writes it, safe in any terminal: ``profiles."my server".port``."""
    return ".".join(part if _is_short_bare(part) else quoted(part) for part in path)


def _is_short_bare(part: str) -> bool:
    return len(part) <= _SHOWN and _BARE.fullmatch(part) is not None


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
