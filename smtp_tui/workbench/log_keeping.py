"""Keeps a log file of all that the worker tells, in the worker's own thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from smtp_tui.wire.events import Event, Note

if TYPE_CHECKING:
    from smtp_tui.transcript.given import Given
    from smtp_tui.transcript.log_writer import LogWriter


def logged(
    path: str, sink: Callable[[Event], None], given: Given | None = None
) -> Callable[[Event], None]:
    """A sink that passes each event on and then writes it to the file at ``path``.

    The file is opened with the first event; the password ``given`` is nowhere in it. What is
    wrong with the file is told to ``sink`` as a note.
    """
    writer: LogWriter | None = None
    refused = False
    connection = 0

    def tell(sentence: str) -> None:
        sink(Note(time.monotonic(), connection, sentence))

    def take(event: Event) -> None:
        nonlocal writer, refused, connection
        connection = event.connection
        sink(event)
        if writer is None and not refused:
            from smtp_tui.transcript.log_writer import LogError, LogWriter

            try:
                writer = LogWriter(path, tell, given)
            except LogError as error:
                refused = True
                tell(f"{error} The session goes on without it.")
        if writer is not None:
            writer.take(event)

    return take
