"""The report of a play for people: a line for all that is said, with time, mark and tick.

The marks are ``C`` for the client, ``S`` for the server, ``*`` for a note and ``!`` for what is
wrong; a tick stands before a reply that was expected, a cross before one that was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript import sentences
from smtp_tui.transcript.course import Check, Result
from smtp_tui.transcript.differences import Difference
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.record import Kind
from smtp_tui.transcript.sent_lines import SentLine, SentLines
from smtp_tui.wire import events as wire

MET = "✓"
FAILED = "✗"


class TextReport:
    """Writes each event of a play as it happens; ``write`` takes one line without its end."""

    def __init__(self, write: Callable[[str], None], veil: Veil) -> None:
        self._write = write
        self._veil = veil
        self._sent = SentLines()
        self._narrator = sentences.Narrator()
        self._began: float | None = None
        self._last_line = b""
        self._going_on = False  # a reply whose lines are not all there

    def event(self, event: wire.Event, check: Check | None) -> None:
        """Take an event of the connection, a reply with its check."""
        if self._began is None:
            self._began = event.at
        match event:
            case wire.Sent():
                for line in self._sent.take(event):
                    self._client(line)
            case wire.Told(event=told):
                self._told(event.at, told, check)
            case wire.Gone():
                self._flush()
        for kind, text in self._narrator.lines(event):
            self._line(event.at, kind, self._veil.visible(text))

    def result(self, result: Result) -> None:
        """Take the end: the last line says how it went."""
        self._flush()
        self._write(f"{FAILED if result.outcome else MET} {sentences.total(result)}")

    def differences(self, found: Iterable[Difference]) -> None:
        """Take the replies that differ from the script: as they were expected and as they came."""
        for each in found:
            self._write(f"  line {each.number} differs")
            for line in each.lines:
                self._write(f"    {line}")

    def _told(self, at: float, told: smtp.Event, check: Check | None) -> None:
        match told:
            case smtp.ReplyLine(raw=raw, last=False):
                self._going_on = True
                self._server(at, raw)
            case smtp.ReplyLine(raw=raw):
                self._going_on = False
                self._last_line = raw  # shown with its tick, which comes with the whole reply
            case smtp.Reply() | smtp.Unsolicited():
                self._server(at, self._last_line, check)
            case smtp.Malformed(raw=raw) if raw and not self._going_on:
                self._server(at, raw)

    def _server(self, at: float, raw: bytes, check: Check | None = None) -> None:
        tick = " " if check is None else MET if check.met else FAILED
        self._line(at, Kind.SERVER, self._veil.visible(raw.removesuffix(b"\r\n")), tick)
        if check is not None and not check.met:
            wanted = check.expected
            self._line(at, Kind.ALARM, f"line {wanted.number} expected {wanted.pattern}")

    def _client(self, line: SentLine) -> None:
        text = self._veil.visible(line.line, line.secrets, line.label)
        self._line(line.at, Kind.CLIENT, text)

    def _flush(self) -> None:
        for line in self._sent.rest():
            self._client(line)

    def _line(self, at: float, kind: Kind, text: str, tick: str = " ") -> None:
        seconds = at - (at if self._began is None else self._began)
        self._write(f"{seconds:10.3f} {kind.letter} {tick} {text}".rstrip())
