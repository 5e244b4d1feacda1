"""The dialogue: what was sent, what came back, and which answers which.

No input or output: ask it what to write, give it what was read, take the events. What a server
does wrong is an event; the only exception is ``LocalProtocolError``, for what we do wrong.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import deque
from dataclasses import dataclass, field, replace

from smtp_tui.smtp import extensions
from smtp_tui.smtp.advice import Advice, advise
from smtp_tui.smtp.body import stuff
from smtp_tui.smtp.commands import GREETING_COMMANDS
from smtp_tui.smtp.events import (
    BodyExpected,
    Challenge,
    Closed,
    Command,
    Desync,
    Event,
    Malformed,
    Reply,
    ReplyLine,
    Span,
    Uncertain,
    Unsolicited,
    UpgradeTLS,
)
from smtp_tui.smtp.expectation import is_implausible, recipient_of, replies_expected
from smtp_tui.smtp.incoming import Incoming
from smtp_tui.smtp.outgoing import Grammar, Outgoing, Waiting
from smtp_tui.smtp.replies import Limits, Line, LineSplitter, parse
from smtp_tui.smtp.state import (
    Effect,
    Hello,
    Identity,
    Phase,
    Security,
    State,
    Sync,
    Transaction,
    after_tls,
    apply,
    classify,
    effects,
)

__all__ = [
    "BodyExpected",
    "Challenge",
    "Closed",
    "Command",
    "Desync",
    "Dialogue",
    "Event",
    "Limits",
    "LocalProtocolError",
    "Malformed",
    "Reply",
    "ReplyLine",
    "Sent",
    "Uncertain",
    "Unsolicited",
    "UpgradeTLS",
]

_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
_UNSENDABLE = re.compile(rb"[\r\n\0]")
_UNSENDABLE_NAMES = {b"\r": "CR", b"\n": "LF", b"\0": "NUL"}


class LocalProtocolError(ValueError):
    """What was asked for cannot be sent: the text says why; nothing was recorded or written."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The last octets handed out: where they stand in the stream and which are credentials."""

    data: bytes = field(repr=False)
    offset: int
    secrets: tuple[Span, ...]
    label: str


class Dialogue:
    """One SMTP (or LMTP) session, seen from the client; it starts waiting for the greeting."""

    def __init__(self, lmtp: bool = False, limits: Limits | None = None) -> None:
        self.lmtp = lmtp
        self.limits = limits or Limits()
        self._state = State()
        self._out = Outgoing()
        self._lines = LineSplitter(self.limits)
        self._incoming: Incoming | None = None
        self._asked = True
        self._events: deque[Event] = deque()
        self._accepted: list[bytes] = []
        self._mechanism = ""
        self._prdr = False
        self._goodbye: Unsolicited | None = None
        self.last_sent: Sent | None = None

    # Facts

    @property
    def state(self) -> State:
        """All axes at once, frozen."""
        return self._state

    @property
    def phase(self) -> Phase:
        """What the server does with our next octet."""
        return self._state.phase

    @property
    def transaction(self) -> Transaction:
        """How far the mail transaction is."""
        return self._state.transaction

    @property
    def recipients(self) -> int:
        """How many recipients the server accepted."""
        return self._state.recipients

    @property
    def hello(self) -> Hello | None:
        """Which greeting command was accepted; None before."""
        return self._state.hello

    @property
    def extensions(self) -> extensions.Extensions:
        """What the server offered after EHLO or LHLO."""
        return self._state.extensions

    @property
    def security(self) -> Security:
        """Whether the octets are encrypted."""
        return self._state.security

    @property
    def identity(self) -> Identity | None:
        """As whom the server knows us; None before AUTH succeeded."""
        return self._state.identity

    @property
    def sync(self) -> Sync:
        """Whether replies can be told to which command they belong."""
        return self._state.sync

    @property
    def pending(self) -> tuple[Command, ...]:
        """What waits for a reply, in order."""
        return tuple(item.command() for item in self._out.queue)

    @property
    def pending_verbs(self) -> tuple[bytes, ...]:
        """The verbs of what waits for a reply, in order."""
        return tuple(item.verb for item in self._out.queue)

    @property
    def partial(self) -> bytes:
        """What has come of an unfinished line."""
        return self._lines.partial

    @property
    def unsent_line(self) -> bytes:
        """Octets that were sent raw without a line end."""
        return self._out.fragment

    # Outgoing: each gives exactly the octets to write

    def command(self, line: bytes | str) -> bytes:
        """One line as typed, CRLF added: a command, an answer after 334, text after 354.

        Raises ``LocalProtocolError`` for CR, LF or NUL inside it and where nothing can be sent.
        """
        if isinstance(line, str):
            line = line.encode("utf-8", "surrogateescape")
        if (found := _UNSENDABLE.search(line)) is not None:
            raise LocalProtocolError(
                f"{_UNSENDABLE_NAMES[found.group()]} at position {found.start() + 1}:"
                " it cannot stand inside one line; raw sends it"
            )
        return self._send(line + b"\r\n")

    def body(self, message: bytes) -> bytes:
        """A whole message after 354: CRLF line ends, dots stuffed, ended (RFC 5321 4.5.2)."""
        self._require_sendable()
        if self._out.grammar is not Grammar.BODY:
            raise LocalProtocolError("a message can be sent only after 354: send DATA first")
        return self._send(stuff(message))

    def chunk(self, data: bytes, last: bool = True) -> bytes:
        """A BDAT command with its octets, as they are (RFC 3030 2)."""
        return self._send(b"BDAT %d%s\r\n" % (len(data), b" LAST" if last else b"") + data)

    def auth_response(self, token: bytes | None) -> bytes:
        """An answer to a challenge, put into Base64; b"" is an empty line, None is ``*``."""
        self._require_sendable()
        if self.phase is not Phase.AUTH and not self._out.awaits_auth:
            raise LocalProtocolError("no challenge is waiting: send AUTH first")
        line = b"*" if token is None else base64.b64encode(token)
        return self._send(line + b"\r\n")

    def raw(self, data: bytes) -> bytes:
        """Octets exactly as given; cut into commands as a server would."""
        return self._send(data)

    def advise(self, line: bytes) -> list[Advice]:
        """What is doubtful about a line before it is sent; never a reason not to send it."""
        return advise(line, self._state)

    # Incoming

    def receive_data(self, data: bytes) -> None:
        """Octets from the server, however they were cut."""
        position = 0
        while position < len(data):
            match self.phase:
                case Phase.CLOSED | Phase.BROKEN:
                    return
                case Phase.UPGRADING:
                    self._injected(data[position:])
                    return
            if self._incoming is None and not self._lines.partial:
                self._asked = self._out.waits
            line, position = self._lines.take(data, position)
            if line is not None:
                self._take_line(line)
            elif self._is_tls_record():
                return
            elif self._lines.endless:
                self._break(self._lines.partial, "a line without end: the server sends no line end")
        if self.phase is Phase.UPGRADING:
            self._events.append(UpgradeTLS())

    def receive_eof(self, clean: bool = True) -> None:
        """The server closed; ``clean`` is False after a reset or TLS without close_notify."""
        if self.phase is Phase.CLOSED:
            return
        partial = self._lines.partial
        if partial:
            self._malformed(partial, "the connection ended in the middle of a line")
        if self._incoming is not None:
            self._malformed(self._incoming.octets, "the connection ended in the middle of a reply")
            self._incoming = None
        self._events.append(Closed(clean, self.pending, partial, self._goodbye))
        if self.phase is not Phase.BROKEN:
            self._state = replace(self._state, phase=Phase.CLOSED)

    def next_event(self) -> Event | None:
        """The next event; None when more octets are needed."""
        return self._events.popleft() if self._events else None

    def tls_started(self) -> None:
        """TLS is up: what the server said in the clear is forgotten (RFC 3207 4.2)."""
        self._state = after_tls(self._state)
        self._accepted.clear()
        self._mechanism = ""
        self._out.begin(Grammar.LINES)

    def tls_failed(self, reason: str) -> None:
        """The handshake failed: nothing can be sent any more."""
        self._state = replace(self._state, phase=Phase.BROKEN, reason=reason)

    # Sending

    def _require_sendable(self) -> None:
        match self.phase:
            case Phase.UPGRADING:
                raise LocalProtocolError("the TLS handshake is going on: wait until it is done")
            case Phase.CLOSED:
                raise LocalProtocolError("the connection is closed: connect again")
            case Phase.BROKEN:
                raise LocalProtocolError(
                    f"the connection cannot be used any more ({self._state.reason}): connect again"
                )

    def _send(self, data: bytes) -> bytes:
        self._require_sendable()
        if self._lines.partial and not self._asked:
            self._doubt(
                f"{len(self._lines.partial)} octets had arrived before this was sent:"
                " they do not answer it"
            )
        offset = self._out.offset
        self._goodbye = None
        self._out.send(data)
        self._follow_grammar()
        for doubt in self._out.doubts:
            self._doubt(doubt)
        self._out.doubts.clear()
        spans = tuple(
            (max(start, offset) - offset, min(end, offset + len(data)) - offset)
            for start, end in self._out.marks
            if end > offset
        )
        self.last_sent = Sent(data, offset, spans, self._label() if spans else "")
        return data

    def _label(self) -> str:
        named = next((item.mechanism for item in self._out.queue if item.mechanism), "")
        return named or self._mechanism or "AUTH"

    def _follow_grammar(self) -> None:
        """The phase after our own octets: they end a message or a chunk, or begin one."""
        match self._out.grammar, self.phase:
            case Grammar.CHUNK, Phase.COMMAND:
                self._state = replace(self._state, phase=Phase.CHUNK)
            case Grammar.LINES, Phase.BODY | Phase.CHUNK:
                self._state = replace(self._state, phase=Phase.COMMAND)

    # Receiving

    def _take_line(self, line: Line) -> None:
        parsed = parse(line)
        if isinstance(parsed, str):
            self._malformed(line.raw, parsed)
            if self._incoming is None:
                self._lose(f"the server sent something that is no reply: {parsed}")
            return
        first = self._incoming is None
        incoming = self._incoming or Incoming(self._asked, parsed.code)
        self._incoming = incoming
        if incoming.add(line, parsed):
            self._malformed(
                line.raw,
                f"the reply began with {incoming.first_code}, continues with {parsed.code}",
            )
        head = self._head() if incoming.asked else None
        command = head.command() if head is not None else None
        self._events.append(
            ReplyLine(parsed.code, parsed.text, line.raw, first, parsed.last, command)
        )
        if parsed.last:
            self._incoming = None
            if head is None or command is None:
                self._take_unsolicited(incoming.unsolicited())
            else:
                self._finish(incoming, head, command)
        elif incoming.size > self.limits.reply:
            self._break(line.raw, "a reply without end: its lines go on and on")

    def _head(self) -> Waiting | None:
        return self._out.queue[0] if self._out.queue else self._out.body

    def _finish(self, incoming: Incoming, head: Waiting, command: Command) -> None:
        code = incoming.code
        early = not self._out.queue
        if early:
            incoming.flags.add("early")
        if is_implausible(head, code, prdr=self._prdr):
            incoming.flags.add("implausible")
        head.expects = replies_expected(head, code, lmtp=self.lmtp, recipients=len(self._accepted))
        recipient = recipient_of(head, lmtp=self.lmtp, accepted=self._accepted)
        self._events.append(incoming.reply(command, recipient))
        head.answered += 1
        head.expects -= 1
        if early:
            self._answer_early(code)
        elif head.expects <= 0:
            self._apply(head, command, code, tuple(incoming.lines))
            self._out.answered()
        elif code == 421:
            self._state = apply(self._state, Effect.CLOSE)

    def _take_unsolicited(self, reply: Unsolicited) -> None:
        self._events.append(reply)
        self._goodbye = reply
        if reply.code == 421:
            self._state = apply(self._state, Effect.CLOSE)
        else:
            self._lose("the server sent a reply that answers nothing")

    def _answer_early(self, code: int) -> None:
        """A reply before the message was ended: it belongs to the message, and all else is open."""
        if code == 421:
            self._state = apply(self._state, Effect.CLOSE)
        elif self._out.loose_end:
            self._out.begin(Grammar.LINES)
            self._state = apply(apply(self._state, Effect.LISTEN), Effect.TRANSACTION_ENDS)
        self._doubt("the server answered before the message was ended")

    # Effects of a final reply

    def _apply(self, head: Waiting, command: Command, code: int, lines: tuple[bytes, ...]) -> None:
        for effect in effects(head.row, classify(code)):
            match effect:
                case Effect.HELLO:
                    self._greeted(head.verb, lines)
                case Effect.SENDER:
                    self._accepted.clear()
                    self._prdr = b"PRDR" in command.raw.upper().split()
                case Effect.RECIPIENT:
                    self._accepted.append(_path(command.line))
                case Effect.TRANSACTION_ENDS:
                    self._accepted.clear()
                case Effect.AUTHENTICATED:
                    mechanism = head.mechanism or self._mechanism
                    self._state = replace(self._state, identity=Identity(mechanism))
                case Effect.CHUNK_IN_DOUBT if head.chunk:
                    self._doubt(
                        "servers differ in whether they still take a refused chunk's octets"
                    )
                case Effect.REREAD_CHUNK:
                    self._reread_chunk()
            self._state = apply(self._state, effect)
            match effect:
                case Effect.BODY:
                    self._out.reread(Grammar.BODY)
                    self._events.append(BodyExpected(command))
                case Effect.CHALLENGED:
                    self._mechanism = head.mechanism or self._mechanism
                    self._out.reread(Grammar.RESPONSE)
                    self._events.append(Challenge(lines[0], _decoded(lines[0])))
                case Effect.UPGRADE if len(self._out.queue) > 1 or self._out.fragment:
                    self._break(b"", "commands had been sent behind STARTTLS")
        self._follow_grammar()

    def _greeted(self, verb: bytes, lines: tuple[bytes, ...]) -> None:
        hello = GREETING_COMMANDS[verb]
        offered = extensions.Extensions() if hello is Hello.HELO else extensions.parse(lines)
        self._state = replace(self._state, hello=hello, extensions=offered)

    def _reread_chunk(self) -> None:
        if not self._out.reread_chunk():
            self._lose("the server does not know BDAT and read the chunk as command lines")

    # What is wrong

    def _malformed(self, raw: bytes, reason: str) -> None:
        self._events.append(Malformed(raw, reason))

    def _doubt(self, reason: str) -> None:
        self._events.append(Uncertain(reason))
        if self.sync is Sync.OK:
            self._state = replace(self._state, sync=Sync.UNCERTAIN, reason=reason)

    def _lose(self, reason: str) -> None:
        if self.sync is not Sync.LOST:
            self._state = replace(self._state, sync=Sync.LOST, reason=reason)
            self._events.append(Desync(reason))

    def _break(self, raw: bytes, reason: str) -> None:
        self._malformed(raw, reason)
        self._state = replace(self._state, phase=Phase.BROKEN, reason=reason)
        self._incoming = None

    def _injected(self, data: bytes) -> None:
        self._break(
            data,
            f"{len(data)} octets of plain text came behind the 220 to STARTTLS:"
            " somebody may be injecting replies",
        )

    def _is_tls_record(self) -> bool:
        head = self._lines.partial
        if self.security is Security.TLS or not head.startswith(_TLS_RECORDS):
            return False
        if self._incoming is not None or self.phase is not Phase.GREETING:
            return False
        self._break(head[:2], "these are octets of TLS: this port speaks TLS from the first octet")
        return True


def _path(line: bytes) -> bytes:
    """The argument of RCPT TO, as it was sent."""
    return line.partition(b":")[2].strip()


def _decoded(token: bytes) -> bytes | None:
    try:
        return base64.b64decode(token.strip(), validate=True)
    except binascii.Error:
        return None
