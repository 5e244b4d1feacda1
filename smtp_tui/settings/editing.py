"""Changing one thing in a settings text: every other octet stays as the person wrote it.

The change is made where the key stands. A key in a form that has no line of its own (in an inline
table, say) is left to tomlkit. Either way the new text must read as the old one with just this
change in it, or nothing is changed. Loads tomlkit: import it where something is saved.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Protocol

import tomlkit
from tomlkit.exceptions import TOMLKitError

from smtp_tui.settings.fields import Plain
from smtp_tui.settings.problem import KeyPath, Refused, dotted
from smtp_tui.settings.profile import FIELDS
from smtp_tui.settings.scan import Entry, entries

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_THEME_EXAMPLE = re.compile(r"^#[ \t]*theme[ \t]*=.*$", re.MULTILINE)

Tree = MutableMapping[str, object]
"""Plain dictionaries, or tomlkit's document, which behaves like them."""
Edit = tuple[int, int, str]
"""From where to where, and what stands there instead."""


class Change(Protocol):
    """One change, told twice: as what the values become, and as what the text becomes."""

    def to_tree(self, tree: Tree) -> None:
        """Do it to the values; raises ``Refused`` where they do not allow it."""

    def to_text(self, text: str) -> str:
        """Do it to the text; the outcome is compared with the values."""


def changed(text: str, change: Change) -> str:
    """The text with this change made; raises ``Refused`` where it cannot be made soundly."""
    wanted = tomllib.loads(text)
    change.to_tree(wanted)
    for way in (change.to_text, lambda text: _by_tomlkit(text, change)):
        try:
            new = way(text)
            if _says(tomllib.loads(new)) == _says(wanted):
                return new
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, TOMLKitError):
            continue
    raise Refused("the file is written in a way that cannot be changed here; change it by hand")


@dataclass(frozen=True, slots=True)
class SetProfile:
    """Make a profile say ``values``; fields that are not among them go.

    ``same`` are the fields that say so already, in whatever spelling: they are left alone.
    """

    name: str
    values: Mapping[str, Plain]
    same: frozenset[str] = field(default_factory=frozenset)

    def to_tree(self, tree: Tree) -> None:
        profile = _table(_table(tree, "profiles"), self.name)
        for key in self._differing():
            if key in self.values:
                profile[key] = self.values[key]
            else:
                profile.pop(key, None)

    def to_text(self, text: str) -> str:
        path = ("profiles", self.name)
        found = entries(text)
        header = next((entry for entry in found if entry.header and entry.path == path), None)
        if header is not None:
            return self._rewritten(text, [header, *_section(found, header)])
        return text + _gap(text) + _header(path, text) + self._lines(self.values, text)

    def _rewritten(self, text: str, section: list[Entry]) -> str:
        there = {entry.path[2]: entry for entry in section if len(entry.path) == 3}
        edits: list[Edit] = []
        for key in self._differing():
            if key not in there:
                continue
            entry = there[key]
            if key in self.values:
                edits.append((entry.value, entry.end, _value(self.values[key])))
            else:
                edits.append((entry.start, _line_end(text, entry.end), ""))
        missing = [key for key in self._differing() if key in self.values and key not in there]
        edits.append(_insertion(text, section[-1], self._lines(missing, text)))
        return _applied(text, edits)

    def _differing(self) -> list[str]:
        return [key for key in FIELDS if key not in self.same]

    def _lines(self, keys: Iterable[str], text: str) -> str:
        return "".join(f"{key} = {_value(self.values[key])}{_newline(text)}" for key in keys)


@dataclass(frozen=True, slots=True)
class RemoveProfile:
    """Take a profile out, and with it the word that it is the default one."""

    name: str

    def to_tree(self, tree: Tree) -> None:
        _table(tree, "profiles").pop(self.name)
        if tree.get("default_profile") == self.name:
            tree.pop("default_profile")

    def to_text(self, text: str) -> str:
        path = ("profiles", self.name)
        found = entries(text)
        edits = [
            _cut(text, header.start, [header, *_section(found, header)][-1])
            for header in found
            if header.header and header.path[:2] == path
        ]
        if tomllib.loads(text).get("default_profile") == self.name:
            edits += [
                (entry.start, _line_end(text, entry.end), "")
                for entry in found
                if entry.path == ("default_profile",)
            ]
        return _applied(text, edits)


@dataclass(frozen=True, slots=True)
class SetTheme:
    """Make the theme this one; where none was named, behind the example of it."""

    theme: str

    def to_tree(self, tree: Tree) -> None:
        tree["theme"] = self.theme

    def to_text(self, text: str) -> str:
        found = entries(text)
        value = _value(self.theme)
        for entry in found:
            if entry.path == ("theme",):
                return _applied(text, [(entry.value, entry.end, value)])
        line = f"theme = {value}{_newline(text)}"
        first = next((entry.start for entry in found if entry.header), len(text))
        example = _THEME_EXAMPLE.search(text, 0, first)
        if example is not None:
            place = _line_end(text, example.end())
            return _applied(text, [(place, place, _line_break(text, place) + line)])
        root = [entry for entry in found if entry.start < first and not entry.inline]
        if root:
            return _applied(text, [_insertion(text, root[-1], line)])
        return line + (_newline(text) if text else "") + text


def _says(data: Mapping[str, object]) -> dict[str, object]:
    """The values, with no profiles at all and an empty table of them being the same."""
    return {key: value for key, value in data.items() if key != "profiles" or value != {}}


def _by_tomlkit(text: str, change: Change) -> str:
    document = tomlkit.parse(text)
    change.to_tree(document)
    return tomlkit.dumps(document)


def _table(tree: Tree, key: str) -> Tree:
    if key not in tree:
        tree[key] = {}
    table = tree[key]
    if not isinstance(table, MutableMapping):
        raise Refused(f"{dotted((key,))} is not a table in this file; change it by hand")
    return table


def _section(found: list[Entry], header: Entry) -> list[Entry]:
    """The keys that follow a header, up to the next one."""
    section = []
    for entry in found[found.index(header) + 1 :]:
        if entry.header:
            break
        if not entry.inline:
            section.append(entry)
    return section


def _applied(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _insertion(text: str, entry: Entry, new: str) -> Edit:
    """New lines behind the line of an entry."""
    place = _line_end(text, entry.end)
    return place, place, _line_break(text, place) + new if new else ""


def _cut(text: str, start: int, last: Entry) -> Edit:
    """Lines taken out up to that of an entry, and the blank lines that parted them from others."""
    end = _line_end(text, last.end)
    if end == len(text):
        return _line_end(text, len(text[:start].rstrip("\r\n"))), end, ""
    following = text[end : _line_end(text, end)]
    return start, end + (0 if following.strip() else len(following)), ""


def _gap(text: str) -> str:
    """What parts a new table from the text before it."""
    return _line_break(text, len(text)) + _newline(text) if text else ""


def _line_break(text: str, place: int) -> str:
    """The line end that is missing before this place, if it is."""
    return _newline(text) if place > 0 and text[place - 1] != "\n" else ""


def _line_end(text: str, place: int) -> int:
    """Behind the line end that follows this place."""
    return text.find("\n", place) + 1 or len(text)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _header(path: KeyPath, text: str) -> str:
    return f"[{'.'.join(map(_key, path))}]{_newline(text)}"


def _key(part: str) -> str:
    return part if _BARE.fullmatch(part) else _value(part)


def _value(value: Plain) -> str:
    return tomlkit.item(value).as_string()
