"""Writes octets to a file that may be a pipe, and waits only so long for a reader of it."""

from __future__ import annotations

import errno
import os
import select

UNREAD = "nobody reads from it"
"""What is wrong with a pipe that takes nothing."""


def write_all(file: int, data: bytes, patience: float) -> None:
    """Write all of it to a file opened without blocking.

    Raises ``OSError``, also where a pipe was full for ``patience`` seconds.
    """
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(file, view) :]
        except BlockingIOError:
            if not select.select([], [file], [], patience)[1]:
                raise OSError(errno.EAGAIN, UNREAD) from None
