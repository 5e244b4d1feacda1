"""The formats a session can be written in, by name and by the end of a file's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.exports import json_lines, page, picture, script, text


class FormatError(ValueError):
    """A format that there is none of: one sentence that says which there are."""


@dataclass(frozen=True, slots=True)
class Format:
    """``name`` is what it is chosen by, ``suffixes`` are the ends of file names that mean it."""

    name: str
    suffixes: tuple[str, ...]
    words: str
    write: Callable[[Excerpt], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("smtp", (".smtp",), "a script that can be played again", script.write),
            Format("text", (".txt", ".log", ".text"), "plain text, marked as swaks", text.write),
            Format("json", (".jsonl", ".json"), "one JSON object a line", json_lines.write),
            Format("html", (".html", ".htm"), "a page", page.write),
            Format("svg", (".svg",), "a picture", picture.write),
        )
    }
)


def format_of(path: str, name: str = "") -> Format:
    """The format of that name, or else the one that the end of the path means.

    Raises ``FormatError``.
    """
    if name:
        if name not in FORMATS:
            raise FormatError(f"There is no format {visible(name)}: there are {_names()}.")
        return FORMATS[name]
    suffix = PurePath(path).suffix.lower()
    for each in FORMATS.values():
        if suffix in each.suffixes:
            return each
    ends = ", ".join(each.suffixes[0] for each in FORMATS.values())
    raise FormatError(f"{visible(path)} does not say in which format: let it end in {ends}.")


def _names() -> str:
    return ", ".join(FORMATS)
