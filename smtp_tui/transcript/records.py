"""The transcript: folds what the wire tells into records, one a displayed line."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.events import Span
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.annotations import Annotator
from smtp_tui.transcript.answers import Answers
from smtp_tui.transcript.connecting import Connecting, Words, same
from smtp_tui.transcript.cutting import cut
from smtp_tui.transcript.echoes import BARE, merged
from smtp_tui.transcript.exchanges import Exchanges
from smtp_tui.transcript.given import Given
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.message_text import MOST as MOST_TEXT
from smtp_tui.transcript.message_text import MessageText
from smtp_tui.transcript.reads import Reads
from smtp_tui.transcript.reasons import Reasons
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.ring import MOST_OCTETS, MOST_RECORDS, Ring
from smtp_tui.transcript.ways import BY_DEFAULT, Ways
from smtp_tui.transcript.whole_lines import WholeLines
from smtp_tui.transcript.wording import opening
from smtp_tui.wire import events as wire

__all__ = ["Kind", "Record", "Transcript"]

_FAULT_LINES = 40
"""Lines shown of octets that are no replies."""
_LONGEST_VERB = 16
_LONGEST_LINE = 1024 * 1024
"""Octets above which a client's line that comes in pieces is not put together any more."""


class Transcript:
    """All a session showed, in lines; ``add`` folds one event and gives the lines it changed.

    Lines are counted from the first ever: ``first`` is the oldest that is kept (at most
    ``most_records`` and about ``most_octets`` are), ``end`` the one after the newest. A line that
    tells of something under way is replaced by the line that tells how it went. A ``whole`` one
    makes lines of every octet, also of very long messages and of endless octets that are no reply.
    ``ways`` are the keys that lines name. The password ``given`` is covered where it is sent
    outside a message, in whatever line.
    """

    def __init__(
        self,
        most_records: int = MOST_RECORDS,
        most_octets: int = MOST_OCTETS,
        *,
        whole: bool = False,
        ways: Ways = BY_DEFAULT,
        given: Given | None = None,
    ) -> None:
        self.given = given if given is not None else Given()
        self._ring = Ring(most_records, most_octets)
        self._whole = WholeLines() if whole else None
        self._most_text = sys.maxsize if whole else MOST_TEXT
        self._most_faults = sys.maxsize if whole else _FAULT_LINES
        self._ways = ways
        self._exchanges = Exchanges()
        self._opened: dict[int, float] = {}
        self._text = MessageText(self._most_text)
        self._counting = -1  # the number of the line that counts octets left out
        self._veil = Veil()
        self._changed = 0
        self._under_way = False  # the newest line is to be replaced
        self._unfinished = False  # the newest line is ours and had no line end
        self._begin()

    def __repr__(self) -> str:
        return f"<Transcript of {len(self)} lines>"

    def __len__(self) -> int:
        return len(self._ring)

    def __getitem__(self, number: int) -> Record:
        return self._ring[number]

    @property
    def first(self) -> int:
        """The number of the oldest line kept."""
        return self._ring.first

    @property
    def end(self) -> int:
        """The number after the newest line."""
        return self._ring.end

    @property
    def dropped(self) -> int:
        """How many lines were dropped because there were too many; not those cleared away."""
        return self._ring.dropped

    @property
    def settled(self) -> int:
        """The number before which no line is replaced any more."""
        newest = self._ring.end - 1
        changing = self._under_way or self._unfinished or newest in (self._reason, self._counting)
        return newest if changing and newest >= self._ring.first else self._ring.end

    def kept(self) -> Ring:
        """A copy of the lines as they are now, which another thread may read."""
        return self._ring.copy()

    def release(self, end: int) -> None:
        """Forget the lines before that number, which somebody else keeps."""
        self._ring.release(end)

    def exchange(self, line: int) -> range:
        """The lines of the exchange that a line belongs to, as far as they are kept."""
        head, after = self._exchanges.head(line), self._exchanges.next(line)
        return range(max(head, self.first), after if after >= 0 else self.end)

    def begins_exchange(self, line: int) -> bool:
        """Whether it is the first line of one; what is left of one that lost its first has none."""
        return self._exchanges.head(line) == line

    def seconds(self, record: Record) -> float:
        """When it was, in seconds since its connection began."""
        return record.at - self._opened.get(record.connection, record.at)

    def clear(self) -> None:
        """Forget all lines; numbers go on."""
        self._ring.clear()
        self._exchanges.clear()
        self._under_way = self._unfinished = False
        self._reason = self._counting = -1

    def add(self, event: wire.Event) -> range:
        """Fold one event; gives the numbers of the lines that are new or replaced."""
        self._changed = self._ring.end
        match event:
            case wire.Told():
                self._told(event)
            case wire.Sent():
                self._sent(event)
            case wire.Received():
                self._protection = event.protection
                self._reads.received(event.data)
                if self._whole is not None:
                    self._whole.received(event.data)
            case wire.StateChanged(state=state, pending=pending):
                self._reasons.state = state
                self._answers.waiting(pending)
            case wire.Opening():
                self._begin()
                self._opened[event.connection] = event.at
                self._ring.epochs[event.connection] = event.wall - event.at
                self._put(Kind.OPENING, event, opening(event))
            case wire.Alarm(text=text, data=data):
                self._alarm(event, text)
                self._fault_octets(event, data)
            case wire.Note(text=text, remedy=remedy):
                self._put(Kind.NOTE, event, text)
                self._say(event, self._connecting.hint(remedy))
            case wire.DeliveryProgress(octets=0):  # another message begins
                self._text = MessageText(self._most_text)
            case wire.Refused(text=text):
                self._put(Kind.NOTE, event, f"nothing was sent · {text}")
            case (
                wire.AuthFinished(ok=False, text=text) | wire.DeliveryFinished(ok=False, text=text)
            ):
                if not self._replied or self._replied not in text:  # else it stands there already
                    self._put(Kind.NOTE, event, text)
            case wire.Partial(data=data):
                self._put(Kind.SERVER, event, "no line end yet", raw=data, under_way=True)
            case wire.Gone():
                self._say(event, self._connecting.ending(event, self._said))
            case _:
                self._say(event, self._connecting.lines(event))
        return range(max(self._changed, self._ring.first), self._ring.end)

    def _begin(self) -> None:
        ways = self._ways
        self._annotator = Annotator(ways)
        self._connecting = Connecting(ways)
        self._reads = Reads()
        self._reasons = Reasons(f"{ways.explain} explains" if ways.explain else "")
        self._answers = Answers()
        self._protection = wire.Protection.CLEAR
        self._going_on = b""  # the last line of a reply whose end has not come
        self._replied = ""  # the text of the first line of the last reply
        self._contradicts = b""  # a line shown as a fault, which comes again as part of its reply
        self._fault: tuple[type[wire.Event], bytes] | None = None  # octets last shown as a fault
        self._said = ""  # the last alarm
        self._reason = -1  # the number of the line that says why octets are no reply

    # The client's octets

    def _sent(self, event: wire.Sent) -> None:
        data, spans, label, at = event.data, event.secrets, event.label, event.at
        shift, pieces, joined = 0, 1, False
        if self._unfinished and (head := self._reopened(event.connection)) is not None:
            shift = len(head.raw)
            spans = (*head.secrets, *((start + shift, end + shift) for start, end in spans))
            data, label, at = head.raw + data, label or head.label, head.at
            pieces, joined = head.pieces + 1, head.joined
        self._protection = event.protection
        if event.message:
            data = self._text.shown(data)
        offset = event.offset - shift
        for raw, own in cut(data, merged(spans)):
            for start, end in own:
                self._veil.learn(raw[start:end], label)
            if not event.message:
                for secret in self.given.in_line(raw):
                    self._veil.learn(secret, BARE)
            note = "" if raw.endswith(b"\n") else "no line end yet"
            self._put(
                Kind.CLIENT, event, note, raw=raw, secrets=own, label=label, at=at, offset=offset,
                pieces=pieces, joined=joined,
            )  # fmt: skip
            at, pieces, joined = event.at, 1, True
            offset += len(raw)
        self._unfinished = bool(data) and not data.endswith(b"\n")
        if event.message and self._text.left_out:
            self._left_out(event)

    def _left_out(self, event: wire.Sent) -> None:
        """Count in one line the octets that become none."""
        if self._counting == self._ring.end - 1:
            self._taken_back()
        self._put(Kind.NOTE, event, self._text.words)
        self._counting = self._ring.end - 1

    def _reopened(self, connection: int) -> Record | None:
        """The newest line, taken back so that it can go on; None when it cannot."""
        newest = self._ring[self._ring.end - 1]
        if newest.connection != connection or len(newest.raw) > _LONGEST_LINE:
            return None
        return self._taken_back()

    # The server's octets

    def _told(self, event: wire.Told) -> None:
        self._protection = event.protection
        match event.event:
            case smtp.ReplyLine() as line:
                self._reply_line(event, line)
            case smtp.Malformed(raw=raw, reason=reason):
                if not (self._going_on and raw.endswith(self._going_on)):  # else it stands there
                    self._fault_octets(event, raw)
                self._contradicts = raw
                self._put(Kind.ALARM, event, f"This is no valid reply: {reason}")
                self._said, self._reason = reason, self._ring.end - 1
            case smtp.Challenge(decoded=prompt):
                self._veil.challenged(prompt)
            case smtp.Reply() as reply:
                self._why(event, reply)
            case smtp.Unsolicited() as reply:
                words = "unsolicited reply: it answers none of your commands"
                self._put(Kind.NOTE, event, words)
                self._why(event, reply)
            case smtp.Desync(reason=reason):
                words = "Nobody can say any more which reply answers which command"
                self._put(Kind.ALARM, event, f"{words}: {reason}.")
                if key := self._ways.connect:
                    self._put(Kind.HINT, event, f"{key} reconnects")
            case smtp.Uncertain(reason=reason):
                self._put(Kind.NOTE, event, f"not certain: {reason}")

    def _why(self, event: wire.Told, reply: smtp.Reply | smtp.Unsolicited) -> None:
        if words := self._reasons.words(reply):
            self._put(Kind.HINT, event, words)

    def _reply_line(self, event: wire.Told, line: smtp.ReplyLine) -> None:
        shown, self._contradicts = line.raw == self._contradicts, b""
        self._going_on = b"" if line.last else line.raw
        if line.first:
            self._replied = visible(line.text[:200])
        if shown:
            return
        note = self._annotator.words(line, event.protection, event.elapsed)
        note = " · ".join(words for words in (self._answers.words(line), note) if words)
        raw = line.raw if self._whole is None else self._whole.of(line.raw)
        if not raw.endswith(b"\n"):
            note = f"only the first {len(line.raw):,} octets are kept"
        elapsed = event.elapsed if line.first else None
        command = line.command
        offset = command.offset if command is not None and command.octets else -1
        verb = sys.intern(command.verb[:_LONGEST_VERB].decode("latin-1")) if command else ""
        pieces, joined = self._reads.line()
        self._put(
            Kind.SERVER, event, note, raw=raw, elapsed=elapsed, offset=offset,
            verb=verb, pieces=pieces, joined=joined,
        )  # fmt: skip

    # What is wrong

    def _alarm(self, event: wire.Event, text: str) -> None:
        """One sentence; where the dialogue gave the same reason just now, in place of that."""
        if same(text, self._said) and self._reason == self._ring.end - 1:
            self._taken_back()
        self._put(Kind.ALARM, event, text)
        self._said = text

    def _fault_octets(self, event: wire.Event, data: bytes) -> None:
        """Show octets that something is wrong with; once if both dialogue and wire tell of them."""
        told, self._fault = self._fault, (type(event), data)
        if told is not None and told[0] is not type(event) and told[1] == data:
            return
        shown = 0
        for number, (raw, _) in enumerate(cut(data, ())):
            if number == self._most_faults:
                self._put(Kind.NOTE, event, f"… and {len(data) - shown:,} octets more")
                break
            pieces, joined = self._reads.line() if isinstance(event, wire.Told) else (1, False)
            self._put(Kind.FAULT, event, raw=raw, pieces=pieces, joined=joined)
            shown += len(raw)

    # Lines

    def _say(self, event: wire.Event, lines: Iterable[Words]) -> None:
        for words in lines:
            self._put(
                words.kind,
                event,
                words.note,
                elapsed=words.elapsed,
                protection=words.protection,
                under_way=words.under_way,
            )
            if words.kind is Kind.ALARM:
                self._said = words.note

    def _put(
        self,
        kind: Kind,
        event: wire.Event,
        note: str = "",
        *,
        raw: bytes = b"",
        secrets: tuple[Span, ...] = (),
        label: str = "",
        elapsed: float | None = None,
        protection: wire.Protection | None = None,
        at: float | None = None,
        under_way: bool = False,
        offset: int = -1,
        verb: str = "",
        pieces: int = 1,
        joined: bool = False,
    ) -> None:
        if self._under_way:
            self._taken_back()
        self._opened.setdefault(event.connection, event.at)
        if raw:
            protection = self._protection
            found, echoed = self._veil.find(raw)
            if found:
                secrets, label = merged((*secrets, *found)), label or echoed
        when = event.at if at is None else at
        label = label if secrets else ""
        number = event.connection
        if note and self._veil.hides(note):
            note = self._veil.text(note)
        self._ring.append(
            Record(
                kind,
                when,
                number,
                protection,
                raw,
                secrets,
                label,
                elapsed,
                note,
                offset,
                verb=verb,
                pieces=pieces,
                joined=joined,
            )
        )
        self._exchanges.add(self._ring.end - 1, kind)
        self._exchanges.forget(self._ring.first)
        self._under_way, self._unfinished = under_way, False

    def _taken_back(self) -> Record:
        self._under_way = self._unfinished = False
        record = self._ring.pop()
        newest = self._ring[self._ring.end - 1].kind if len(self._ring) else None
        self._exchanges.take_back(self._ring.end, newest)
        self._changed = min(self._changed, self._ring.end)
        return record
