"""What there is to say of a session beside its replies: alarms and notes, each once."""

from __future__ import annotations

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.state import GREETING
from smtp_tui.transcript.connecting import same
from smtp_tui.transcript.survey import Warned
from smtp_tui.wire import events as wire

_MOST = 50


class Warnings:
    """Collects them from the events of one connection; the first fifty of each are kept."""

    __slots__ = ("_alarms", "_desync", "_notes")

    def __init__(self) -> None:
        self._alarms: list[Warned] = []
        self._notes: list[str] = []
        self._desync = ""

    @property
    def alarms(self) -> tuple[Warned, ...]:
        """What is wrong with the server or the network."""
        if self._desync and not self._alarms:
            return (Warned(self._desync),)
        return tuple(self._alarms)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing."""
        return tuple(self._notes)

    def note(self, text: str) -> None:
        """Add a note of our own."""
        if len(self._notes) < _MOST:
            self._notes.append(text)

    def take(self, event: wire.Event) -> None:
        """Take an event of the connection."""
        match event:
            case wire.Told(event=smtp.Reply(command=command)) if command.verb == GREETING:
                self._notes.clear()  # they wondered why it did not come
            case wire.Note(text=text):
                self.note(text)
            case wire.Alarm(text=text, data=data):
                self._alarm(text, data)
            case wire.Told(event=smtp.Malformed(reason=text, raw=data)):
                self._alarm(text, data)
            case wire.Told(event=smtp.Desync(reason=reason)):
                self._desync = self._desync or reason
            case wire.Told(event=smtp.Closed(goodbye=smtp.Unsolicited())):
                self._desync = ""  # what seemed to answer nothing was its last word

    def _alarm(self, text: str, data: bytes) -> None:
        sentence = f"{text[:1].upper()}{text[1:].rstrip('.')}."
        if len(self._alarms) < _MOST and not any(same(text, one.text) for one in self._alarms):
            self._alarms.append(Warned(sentence, data))
