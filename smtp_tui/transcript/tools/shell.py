"""Words and pipelines for a POSIX shell; nothing in them is ever taken for a command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from smtp_tui.transcript.tools.plan import PASSWORD, USER


def word(text: str) -> str:
    """Text as one word."""
    return shlex.quote(text)


def command(words: Iterable[str]) -> str:
    """A command of several words, wrapped at about 90 columns, never inside an option."""
    lines = [""]
    for each in _options(words):
        if lines[-1] and len(lines[-1]) + len(each) > 90:
            lines.append("  ")
        lines[-1] += ("" if lines[-1].strip() == "" else " ") + each
    return " \\\n".join(lines)


def guarded(command: str, mechanism: str) -> str:
    """The command, which with a mechanism is run only where user and password are set.

    One list of commands, so that a shell it is pasted into does not go on behind the complaint.
    """
    return f': "${{{USER}:?}}" "${{{PASSWORD}:?}}" &&\n{command}' if mechanism else command


def _options(words: Iterable[str]) -> list[str]:
    """Each option together with the words that belong to it."""
    found: list[str] = []
    for each in words:
        if found and (each == "-" or not each.startswith("-")):
            found[-1] += f" {each}"
        else:
            found.append(each)
    return found


def printed(lines: Sequence[bytes], end: str = r"\n") -> str:
    """A command that prints these lines, octet for octet, each with a line end (LF)."""
    form, words = "%s", [_plain(line) for line in lines]
    if not all(each is not None for each in words):
        form, words = "%b", [escaped(line) for line in lines]
    if not lines:
        return "printf ''"
    return " \\\n".join([f"printf '{form}{end}'", *(f"  {word(each or '')}" for each in words)])


def _plain(line: bytes) -> str | None:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def escaped(line: bytes) -> str:
    """Every octet that is not printable ASCII as ``\\0`` and three digits, for ``%b``."""
    return "".join(
        chr(octet) if 0x20 <= octet < 0x7F and octet != 0x5C else f"\\0{octet:03o}"
        for octet in line
    )
