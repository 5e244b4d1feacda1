"""What is kept of plays: a log file as they go; at the end exports and a build server's report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from smtp_tui.arguments import USAGE
from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript import junit
from smtp_tui.transcript.course import Check, Result
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.formats import format_of
from smtp_tui.transcript.exports.saving import SaveError, check, save
from smtp_tui.transcript.given import Given
from smtp_tui.transcript.log_writer import LogWriter
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.script import Script
from smtp_tui.transcript.ways import NONE
from smtp_tui.wire.events import Event, Told


@dataclass(frozen=True, slots=True)
class Paths:
    """Files to write: ``format`` is that of all exports, "" lets the end of each name say it."""

    log: str = ""
    exports: tuple[str, ...] = ()
    format: str = ""
    junit: str = ""


class Keeping:
    """Takes the events of one play after the other; ``complain`` gets a sentence about each file
    that cannot be written.

    Raises ``FormatError`` where the format of an export cannot be told, ``SaveError`` and
    ``LogError`` where a file could not be written, or one thing would be written over another: all
    before anything is done.
    """

    def __init__(
        self,
        file: str,
        script: Script,
        paths: Paths,
        veil: Veil,
        complain: Callable[[str], None],
        given: Given,
    ) -> None:
        self._exports = [(path, format_of(path, paths.format)) for path in paths.exports]
        at_the_end = (*paths.exports, *filter(None, [paths.junit]))
        for path in at_the_end:
            check(path)
        _check_each_alone(file, paths.log, at_the_end)
        self._file = file
        self._script = script
        self._paths = paths
        self._veil = veil
        self._complain = complain
        self._log = LogWriter(paths.log, complain, given) if paths.log else None
        self._transcript = Transcript(ways=NONE, given=given)
        self._suites: list[junit.Suite] = []
        self._plays = 0
        self._place = ""
        self._began = self._now = 0.0
        self._answered: dict[int, float | None] = {}

    def begin(self, place: str) -> int:
        """A play begins; gives the number its connection is to have."""
        self._plays += 1
        self._place = place
        self._began = self._now = 0.0
        self._answered = {}
        return self._plays

    def take(self, event: Event, check: Check | None) -> None:
        """Take an event of the connection, a reply with its check."""
        if self._log is not None:
            self._log.take(event)
        if self._exports:
            self._transcript.add(event)
        self._began = self._began or event.at
        self._now = event.at
        match event:
            case Told(event=smtp.Reply() | smtp.Unsolicited(), elapsed=took) if check is not None:
                self._answered[check.expected.number] = took

    def end(self, result: Result) -> None:
        """The play is over."""
        seconds = self._now - self._began
        self._suites.append(junit.Suite(self._place, result, self._answered, seconds))

    def close(self) -> None:
        """Nothing more will come."""
        if self._log is not None:
            self._log.close()

    def finish(self) -> int:
        """Write what is written at the end; the exit code for what could not be, else 0."""
        failed = 0
        for path, how in self._exports:
            lines = self._transcript
            kept = excerpt((lines[each] for each in range(lines.first, lines.end)), lines.dropped)
            failed |= not self._save(path, how.write(kept))
        if self._paths.junit:
            document = junit.document(self._file, self._script, self._suites, self._veil)
            failed |= not self._save(self._paths.junit, document.encode("utf-8", "replace"))
        return USAGE if failed else 0

    def _save(self, path: str, data: bytes) -> bool:
        try:
            save(path, data, replace=True)
        except SaveError as error:
            self._complain(str(error))
            return False
        return True


def _check_each_alone(script: str, log: str, others: Iterable[str]) -> None:
    """Raise ``SaveError`` where one file would be written twice, or the log go into the script.

    Pipes and devices may be named as often as one likes.
    """
    taken: set[str] = set()
    for path in filter(None, (log, *others)):
        place = _place(path)
        if os.path.exists(place) and not os.path.isfile(place):
            continue
        if place in taken:
            raise SaveError(f"{visible(path)} is named twice: give each thing a file of its own.")
        taken.add(place)
    if log and script != "-" and _place(log) == _place(script):
        raise SaveError(f"{visible(log)} is the script: give the log a file of its own.")


def _place(path: str) -> str:
    """Where a file is; its name alone where the folder the program runs in is gone."""
    path = os.path.expanduser(path)
    try:
        return os.path.realpath(path)
    except FileNotFoundError:
        return path
