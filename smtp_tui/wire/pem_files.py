"""Files a person names for TLS: told of in one sentence when they cannot be used."""

from __future__ import annotations

import stat
from pathlib import Path

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import TargetError

_LARGEST = 4 * 1024 * 1024

Stamp = tuple[int, ...]
"""What changes when a file does."""


def stamp(what: str, path: Path) -> Stamp:
    """The state of a file; raises ``TargetError`` when it is none that can be read.

    ``what`` names it in the sentence, as ``CA file``.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(what, path, error) from None
    if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
        raise TargetError(f"The {what} {visible(str(path))} is not a regular file.")
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def holds(what: str, path: Path, mark: bytes) -> bool:
    """Whether a file that was looked at has ``mark`` in it; raises ``TargetError``."""
    try:
        with path.open("rb") as file:
            return mark in file.read(_LARGEST)
    except (OSError, ValueError) as error:
        raise unreadable(what, path, error) from None


def unreadable(what: str, path: Path, error: OSError | ValueError) -> TargetError:
    """Why it cannot be read."""
    shown = f"The {what} {visible(str(path))}"
    match error:
        case FileNotFoundError():
            return TargetError(f"{shown} does not exist.")
        case PermissionError():
            return TargetError(f"{shown} may not be read.")
        case OSError():
            return TargetError(f"{shown} cannot be read: {error.strerror}.")
    return TargetError(f"{shown} cannot be read.")
