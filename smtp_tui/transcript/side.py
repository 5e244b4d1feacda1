"""A side of a comparison: a dialogue from a script, a log file or a session, without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

_SLICE = 1000
_SAID = frozenset({Kind.CLIENT, Kind.SERVER, Kind.FAULT})


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
    file = LogFile(path)
    newest: list[Record] = []
    current: list[Record] = []
    try:
        while file.index():
            pass
        cut_off = file.cut_off
        for start in range(0, len(file), _SLICE):
            for record in file.records(start, start + _SLICE):
                if record.kind is Kind.OPENING:
                    current = [record]
                elif record.kind in _SAID:  # what is no record, millions of times, is not kept
                    current.append(record)
                if record.kind is Kind.CLIENT:
                    newest = current
    finally:
        file.close()
    if not newest:
        raise NoDialogue("it holds no session in which anything was sent")
    remark = f"its last line has no end: {counted(cut_off, 'octet')} left out" if cut_off else ""
    return newest, remark
