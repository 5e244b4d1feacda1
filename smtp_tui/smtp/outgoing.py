"""What was sent and waits for replies: read provisionally, and read again when a reply says so.

The server alone decides what our octets meant: after 354 they are message text, after 334 an
answer, after 500 to BDAT a chunk is command lines. So sent octets are kept as they are and cut
into commands as the server would cut them; when a reply changes the grammar, those behind it
are cut anew.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from smtp_tui.smtp import secrets
from smtp_tui.smtp.body import EndOfData
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.events import Command, Span
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING, MESSAGE_BODY

_BDAT = re.compile(rb"BDAT[ \t]+([0-9]{1,18})([ \t]+LAST)?[ \t]*\r?\n?", re.IGNORECASE)

KEPT = 1024 * 1024
"""How many octets of one chunk are kept, to be read again if the server refuses BDAT."""

_BODY_HEAD = 4096
_CHALLENGEABLE = (b"AUTH", AUTH_RESPONSE)


class Grammar(Enum):
    """How the server reads our next octet."""

    LINES = "lines"
    RESPONSE = "response"
    BODY = "body"
    CHUNK = "chunk"


@dataclass(slots=True)
class Waiting:
    """Octets that want replies; ``expects`` counts those still to come."""

    verb: bytes
    raw: bytearray
    offset: int
    octets: int
    secrets: tuple[Span, ...] = ()
    expects: int = 1
    answered: int = 0
    chunk: int = 0
    last: bool = False
    mechanism: str = ""

    @property
    def row(self) -> bytes:
        """The verb under which the state table knows it."""
        return b"BDAT LAST" if self.last else self.verb

    def command(self) -> Command:
        """It as events show it."""
        raw = bytes(self.raw[:_BODY_HEAD]) if self.verb == MESSAGE_BODY else bytes(self.raw)
        return Command(self.verb, raw, self.offset, self.octets, self.secrets)


@dataclass(slots=True)
class Outgoing:
    """The queue of what was sent, in order; its head owns the next reply."""

    greeting: bool = True
    grammar: Grammar = Grammar.LINES
    queue: deque[Waiting] = field(default_factory=deque)
    body: Waiting | None = None
    """Message text that has begun and not ended."""
    doubts: list[str] = field(default_factory=list)
    """What was sent that servers answer differently; the caller takes them away."""
    marks: list[Span] = field(default_factory=list)
    """Credentials among the octets of the last ``read``, by offset."""
    offset: int = 0
    _auths: int = 0
    """How many of the queue may be answered with a challenge."""
    _fragment: bytearray = field(default_factory=bytearray)
    _fragment_offset: int = 0
    _end_of_data: EndOfData = field(default_factory=EndOfData)
    _chunk: Waiting | None = None
    _chunk_left: int = 0

    def __post_init__(self) -> None:
        self.expect_greeting()

    def expect_greeting(self) -> None:
        """The server speaks first."""
        if self.greeting:
            self.queue.appendleft(Waiting(GREETING, bytearray(), self.offset, 0))

    @property
    def fragment(self) -> bytes:
        """Octets sent without a line end: the server is waiting for the rest."""
        return bytes(self._fragment)

    @property
    def waits(self) -> bool:
        """Whether a reply that begins now has something to answer."""
        return bool(self.queue) or self.body is not None

    @property
    def loose_end(self) -> bool:
        """Whether the message text held something that only some servers take for its end."""
        return self._end_of_data.loose

    def send(self, data: bytes) -> None:
        """Take note of octets that go out now."""
        self.marks.clear()
        start = self.offset
        self.offset += len(data)
        self.read(data, start)
        if self._fragment:
            self._mark(self._fragment_offset, self._secrets_of(bytes(self._fragment)))

    def answered(self) -> None:
        """The head got its last reply."""
        if self.queue.popleft().verb in _CHALLENGEABLE:
            self._auths -= 1

    @property
    def awaits_auth(self) -> bool:
        """Whether something that waits may be answered with a challenge."""
        return self._auths > 0

    def read(self, data: bytes, offset: int) -> None:
        """Cut octets into commands, in the grammar of the moment."""
        position = 0
        while position < len(data):
            match self.grammar:
                case Grammar.BODY:
                    position = self._read_body(data, position, offset)
                case Grammar.CHUNK:
                    position = self._read_chunk(data, position)
                case _:
                    position = self._read_line(data, position, offset)

    def reread(self, grammar: Grammar) -> None:
        """Cut everything behind the head anew: the server reads it in another grammar."""
        head = self.queue[0] if self.queue else None
        behind = list(self.queue)[1:]
        offset = behind[0].offset if behind else self._fragment_offset
        data = b"".join(bytes(item.raw) for item in behind) + bytes(self._fragment)
        self._only(head)
        self._begin(grammar)
        self.read(data, offset)

    def reread_chunk(self) -> bool:
        """Cut the octets of the head's chunk as command lines; False when they are not all kept."""
        head = self.queue[0]
        line = head.octets - head.chunk
        chunk = bytes(head.raw[line:])
        whole = len(chunk) == head.chunk
        behind = list(self.queue)[1:]
        data = chunk + b"".join(bytes(item.raw) for item in behind) + bytes(self._fragment)
        self._only(head)
        self._begin(Grammar.LINES)
        self.read(data, head.offset + line)
        return whole

    def begin(self, grammar: Grammar) -> None:
        """From here on the server reads in another grammar; nothing is waiting behind."""
        self._begin(grammar)

    def _only(self, head: Waiting | None) -> None:
        self.queue.clear()
        self._auths = 0
        if head is not None:
            self.queue.append(head)
            self._auths = int(head.verb in _CHALLENGEABLE)

    def _begin(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._fragment.clear()
        self._chunk = None
        self._chunk_left = 0
        self.body = None
        if grammar is Grammar.BODY:
            self._end_of_data = EndOfData()

    def _read_body(self, data: bytes, position: int, offset: int) -> int:
        if self.body is None:
            self.body = Waiting(MESSAGE_BODY, bytearray(), offset + position, 0)
        piece = data[position:] if position else data
        end = self._end_of_data.find(piece)
        taken = len(piece) if end is None else end
        room = _BODY_HEAD - len(self.body.raw)
        if room > 0:
            self.body.raw += piece[: min(taken, room)]
        self.body.octets += taken
        if end is not None:
            if self.body.expects:
                self.queue.append(self.body)
            self.body = None
            self.grammar = Grammar.LINES
        return position + taken

    def _read_chunk(self, data: bytes, position: int) -> int:
        taken = min(self._chunk_left, len(data) - position)
        if self._chunk is not None:
            self._chunk.octets += taken
            self._chunk.chunk += taken
            room = max(0, KEPT - len(self._chunk.raw))
            self._chunk.raw += data[position : position + min(taken, room)]
        self._chunk_left -= taken
        if not self._chunk_left:
            self._chunk = None
            self.grammar = Grammar.LINES
        return position + taken

    def _read_line(self, data: bytes, position: int, offset: int) -> int:
        if not self._fragment:
            self._fragment_offset = offset + position
        found = data.find(b"\n", position)
        end = len(data) if found < 0 else found + 1
        self._fragment += data[position:end]
        if found < 0:
            return end
        line = bytes(self._fragment)
        self._fragment.clear()
        self._take_line(line, self._fragment_offset)
        return end

    def _take_line(self, line: bytes, offset: int) -> None:
        if not line.endswith(b"\r\n"):
            self.doubts.append(
                "a bare LF was sent: not every server takes it for the end of a line"
            )
        if self.queue and self.queue[-1].verb == b"":
            self.doubts.append("an empty line was sent: not every server answers one")
        spans = self._secrets_of(line)
        self._mark(offset, spans)
        if self.grammar is Grammar.RESPONSE:
            self.grammar = Grammar.LINES
            item = Waiting(AUTH_RESPONSE, bytearray(line), offset, len(line), spans)
        elif self._is_proxy_header(line):
            return
        else:
            item = Waiting(verb_of(line), bytearray(line), offset, len(line), spans)
            item.mechanism = secrets.mechanism_of(line)
        self.queue.append(item)
        if item.verb in _CHALLENGEABLE:
            self._auths += 1
        if item.verb == b"BDAT" and (match := _BDAT.fullmatch(line)) is not None:
            item.last = match[2] is not None
            self._chunk_left = int(match[1])
            if self._chunk_left:
                self._chunk = item
                self.grammar = Grammar.CHUNK

    def _is_proxy_header(self, line: bytes) -> bool:
        """A PROXY protocol header before the greeting gets no reply of its own."""
        first = len(self.queue) == 1 and self.queue[0].verb == GREETING
        return first and line.startswith(b"PROXY ")

    def _secrets_of(self, line: bytes) -> tuple[Span, ...]:
        if self.grammar is Grammar.RESPONSE:
            return secrets.in_response(line)
        if self._auths:
            return secrets.in_line_behind_auth(line)
        return secrets.in_command(line)

    def _mark(self, offset: int, spans: tuple[Span, ...]) -> None:
        self.marks += [(offset + start, offset + end) for start, end in spans]
