"""The report of a play for programs: one JSON object a line, in ASCII.

Each has ``kind`` and ``time`` (seconds since the beginning). The kinds and what they add:
``note`` text; ``client`` line (secrets masked); ``server`` code, enhanced, lines, ms, command, and
where a reply was expected line, expected and ok; ``tls`` version, cipher, verified, error;
``alarm`` text and data; ``closed`` clean (neither cut short nor broken) and text; ``result`` ok,
exit, met, failed, skipped, failures (line, expected, got) and text; ``difference`` line and lines.
Where several servers are played on, each object has ``target``, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript import sentences
from smtp_tui.transcript.course import Check, Failure, Result
from smtp_tui.transcript.differences import Difference
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.record import Kind
from smtp_tui.transcript.sent_lines import SentLine, SentLines
from smtp_tui.wire import events as wire

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]


class JsonReport:
    """Writes each event of a play as it happens; ``write`` takes one line without its end."""

    def __init__(self, write: Callable[[str], None], veil: Veil, target: str = "") -> None:
        self._target = {"target": target} if target else {}
        self._write = write
        self._veil = veil
        self._sent = SentLines()
        self._narrator = sentences.Narrator()
        self._began: float | None = None
        self._now = 0.0
        self._malformed = b""

    def event(self, event: wire.Event, check: Check | None) -> None:
        """Take an event of the connection, a reply with its check."""
        if self._began is None:
            self._began = event.at
        self._now = event.at
        match event:
            case wire.Sent():
                for line in self._sent.take(event):
                    self._client(line)
            case wire.TlsEstablished(facts=facts):
                self._tls(facts, facts.problem)
            case wire.Failed(failure=wire.Failure.TLS, text=text, facts=facts):
                self._tls(facts, text)
            case wire.Told(event=smtp.Reply() as reply):
                self._reply(reply, event.elapsed, check)
            case wire.Told(event=smtp.Unsolicited() as reply):
                self._server(reply, None, None, check)
            case wire.Alarm(data=data) if data and data == self._malformed:
                pass  # told already, as the dialogue found it
            case wire.Alarm(text=text, data=data):
                self._alarm(text, data)
            case wire.Told(event=smtp.Malformed(reason=text, raw=data)):
                self._malformed = data
                self._alarm(text, data)
            case wire.Gone(clean=clean, text=text, aborted=aborted):
                self._flush()
                self._object("closed", clean=clean and not aborted, text=self._veil.text(text))
            case _:
                for kind, text in self._narrator.lines(event):
                    if kind is Kind.ALARM:
                        self._alarm(text, b"")
                    else:
                        self._object("note", text=self._veil.text(text))

    def result(self, result: Result) -> None:
        """Take the end: the last object says how it went."""
        self._flush()
        self._object(
            "result",
            ok=not result.outcome,
            exit=int(result.outcome),
            met=result.met,
            failed=len(result.failures),
            skipped=result.skipped,
            failures=[self._failure(failure) for failure in result.failures],
            text=self._veil.text(result.trouble),
        )

    def differences(self, found: Iterable[Difference]) -> None:
        """Take the replies that differ from the script: as they were expected and as they came."""
        for each in found:
            self._object("difference", line=each.number, lines=each.lines)

    def _reply(self, reply: smtp.Reply, elapsed: float | None, check: Check | None) -> None:
        milliseconds = None if elapsed is None else round(elapsed * 1000, 3)
        self._server(reply, milliseconds, sentences.verb(reply.command, self._veil), check)

    def _server(
        self,
        reply: smtp.Reply | smtp.Unsolicited,
        milliseconds: float | None,
        command: str | None,
        check: Check | None,
    ) -> None:
        values: dict[str, Value] = {
            "code": reply.code,
            "enhanced": reply.enhanced,
            "lines": [self._veil.text(line) for line in reply.lines],
            "ms": milliseconds,
            "command": command,
        }
        if check is not None:
            values["line"] = check.expected.number
            values["expected"] = check.expected.pattern
            values["ok"] = check.met
        self._object("server", **values)

    def _tls(self, facts: wire.TlsFacts | None, error: str) -> None:
        self._object(
            "tls",
            version=facts.version if facts else "",
            cipher=facts.cipher if facts else "",
            verified=facts is not None and facts.verified,
            error=self._veil.text(error) if error else None,
        )

    def _alarm(self, text: str, data: bytes) -> None:
        self._object("alarm", text=self._veil.text(text), data=self._veil.text(data))

    def _client(self, line: SentLine) -> None:
        self._object("client", line=self._veil.text(line.line, line.secrets, line.label))

    def _flush(self) -> None:
        for line in self._sent.rest():
            self._client(line)

    def _failure(self, failure: Failure) -> Value:
        return {
            "line": failure.number,
            "expected": failure.expected,
            "got": self._veil.text(failure.got),
        }

    def _object(self, kind: str, **values: Value) -> None:
        time = self._now - (self._now if self._began is None else self._began)
        self._write(json.dumps({"kind": kind, **self._target, "time": round(time, 6), **values}))
