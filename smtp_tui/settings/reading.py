"""Reading the settings file: what is sound is kept, what is not is named by line and key."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from smtp_tui.settings import checks
from smtp_tui.settings.fields import from_plain
from smtp_tui.settings.problem import (
    KeyPath,
    Problem,
    Refused,
    SettingsError,
    SourceError,
    dotted,
    quoted,
    short,
    shown,
)
from smtp_tui.settings.profile import FIELDS, Profile
from smtp_tui.settings.source import Source, read_source

T = TypeVar("T")

VARIABLE = "SMTP_TUI_CONFIG"
MOST_PROBLEMS = 20
"""More than a person mends in one go; of the others only the number is told."""

_SECTIONS = ("theme", "history", "default_profile", "keys", "profiles")
_SMELL = re.compile(r"passwor[dt]|passwd|passphrase|secret|token|credential|api[-_ .]?key", re.I)
_SHORT_WORDS = {"pass", "pw", "pwd"}
_NO_SECRETS = (
    "passwords and other secrets never live here; remove this line, for the program asks, or"
    " takes the password from --password-command or SMTP_TUI_PASSWORD"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says; ``problems`` is what it says wrongly and was ignored.

    ``lines`` tells where each key stands, for problems that only the window can see.
    """

    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str | None = None
    problems: tuple[Problem, ...] = ()
    path: Path | None = None
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False, compare=False)
    history: bool = True
    """Whether what was sent is remembered from one session to the next."""

    def profile(self, name: str) -> Profile:
        """The profile of this name; raises ``SettingsError`` that says which there are."""
        try:
            return self.profiles[name]
        except KeyError:
            raise SettingsError(
                f"there is no profile {quoted(name)}{self._instead(name)}"
            ) from None

    def problem(self, key: KeyPath, text: str) -> Problem:
        """A problem with one key of this file, such as ``("keys", "connect")``, with its line."""
        return Problem(self.path, self.lines.get(key), dotted(key), text)

    def _instead(self, name: str) -> str:
        if not self.profiles and self.problems:
            return f": {self.problems[0]}"
        place = "" if self.path is None else f" in {short(self.path)}"
        if not self.profiles:
            return f"{place}; there are none yet"
        if (near := nearest(name, self.profiles)) is not None:
            return f"{place}; did you mean {quoted(near)}?"
        names = sorted(self.profiles)
        more = "" if len(names) <= 8 else f" and {len(names) - 8} more"
        return f"{place}; there are {', '.join(map(quoted, names[:8]))}{more}"


def settings_path(environ: Mapping[str, str]) -> Path:
    """Where the settings file is, or will be once something is saved; nothing is created."""
    if named := environ.get(VARIABLE):
        return Path(os.path.expanduser(named))
    from platformdirs import user_config_path

    return user_config_path("smtp-tui") / "config.toml"


def load(path: Path) -> Settings:
    """The settings in a file, never an error: no file means the defaults."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Settings(problems=(error.problem,), path=path)
    return Settings(path=path) if source is None else _Reader(path, source).settings()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word[:40], list(known), n=1)), None)


class _Reader:
    """Walks the plain values once and gathers what is wrong with them."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._base = path.absolute().parent
        self._source = source
        self._problems: list[Problem] = []
        self._untold = 0

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        from smtp_tui.settings.scan import entries, lines

        return lines(entries(self._source.text))

    def settings(self) -> Settings:
        data = self._source.data
        theme = self._take(data, ("theme",), checks.theme)
        history = self._take(data, ("history",), checks.flag) is not False
        keys = self._keys(self._table(data, "keys"))
        profiles = self._profiles(self._table(data, "profiles"))
        default = self._default_profile(data, profiles)
        for name in data:
            if name not in _SECTIONS:
                self._unknown((name,), _SECTIONS)
        return Settings(
            theme, keys, profiles, default, self._all_problems(), self._path, self._lines, history
        )

    def _complain(self, key: KeyPath, text: str) -> None:
        if len(self._problems) == MOST_PROBLEMS:
            self._untold += 1
        else:
            self._problems.append(Problem(self._path, self._lines.get(key), dotted(key), text))

    def _all_problems(self) -> tuple[Problem, ...]:
        told = sorted(self._problems, key=lambda problem: problem.line or 0)
        if self._untold:
            told.append(Problem(self._path, None, "", f"there are {self._untold} more problems"))
        return tuple(told)

    def _table(self, data: Mapping[str, object], name: str) -> Mapping[str, object]:
        table = data.get(name, {})
        if isinstance(table, dict):
            return table
        self._complain((name,), f"this must be a table; write [{name}] on a line of its own")
        return {}

    def _take(
        self, values: Mapping[str, object], key: KeyPath, check: Callable[[object], T]
    ) -> T | None:
        """The value of a key, checked; None where there is none or it is wrong."""
        if key[-1] not in values:
            return None
        try:
            return check(values[key[-1]])
        except Refused as refused:
            self._complain(key, str(refused))
            return None

    def _keys(self, table: Mapping[str, object]) -> dict[str, str]:
        taken = {action: self._take(table, ("keys", action), checks.binding) for action in table}
        return {action: keys for action, keys in taken.items() if keys is not None}

    def _profiles(self, table: Mapping[str, object]) -> dict[str, Profile]:
        profiles: dict[str, Profile] = {}
        for name, values in table.items():
            if self._take({name: name}, ("profiles", name), checks.profile_name) is None:
                continue
            if isinstance(values, dict):
                profiles[name] = self._profile(name, values)
            elif isinstance(values, list):
                self._complain(
                    ("profiles", name), "write its name in single brackets: [profiles.…]"
                )
            else:
                self._stray(name)
        return profiles

    def _profile(self, name: str, values: Mapping[str, object]) -> Profile:
        for key in values:
            if key not in FIELDS:
                self._unknown(("profiles", name, key), FIELDS)

        def complain(key: str, text: str) -> None:
            self._complain(("profiles", name, key), text)

        return from_plain(name, values, self._base, complain)

    def _stray(self, name: str) -> None:
        """A value right under [profiles], where only tables belong; never repeated."""
        if _smells_of_secret(name):
            self._complain(("profiles", name), _NO_SECRETS)
        elif name in FIELDS:
            self._complain(("profiles", name), "this needs a profile; put it below [profiles.NAME]")
        else:
            self._complain(("profiles", name), "a profile is a table; write [profiles.NAME]")

    def _default_profile(
        self, data: Mapping[str, object], profiles: Mapping[str, Profile]
    ) -> str | None:
        if "default_profile" not in data:
            return None
        name = data["default_profile"]
        if isinstance(name, str) and name in profiles:
            return name
        near = nearest(name, profiles) if isinstance(name, str) else None
        hint = "name one of the profiles here" if near is None else f"did you mean {quoted(near)}?"
        self._complain(("default_profile",), f"{shown(name)} is not a profile; {hint}")
        return None

    def _unknown(self, key: KeyPath, known: Iterable[str]) -> None:
        """A key nobody knows; its value is never repeated, for it may be a secret."""
        if len(self._problems) == MOST_PROBLEMS:
            self._untold += 1  # without looking for the nearest word, which takes its time
            return
        name = key[-1]
        if _smells_of_secret(name):
            text = _NO_SECRETS
        elif len(key) == 1 and name in FIELDS:
            text = "this belongs in a profile; put it below [profiles.NAME]"
        elif (near := nearest(name, known)) is not None:
            text = f"there is no such setting; did you mean {near}?"
        else:
            text = f"there is no such setting here; there are {', '.join(known)}"
        self._complain(key, text)


def _smells_of_secret(key: str) -> bool:
    words = re.split(r"[^a-z]+", key.casefold())
    return _SMELL.search(key) is not None or not _SHORT_WORDS.isdisjoint(words)
