"""An entry: one line of the log, or all lines of a reply, with what there is to know of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.commands import verbs
from smtp_tui.smtp.explain import Explanation, explain
from smtp_tui.smtp.replies import enhanced_status
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.smtp.state import AUTH_RESPONSE, Identity, Security, State
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.runs import said
from smtp_tui.transcript.unusual import limit_of, unusual
from smtp_tui.wire.events import Protection

_MOST = 1000
"""Lines of a reply that belong to one entry."""
_BACK = 5000
"""Lines that are looked through for the command of a reply."""
_LONGEST = 120

_PROTECTIONS = {
    Protection.CLEAR: "not encrypted: anyone on the path could read it",
    Protection.VERIFIED: "encrypted with TLS, to a server whose certificate was verified",
    Protection.UNVERIFIED: "encrypted with TLS, but nobody vouches for the server",
    Protection.OUTDATED: "encrypted, but TLS 1.0 and 1.1 protect nothing any more (RFC 8996)",
}
_ANSWERED = {
    "(greeting)": "the connection: it is the greeting",
    "(auth)": "what was sent to its challenge",
    "(body)": "the message",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """``lines`` are its numbers; ``command`` is the line that it answers, where that is kept.

    ``facts`` are pairs of a word and what there is to say, ``marks`` for each record what is
    unusual about its octets. ``explanation`` is None for what is no reply.
    """

    lines: range
    records: tuple[Record, ...]
    command: Record | None
    facts: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, ...], ...]
    explanation: Explanation | None

    @property
    def raw(self) -> bytes:
        """All its octets."""
        return b"".join(record.raw for record in self.records)

    @property
    def title(self) -> str:
        """What it is, in a word or two."""
        return _TITLES[self.records[0].kind]


_TITLES = {
    Kind.OPENING: "a connection begins",
    Kind.NOTE: "a note",
    Kind.HINT: "a hint",
    Kind.ALARM: "an alarm",
    Kind.CLIENT: "you sent",
    Kind.SERVER: "the server answered",
    Kind.FAULT: "octets that are no reply",
}


def entry_at(transcript: Transcript, line: int) -> Entry:
    """The entry that a line, which must be kept, belongs to; a hint belongs to its reply."""
    lines = extent(transcript, line)
    records = tuple(transcript[number] for number in lines)
    command = _command(transcript, lines.start, records[0])
    marks = tuple(unusual(record, _limit(transcript, lines.start, record)) for record in records)
    return Entry(
        lines,
        records,
        command,
        (*_asked(transcript, lines.start, records[0]), *_facts(transcript, records, command)),
        marks,
        _explanation(transcript, lines.start, records),
    )


def extent(transcript: Transcript, line: int) -> range:
    """The lines of the entry that a line, which must be kept, belongs to."""
    if transcript[line].kind is Kind.HINT and line > transcript.first:
        before = transcript[line - 1]
        if before.kind is Kind.SERVER and before.raw[:1] in b"45":
            line -= 1
    if transcript[line].kind is not Kind.SERVER:
        return range(line, line + 1)
    start = end = line
    least, most = max(transcript.first, line - _MOST), min(transcript.end, line + _MOST)
    while start > least and _goes_on(transcript[start - 1], transcript[start]):
        start -= 1
    while end + 1 < most and _goes_on(transcript[end], transcript[end + 1]):
        end += 1
    return range(start, end + 1)


def _goes_on(record: Record, after: Record) -> bool:
    """Whether the line after it belongs to the same reply (RFC 5321 4.2.1)."""
    return (
        record.kind is Kind.SERVER is after.kind
        and record.raw[3:4] == b"-"
        and record.connection == after.connection
    )


def _backwards(transcript: Transcript, line: int) -> Iterator[Record]:
    """The lines before one, the nearest first, as far back as is looked."""
    for number in range(line - 1, max(transcript.first, line - _BACK) - 1, -1):
        yield transcript[number]


def _command(transcript: Transcript, line: int, record: Record) -> Record | None:
    if record.kind is not Kind.SERVER or record.offset < 0:
        return None
    for before in _backwards(transcript, line):
        same = before.kind is Kind.CLIENT and before.connection == record.connection
        if same and before.offset == record.offset:
            return before
    return None


def _asked(transcript: Transcript, line: int, record: Record) -> Iterator[tuple[str, str]]:
    """Of a command that was answered: what it asks for, and the first line of the reply."""
    if record.kind is not Kind.CLIENT or record.offset < 0:
        return
    for number in range(line + 1, min(transcript.end, line + _BACK)):
        after = transcript[number]
        if after.kind is Kind.SERVER and after.connection == record.connection:
            if after.offset != record.offset:
                continue
            known = verbs().get(after.verb.encode("latin-1"))
            if known is not None:
                yield "asks", f"{known.meaning} ({known.rfc})"
            yield "reply", visible(said(after))[:_LONGEST]
            return


def _limit(transcript: Transcript, line: int, record: Record) -> int:
    """How long a line may be, by what the server last asked for."""
    if record.kind is not Kind.CLIENT:
        return limit_of(record, answer=False, text=False)
    for before in _backwards(transcript, line):
        if before.kind is Kind.SERVER:
            code = before.raw[:3]
            return limit_of(record, answer=code == b"334", text=code == b"354")
    return limit_of(record, answer=False, text=False)


# What there is to say


def _facts(
    transcript: Transcript, records: tuple[Record, ...], command: Record | None
) -> Iterator[tuple[str, str]]:
    first = records[0]
    clock = ""
    if first.wall > 0:
        clock = time.strftime(" · %H:%M:%S", time.localtime(first.wall))
        clock += f".{int(first.wall * 1000) % 1000:03d}"
    yield "time", f"{transcript.seconds(first):.3f} s into the connection{clock}"
    if first.verb in _ANSWERED:
        yield "answers", _ANSWERED[first.verb]
    elif command is not None:
        yield "answers", visible(said(command))[:_LONGEST]
    elif first.verb:
        yield "answers", visible(first.verb)
    if first.elapsed is not None:
        yield "took", f"{first.elapsed * 1000:,.1f} ms"
    if not first.raw:
        yield "wire", "words of the workbench: nothing of it was on the wire"
        return
    yield "size", _size(records)
    if first.protection is not None:
        yield "TLS", _PROTECTIONS[first.protection]


def _size(records: tuple[Record, ...]) -> str:
    octets = sum(len(record.raw) for record in records)
    pieces = sum(record.pieces for record in records)
    pieces -= sum(record.joined for record in records[1:])
    sent = records[0].kind is Kind.CLIENT
    what = "write" if sent else "read"
    words = [counted(octets, "octet")]
    if len(records) > 1:
        words.insert(0, f"{len(records):,} lines")
    words.append(f"{'went out' if sent else 'came'} in {pieces:,} {what}{'s'[: pieces != 1]}")
    if records[0].joined:
        words.append(f"which began with what stands before {'it' if len(records) == 1 else 'them'}")
    return ", ".join(words)


def _explanation(
    transcript: Transcript, line: int, records: tuple[Record, ...]
) -> Explanation | None:
    first, last = records[0], records[-1]
    code = last.raw[:3]
    if first.kind is not Kind.SERVER or not (code.isdigit() and code[:1] in b"2345"):
        return None
    texts = tuple(record.content[4:] for record in records)
    verb = first.verb.encode("latin-1")
    state, mechanism = _state(transcript, line, first), ""
    if verb in (b"AUTH", AUTH_RESPONSE):
        mechanism = _mechanism(transcript, line, first)
    return explain(int(code), enhanced_status(texts[0]), texts, verb, state, mechanism)


def _state(transcript: Transcript, line: int, record: Record) -> State:
    """As much of the session as the lines before tell: encrypted or not, signed in or not."""
    secure = record.protection not in (None, Protection.CLEAR)
    identity: Identity | None = None
    for before in _backwards(transcript, line):
        if before.kind is Kind.OPENING:
            break
        if before.kind is Kind.SERVER and before.raw[:3] == b"235":
            identity = Identity("")
            break
    return State(security=Security.TLS if secure else Security.PLAIN, identity=identity)


def _mechanism(transcript: Transcript, line: int, record: Record) -> str:
    """The mechanism of the exchange that a reply belongs to; "" where its AUTH is not kept."""
    for before in _backwards(transcript, line):
        if before.kind is Kind.OPENING:
            break
        own = before.kind is Kind.CLIENT and before.connection == record.connection
        if own and (name := mechanism_of(before.raw)):
            return name
    return ""
