"""Writes an export to a file."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.pipes import Outlet, reason

_PATIENCE = 10.0
"""Seconds that a pipe may keep us waiting before it is given up."""
_OPEN = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK


class SaveError(Exception):
    """A file cannot be written: one sentence with the reason."""


class AlreadyThere(SaveError):
    """There is a file of that name."""


def check(path: str) -> None:
    """Find out whether ``save`` with ``replace`` could write there, and leave it as it was.

    A pipe is not tried: its reader would take that for the end. Raises ``SaveError``.
    """
    target = os.path.expanduser(path)
    try:
        if not os.path.lexists(target):
            os.close(os.open(target, _OPEN | os.O_EXCL, 0o600))
            os.unlink(target)
        elif os.path.exists(target) and not stat.S_ISFIFO(os.stat(target).st_mode):
            os.close(os.open(target, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK))
    except (OSError, ValueError) as error:
        raise SaveError(_sentence(path, error)) from None


def save(path: str, data: bytes, *, replace: bool) -> None:
    """Write a new file that only its owner reads; with ``replace`` also in place of an older one.

    The older one stays as it was until the new one is whole. Raises ``SaveError``,
    ``AlreadyThere`` where a file would have been lost.
    """
    target = os.path.expanduser(path)
    try:
        if replace and os.path.isfile(target):
            _replace(os.path.realpath(target), data)
        elif replace and os.path.lexists(target):
            _write(target, data, os.O_TRUNC)
        else:
            _begin(target, data)
    except FileExistsError:
        raise AlreadyThere(f"{visible(path)} is already there.") from None
    except (OSError, ValueError) as error:
        raise SaveError(_sentence(path, error)) from None


def _sentence(path: str, error: OSError | ValueError) -> str:
    why = reason(error, os.path.expanduser(path))
    return f"{visible(path)} cannot be written: {why}."


def _write(path: str, data: bytes, how: int) -> None:
    _fill(os.open(path, _OPEN | how, 0o600), data)


def _begin(path: str, data: bytes) -> None:
    """Write a new file, of which nothing is left where not all of it could be written."""
    try:
        _write(path, data, os.O_EXCL)
    except FileExistsError:
        raise
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise


def _fill(file: int, data: bytes) -> None:
    try:
        Outlet(file, _PATIENCE).write(data)
    finally:
        os.close(file)


def _replace(path: str, data: bytes) -> None:
    """Put a file in place of another that may be written to.

    One that is somebody else's or has further names is written to itself, to remain that.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK))
    older = os.stat(path)
    if older.st_uid == os.geteuid() and older.st_nlink == 1:
        with suppress(PermissionError):  # the folder takes no new file
            _exchange(path, data, stat.S_IMODE(older.st_mode))
            return
    _write(path, data, os.O_TRUNC)


def _exchange(path: str, data: bytes, mode: int) -> None:
    import tempfile

    file, beside = tempfile.mkstemp(prefix=".smtp-tui-", dir=os.path.dirname(path))
    try:
        _fill(file, data)
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
