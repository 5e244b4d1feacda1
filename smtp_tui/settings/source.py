"""The settings file as it lies on the disk: read with bounds, parsed, and blamed by line."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from smtp_tui.settings.problem import Problem, SourceError, dotted
from smtp_tui.smtp.visible import visible

LARGEST = 256 * 1024
"""Octets; a settings file is a hundredth of that, and what is larger is something else."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_PLAIN_WORDS = (
    (
        "Invalid value",
        'this value is not understood; text stands in quotes, as "smtp.example.org", and yes and'
        " no are true and false",
    ),
    ("Cannot overwrite a value", "this is set a second time; remove one of the two"),
    ("Cannot declare", "this table begins a second time; make one of the two"),
    ("Illegal character '\\n'", "a closing quote is missing in this line"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of the file and the plain values in it."""

    text: str
    data: dict[str, object]


def read_source(path: Path) -> Source | None:
    """What the file says, None where there is none; raises ``SourceError`` for what is unusable.

    Never waits: what is no ordinary file (a pipe, a device) is refused, save the null device,
    which stands for an empty file.
    """
    data = _octets(path)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(path, "this is not UTF-8 text; save the file as UTF-8", line) from None
    return Source(text, parse(path, text))


def parse(path: Path, text: str) -> dict[str, object]:
    """The plain values of a TOML text; raises ``SourceError`` that names line and key."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None
    except (ValueError, RecursionError):
        raise _broken(path, "a number is too long or a value lies too deep; mend it") from None


def _octets(path: Path) -> bytes | None:
    try:
        # without waiting, or a pipe would hold the program until somebody writes to it
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    try:
        kind = os.fstat(handle)
        if stat.S_ISCHR(kind.st_mode) and os.path.samestat(kind, os.stat(os.devnull)):
            return b""
        if not stat.S_ISREG(kind.st_mode):
            raise _broken(path, "this is not an ordinary file; move it away or name another")
        with open(handle, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    finally:
        os.close(handle)
    if len(data) > LARGEST:
        raise _broken(
            path, f"the file is larger than {LARGEST // 1024} KiB; move out what is no setting"
        )
    return data


def reason(error: Exception) -> str:
    """Why the system refused, in its own few words."""
    text = error.strerror if isinstance(error, OSError) else None
    return visible(text or str(error)).lower()


def _syntax_error(path: Path, text: str, message: str) -> SourceError:
    from smtp_tui.settings.scan import entries

    place = _PLACE.search(message)
    said = _PLACE.sub("", message)
    line = text.count("\n") + (not text.endswith("\n")) if place is not None else None
    column = ""
    if place is not None and place[1] is not None:
        line, column = int(place[1]), f" at column {place[2]}"
    blamed = (entry for entry in entries(text) if entry.line == line and not entry.inline)
    key = next((dotted(entry.path) for entry in blamed), "")
    for start, words in _PLAIN_WORDS:
        if said.startswith(start):
            return _broken(path, words, line, key)
    said = said[:1].lower() + said[1:]
    return _broken(path, f"this is not TOML{column}: {visible(said[:200])}; mend it", line, key)


def _unreadable(path: Path, error: Exception) -> SourceError:
    return _broken(
        path,
        f"the file cannot be read ({reason(error)}); make it readable or name another with"
        " SMTP_TUI_CONFIG",
    )


def _broken(path: Path, text: str, line: int | None = None, key: str = "") -> SourceError:
    return SourceError(Problem(path, line, key, text))
