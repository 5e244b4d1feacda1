"""The dialogue: what was sent, what came back, and which answers which.

No input or output: ask it what to write, give it what was read, take the events. What a server
does wrong is an event; the only exception is ``LocalProtocolError``, for what we do wrong.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Callable

from smtp_tui.smtp.advice import Advice, advise
from smtp_tui.smtp.body import stuff
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
    Uncertain,
    Unsolicited,
    UpgradeTLS,
    made,
)
from smtp_tui.smtp.expectation import expect, is_implausible, recipient_of
from smtp_tui.smtp.facts import Facts
from smtp_tui.smtp.incoming import Incoming
from smtp_tui.smtp.outgoing import Grammar, Sent
from smtp_tui.smtp.replies import TLS_RECORDS, Limits, Line
from smtp_tui.smtp.state import Effect, Phase, Security, effects_of
from smtp_tui.smtp.tokens import decoded
from smtp_tui.smtp.waiting import Waiting

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

_TURNING = (
    Effect.BODY,
    Effect.CHALLENGED,
    Effect.UPGRADE,
    Effect.CHUNK_IN_DOUBT,
    Effect.REREAD_CHUNK,
)
_SILENT = (Phase.UPGRADING, Phase.CLOSED, Phase.BROKEN)
_OF_TEXT = (Phase.BODY, Phase.CHUNK)
_UNSENDABLE = re.compile(rb"[\r\n\0]")
_UNSENDABLE_NAMES = {b"\r": "CR", b"\n": "LF", b"\0": "NUL"}


class LocalProtocolError(ValueError):
    """What was asked for cannot be sent: the text says why; nothing was recorded or written."""


class Dialogue(Facts):
    """One SMTP (or LMTP) session, seen from the client; it starts waiting for the greeting.

    ``write`` is given the octets to write, as soon as it is certain that they can be sent: what
    they mean is found out while the server reads them.
    """

    def __init__(
        self,
        lmtp: bool = False,
        limits: Limits | None = None,
        *,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        super().__init__(lmtp, limits or Limits())
        self._write = write
        self._incoming: Incoming | None = None
        self._asked = True
        self._events: deque[Event] = deque()
        self._goodbye: Unsolicited | None = None
        self.last_sent: Sent | None = None

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
        return self._send(stuff(message, at_line_start=self._out.at_line_start))

    def chunk(self, data: bytes, last: bool = True) -> bytes:
        """A BDAT command with its octets, as they are (RFC 3030 2)."""
        return self._send(b"BDAT %d%s\r\n" % (len(data), b" LAST" if last else b"") + data)

    def auth_response(self, token: bytes | None) -> bytes:
        """An answer to a challenge, put into Base64; b"" is an empty line, None is ``*``."""
        self._require_sendable()
        if self.phase is not Phase.AUTH and not self._out.auth_waits:
            raise LocalProtocolError("no challenge is waiting: send AUTH first")
        line = b"*" if token is None else base64.b64encode(token)
        return self._send(line + b"\r\n")

    def raw(self, data: bytes) -> bytes:
        """Octets exactly as given; cut into commands as a server would."""
        return self._send(data)

    def advise(self, line: bytes) -> list[Advice]:
        """What is doubtful about a line before it is sent; never a reason not to send it."""
        return advise(line, self.state, lmtp=self._session.replies_per_recipient)

    # Incoming

    def receive_data(self, data: bytes) -> None:
        """Octets from the server, however they were cut."""
        lines, session = self._lines, self._session
        position, end = 0, len(data)
        while position < end:
            if session.state.phase in _SILENT:
                if session.state.phase is Phase.UPGRADING:
                    self._injected(data[position:])
                return
            if self._incoming is None and (position or not lines.unfinished):
                self._asked = self._out.waits
            line, position = lines.take(data, position)
            if line is not None:
                self._take_line(line)
            elif self._is_tls_record():
                return
            elif lines.endless:
                self._break(lines.partial, "a line without end: the server sends no line end")
        if session.state.phase is Phase.UPGRADING:
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
            self._session.enter(Phase.CLOSED)

    def give_up(self) -> None:
        """We closed: nothing is sent or taken any more, and there is no event of it."""
        self._events.clear()
        if self.phase is not Phase.BROKEN:
            self._session.enter(Phase.CLOSED)

    def next_event(self) -> Event | None:
        """The next event; None when more octets are needed."""
        return self._events.popleft() if self._events else None

    def tls_started(self) -> None:
        """TLS is up: what the server said in the clear is forgotten (RFC 3207 4.2)."""
        self._session.forget()
        self._out.begin(Grammar.LINES)

    def tls_failed(self, reason: str) -> None:
        """The handshake failed: nothing can be sent any more."""
        self._session.enter(Phase.BROKEN, reason)

    # Sending

    def _require_sendable(self) -> None:
        phase = self._session.state.phase
        if phase not in _SILENT:
            return
        match phase:
            case Phase.UPGRADING:
                raise LocalProtocolError("the TLS handshake is going on: wait until it is done")
            case Phase.CLOSED:
                raise LocalProtocolError("the connection is closed: connect again")
            case _:
                raise LocalProtocolError(
                    f"the connection cannot be used any more ({self.state.reason}): connect again"
                )

    def _send(self, data: bytes) -> bytes:
        self._require_sendable()
        if self._write is not None:
            self._write(data)
        if self._lines.unfinished and not self._asked:
            self._doubt(
                f"{len(self._lines.partial)} octets had arrived before this was sent:"
                " they do not answer it"
            )
        offset = self._out.offset
        self._goodbye = None
        self._out.send(data)
        self._follow_grammar()
        if self._out.doubts:
            self._tell_doubts()
        spans = self._out.secrets_in(offset, len(data)) if self._out.marks else ()
        self.last_sent = Sent(data, offset, spans, self._label() if spans else "")
        return data

    def _label(self) -> str:
        named = next((item.mechanism for item in self._out.queue if item.mechanism), "")
        return named or self._session.mechanism or "AUTH"

    def _follow_grammar(self) -> None:
        """The phase after our own octets: they end a message or a chunk, or begin one."""
        grammar, phase = self._out.grammar, self._session.state.phase
        if phase in _OF_TEXT:
            if grammar is Grammar.LINES:
                self._session.enter(Phase.COMMAND)
        elif grammar is Grammar.CHUNK and phase is Phase.COMMAND:
            self._session.enter(Phase.CHUNK)

    # Receiving

    def _take_line(self, line: Line) -> None:
        if line.fault:
            self._malformed(line.raw, line.fault)
            if self._incoming is None:
                self._lose(f"the server sent something that is no reply: {line.fault}")
            return
        incoming = self._incoming
        first = incoming is None
        if incoming is None:
            head = self._out.head if self._asked else None
            incoming = self._incoming = Incoming(head, line.code)
        if incoming.add(line):
            self._malformed(
                line.raw,
                f"the reply began with {incoming.first_code}, continues with {line.code}",
            )
        head = incoming.head
        command = head.command() if head is not None else None
        about = None
        if head is not None and head.ends_message:
            about = self._about(head, line.code)
        fields = (line.code, line.text, line.raw, first, line.last, command, about)
        self._events.append(made(ReplyLine, fields))
        if line.last:
            self._incoming = None
            if head is None or command is None:
                self._take_unsolicited(incoming.unsolicited())
            else:
                self._finish(incoming, head, command, about)
        elif incoming.size > self.limits.reply:
            self._break(line.raw, incoming.endless(self.limits.reply))

    def _finish(
        self, incoming: Incoming, head: Waiting, command: Command, about: bytes | None
    ) -> None:
        code, session, queue = incoming.code, self._session, self._out.queue
        early = not queue or queue[0] is not head
        if early:
            incoming.mark("early")
        if is_implausible(head, code, prdr=session.prdr):
            incoming.mark("implausible")
        reply = incoming.reply(command, about)
        self._events.append(reply)
        head.answered += 1
        head.expects -= 1
        if early:
            self._answer_early(code)
        elif head.expects <= 0:
            self._apply(head, reply)
            self._out.answered(code)
            if self._out.doubts:
                self._tell_doubts()
        elif code == 421:
            session.close()

    def _about(self, head: Waiting, code: int) -> bytes | None:
        """About which recipient a reply with that code to the head, the end of a message, is."""
        lmtp, accepted = self._session.replies_per_recipient, self._session.accepted
        expect(head, code, lmtp=lmtp, recipients=len(accepted))
        return recipient_of(head, lmtp=lmtp, accepted=accepted)

    def _take_unsolicited(self, reply: Unsolicited) -> None:
        self._events.append(reply)
        self._goodbye = reply
        if reply.code == 421:
            self._session.close()
        else:
            self._lose("the server sent a reply that answers nothing")

    def _answer_early(self, code: int) -> None:
        """A reply before the message was ended: it belongs to the message, and all else is open."""
        if code == 421:
            self._session.close()
        elif self._out.body is not None and self._out.loose_end:
            self._out.begin(Grammar.LINES)
            self._session.end_message()
        self._doubt("the server answered before the message was ended")

    def _apply(self, head: Waiting, reply: Reply) -> None:
        """What a final reply does, as the state table has it."""
        for effect in effects_of(head.row, reply.code):
            self._session.take(effect, head, reply.command, reply.lines)
            if effect in _TURNING:
                self._turn(effect, head, reply)
        self._follow_grammar()

    def _turn(self, effect: Effect, head: Waiting, reply: Reply) -> None:
        """The server reads what was sent behind the head in another way."""
        match effect:
            case Effect.BODY:
                if not self._out.reread(Grammar.BODY):
                    self._lose("a long chunk was sent behind DATA: its end cannot be told")
                self._events.append(BodyExpected(reply.command))
            case Effect.CHALLENGED:
                if not self._out.reread(Grammar.RESPONSE):
                    self._lose("a long chunk was sent behind AUTH: its end cannot be told")
                self._events.append(Challenge(reply.lines[0], decoded(reply.lines[0])))
            case Effect.UPGRADE if len(self._out.queue) > 1 or self._out.fragment:
                self._break(b"", "commands had been sent behind STARTTLS")
            case Effect.CHUNK_IN_DOUBT if head.chunk:
                self._doubt("servers differ in whether they still take a refused chunk's octets")
            case Effect.REREAD_CHUNK if not self._out.reread_chunk():
                self._lose("the server does not know BDAT and read the chunk as command lines")

    # What is wrong

    def _malformed(self, raw: bytes, reason: str) -> None:
        self._events.append(Malformed(raw, reason))

    def _tell_doubts(self) -> None:
        for doubt in self._out.doubts:
            self._doubt(doubt)
        self._out.doubts.clear()

    def _doubt(self, reason: str) -> None:
        self._events.append(Uncertain(reason))
        self._session.doubt(reason)

    def _lose(self, reason: str) -> None:
        if self._session.lose(reason):
            self._events.append(Desync(reason))

    def _break(self, raw: bytes, reason: str) -> None:
        self._malformed(raw, reason)
        self._session.enter(Phase.BROKEN, reason)
        self._incoming = None
        self._lines.forget()

    def _injected(self, data: bytes) -> None:
        self._break(
            data,
            f"{len(data)} octets of plain text came behind the 220 to STARTTLS:"
            " somebody may be injecting replies",
        )

    def _is_tls_record(self) -> bool:
        if self._session.state.security is Security.TLS or not self._lines.begins_with(TLS_RECORDS):
            return False
        if self._incoming is not None or self._session.state.phase is not Phase.GREETING:
            return False
        self._break(
            self._lines.partial[:2],
            "these are octets of TLS: this port speaks implicit TLS, from the first octet",
        )
        return True
