"""Files that the person names, read and written off the UI loop."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from textual.app import App

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.exports.saving import AlreadyThere, SaveError, save
from smtp_tui.workbench.places import place

_T = TypeVar("_T")

MOST = 256 * 1024 * 1024
"""Octets of a file that are read at the most."""


class FileError(Exception):
    """A file that cannot be read: one sentence that says why."""


def read(
    app: App[None],
    path: str,
    done: Callable[[bytes | Exception], None],
    change: Callable[[bytes], bytes] = bytes,
) -> None:
    """Read a file; ``done`` gets what ``change`` makes of it, or why not, on the UI loop."""
    _work(app, lambda: change(_read(place(path))), done)


def load(
    app: App[None],
    path: str,
    make: Callable[[bytes], _T],
    done: Callable[[_T | Exception], None],
    look: Callable[[bytes], object] = bytes,
) -> None:
    """Read a file and make something of it; ``done`` gets that, or why not, on the UI loop.

    ``look`` gets its first octet before the rest is read. Both may raise ``ValueError``.
    """

    def job() -> _T:
        where = place(path)
        look(_read(where, 1))
        return make(_read(where))

    _work(app, job, done)


def write(
    app: App[None], path: str, data: bytes, done: Callable[[bytes | Exception], None]
) -> None:
    """Write a file, over one of its name only once that was agreed to.

    ``done`` gets the octets written, or why not.
    """
    from smtp_tui.workbench.screens.question import put, replacing

    def work(*, replace: bool) -> None:
        _work(app, lambda: _written(path, data, replace=replace), finished)

    def finished(result: bytes | Exception) -> None:
        if not isinstance(result, AlreadyThere):
            done(result)
            return
        put(app, replacing(str(result)), lambda: work(replace=True))

    work(replace=False)


def _work(app: App[None], job: Callable[[], _T], done: Callable[[_T | Exception], None]) -> None:
    def work() -> None:
        result: _T | Exception
        try:
            result = job()
        except (FileError, AlreadyThere, SaveError, ValueError) as error:
            result = error
        app.call_later(done, result)

    threading.Thread(target=work, name="file", daemon=True).start()


def _read(path: Path, octets: int = MOST + 1) -> bytes:
    shown = visible(str(path))
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileError(f"{shown} is no plain file.")
            data = file.read(octets)
    except (OSError, ValueError) as error:
        raise FileError(f"{shown} cannot be read: {_why(error)}.") from None
    if len(data) > MOST:
        raise FileError(f"{shown} is larger than {MOST // 1024 // 1024} MiB.")
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to is opened at once, too."""
    return os.open(path, flags | os.O_NONBLOCK)


def _written(path: str, data: bytes, *, replace: bool) -> bytes:
    save(path, data, replace=replace)
    return data


def _why(error: OSError | ValueError) -> str:
    return visible(error.strerror or str(error)) if isinstance(error, OSError) else "no file name"
