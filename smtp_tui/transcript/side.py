"""A side of a comparison: a dialogue from a script, a log file or a session, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.comparison import Exchange
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.script import timed
from smtp_tui.transcript.log_file import LogFile
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.script import Script, parse
from smtp_tui.transcript.script_file import octets
from smtp_tui.transcript.script_secrets import redacted

_SLICE = 32 * 1024
"""Octets of a log that are read at once."""
_MOST = 2_000_000
"""Lines of a connection that is compared."""
_MOST_OCTETS = 64 * 1024 * 1024
_TOO_LARGE = (
    f"its newest connection has more than {_MOST:,} lines or"
    f" {_MOST_OCTETS // 1024 // 1024} MiB, too much to compare"
)
_WANTED = (Kind.OPENING, Kind.CLIENT, Kind.SERVER, Kind.FAULT)
_KINDS = re.compile(b'"(?:' + "|".join(kind.value for kind in _WANTED).encode() + b')"')


class NoDialogue(ValueError):
    """Nothing was said: one clause that says where."""


@dataclass(frozen=True, slots=True)
class Side:
    """``took`` gives the seconds a reply took by the number of its line, where that is known.

    ``remark`` is one clause on what of the file is left out, "" for nothing.
    """

    name: str
    script: Script
    took: Mapping[int, float]
    remark: str = ""

    def seconds(self, exchange: Exchange | None) -> float | None:
        """How long the replies of an exchange took; None where that is not known."""
        known = [
            self.took[reply.number]
            for reply in (exchange.replies if exchange is not None else ())
            if reply.number in self.took
        ]
        return sum(known) if known else None


def of_script(name: str, script: Script) -> Side:
    """A script, its own credentials covered."""
    return Side(name, redacted(script), {})


def of_records(name: str, records: Iterable[Record]) -> Side:
    """The newest connection of a session on which anything was said."""
    script, took = timed(excerpt(records))
    pairs = zip(script.expected, took, strict=True)
    times = {reply.number: seconds for reply, seconds in pairs if seconds is not None}
    return Side(name, script, times)


def of_file(path: Path) -> Side:
    """A script, or of a log file the newest connection on which anything was said.

    A script may come from a pipe. Raises ``OSError``, ``ValueError`` for what is too large,
    ``ScriptError``, and ``NoDialogue`` for a log without one or from a pipe.
    """
    name = visible(path.name)
    with path.open("rb") as stream:
        if stream.peek(1)[:1] != b"{":
            return of_script(name, parse(octets(stream)))
        if not stream.seekable():
            raise NoDialogue("a log is read from a plain file only, not from a pipe")
    newest, remark = _newest(path)
    return replace(of_records(name, newest), remark=remark)


def _newest(path: Path) -> tuple[list[Record], str]:
    """The records of that connection, and a remark; read from the end, which is the near one."""
    file = LogFile(path)
    connection: tuple[int, int] | None = None
    found: list[Record] = []  # the newest first
    size = 0
    try:
        while file.index():
            pass
        cut_off = file.cut_off
        for record in _backwards(file):
            of = (record.run, record.connection)
            if connection is None and record.kind is Kind.CLIENT:
                connection = of
                found = [each for each in found if (each.run, each.connection) == of]
            if connection in (None, of):
                found.append(record)
                size += len(record.raw)
                if len(found) > _MOST or size > _MOST_OCTETS:
                    raise NoDialogue(_TOO_LARGE)
                if record.kind is Kind.OPENING:
                    if connection is not None:
                        break
                    found.clear()
    finally:
        file.close()
    if connection is None:
        raise NoDialogue("it holds no session in which anything was sent")
    remark = f"its last line has no end: {counted(cut_off, 'octet')} left out" if cut_off else ""
    return found[::-1], remark


def _backwards(file: LogFile) -> Iterator[Record]:
    """What was said, and the openings, from the last; what is no record is passed over quickly."""
    stop = len(file)
    while stop:
        start = file.first_within(stop, _SLICE)
        records = file.records(start, stop) if file.holds(start, stop, _KINDS) else []
        yield from (each for each in reversed(records) if each.kind in _WANTED)
        stop = start
