"""What a report of a play says in words of its own."""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING, MESSAGE_BODY
from smtp_tui.transcript import wording
from smtp_tui.transcript.connecting import Connecting, same
from smtp_tui.transcript.course import Failure, Outcome, Result
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.record import Kind
from smtp_tui.wire import events as wire

_LONGEST = 200
_NO_ORDER = "from here on nobody can say which reply answers which command"

_TROUBLES = {
    Outcome.NO_CONNECTION: "no connection",
    Outcome.TLS_FAILED: "no trustworthy TLS",
    Outcome.PROTOCOL_BROKEN: "the server broke the protocol",
    Outcome.HUNG_UP: "interrupted",
    Outcome.INTERRUPTED: "interrupted",
    Outcome.TERMINATED: "interrupted",
}
_ANSWERED = {
    GREETING: "the greeting is",
    AUTH_RESPONSE: "the answer got",
    MESSAGE_BODY: "the message got",
}


class Narrator:
    """Tells what happens beside the octets; the texts are raw."""

    __slots__ = ("_connecting", "_said")

    def __init__(self) -> None:
        self._connecting = Connecting()
        self._said = ""

    def lines(self, event: wire.Event) -> Iterator[tuple[Kind, str]]:
        """What there is to say of an event: notes and alarms."""
        match event:
            case wire.Opening():
                yield Kind.NOTE, wording.opening(event)
            case wire.Note(text=text):
                yield Kind.NOTE, text
            case wire.Told(event=smtp.Uncertain(reason=reason)):
                yield Kind.NOTE, f"not certain: {reason}"
            case wire.Told(event=smtp.Unsolicited()):
                yield Kind.NOTE, "unsolicited reply: it answers nothing that was sent"
            case wire.Told(event=smtp.Malformed(reason=text)) | wire.Refused(text=text):
                self._said = text
                yield Kind.ALARM, text
            case wire.Told(event=smtp.Desync(reason=reason)):
                known = self._said and self._said in reason
                yield Kind.ALARM, _NO_ORDER if known else f"{reason}; {_NO_ORDER}"
            case wire.Alarm(text=text) if not same(text, self._said):
                self._said = text
                yield Kind.ALARM, text
            case wire.Gone():
                for words in self._connecting.ending(event, self._said):
                    yield words.kind, words.note
            case _:
                for words in self._connecting.lines(event):
                    if not words.under_way and words.kind is not Kind.HINT:  # for the window only
                        yield words.kind, words.note


def verb(command: smtp.Command, veil: Veil) -> str:
    """The verb of a command as a report may show it: a line of no verb may be a secret astray."""
    if command.verb.startswith(b"("):
        return command.verb.decode("ascii")
    words = command.line.split(None, 1)
    if not words:
        return ""
    if veil.hides(words[0]) or any(start == 0 for start, _ in command.secrets):
        return "(secret)"
    return veil.visible(words[0]).upper()


def failure(what: Failure, veil: Veil) -> str:
    """One failed line in one sentence, safe in any terminal."""
    return f"line {what.number}: expected {what.expected}, {_got(what, veil)}"


def total(result: Result) -> str:
    """The whole play in a few words."""
    words = ["no reply was expected, so none was checked"]
    if result.expected:
        words = [f"{result.met} of {result.expected} replies as expected"]
    if result.failures:
        words.append(f"stopped at line {result.failures[0].number}")
    if result.outcome in _TROUBLES:
        words.append(_TROUBLES[result.outcome])
    return ", ".join(words)


def _got(what: Failure, veil: Veil) -> str:
    match what.reply:
        case None:
            return what.got
        case smtp.Unsolicited():
            answered = "without being asked the server said"
        case smtp.Reply(command=command):
            answered = _ANSWERED.get(command.verb) or f"{verb(command, veil)} got"
    said = veil.visible(b" ".join(what.reply.lines[:1]))
    if len(said) > _LONGEST or len(what.reply.lines) > 1:
        said = said[:_LONGEST] + "…"
    return f"but {answered} {what.reply.code} {said}".rstrip()
