"""Writes an export to a file."""

from __future__ import annotations

import os

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.pipes import write_all

_PATIENCE = 10.0
"""Seconds that a pipe may be full before it is given up."""


class SaveError(Exception):
    """A file cannot be written: one sentence with the reason."""


class AlreadyThere(SaveError):
    """There is a file of that name."""


def save(path: str, data: bytes, *, replace: bool) -> None:
    """Write a new file that only its owner reads; with ``replace`` also over an older one.

    Raises ``SaveError``, ``AlreadyThere`` where a file would have been lost.
    """
    how = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if replace else os.O_EXCL)
    try:
        file = os.open(os.path.expanduser(path), how | os.O_NONBLOCK, 0o600)
        try:
            write_all(file, data, _PATIENCE)
        finally:
            os.close(file)
    except FileExistsError:
        raise AlreadyThere(f"{visible(path)} is already there.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SaveError(f"{visible(path)} cannot be written: {reason}.") from None
