"""What was sent and waits for replies: read provisionally, and read again when a reply says so.

The server alone decides what our octets meant: after 354 they are message text, after 334 an
answer, after 500 to BDAT a chunk is command lines. So sent octets are kept as they are and cut
into commands as the server would cut them; when a reply changes the grammar, those behind it
are cut anew, up to where both ways of cutting meet again.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from smtp_tui.smtp import secrets
from smtp_tui.smtp.body import EndOfData
from smtp_tui.smtp.commands import lookup, verb_of
from smtp_tui.smtp.events import Span, without
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING, MESSAGE_BODY
from smtp_tui.smtp.waiting import HEAD, Waiting

_BDAT = re.compile(rb"BDAT[ \t]+([0-9]{1,18})([ \t]+LAST)?[ \t]*\r?\n?", re.IGNORECASE)
_BINARY_PROXY_HEADER = b"\r\n\r\n\0\r\nQUIT\n"

KEPT = 1024 * 1024
"""How many octets of chunks are kept in all, to be read again if the server refuses BDAT."""

_OF_AUTH = (b"AUTH", AUTH_RESPONSE)

_BARE_LF = "a bare LF was sent: not every server takes it for the end of a line"
_EMPTY_LINE = "an empty line was sent: not every server answers one"
_LOOSE_END = (
    "the message holds something that some servers take for its end:"
    " they read the rest of it as commands"
)


class Grammar(Enum):
    """How the server reads our next octet."""

    LINES = "lines"
    RESPONSE = "response"
    BODY = "body"
    CHUNK = "chunk"


_OF_LINES = (Grammar.LINES, Grammar.RESPONSE)


class Sent(NamedTuple):
    """The last octets handed out: where they stand in the stream and which are credentials."""

    data: bytes
    offset: int
    secrets: tuple[Span, ...]
    label: str

    def __repr__(self) -> str:
        return without(self, "data")


@dataclass(slots=True)
class _Fragment:
    """Octets of a line without end, and which of them are credentials, as far as was judged."""

    octets: bytearray = field(default_factory=bytearray, repr=False)
    offset: int = 0
    judged: int = 0
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class Outgoing:
    """The queue of what was sent, in order; its head owns the next reply."""

    grammar: Grammar = Grammar.LINES
    queue: deque[Waiting] = field(default_factory=deque)
    body: Waiting | None = None
    """Message text that has begun and not ended."""
    doubts: list[str] = field(default_factory=list)
    """What was sent that servers answer differently; the caller takes them away."""
    marks: list[Span] = field(default_factory=list)
    """Credentials among the octets of the last ``send``, by offset."""
    offset: int = 0
    auth_refused: bool = False
    """AUTH was refused and no known command sent since: answers may still be on their way."""
    _fragment: _Fragment = field(default_factory=_Fragment)
    _end_of_data: EndOfData = field(default_factory=EndOfData)
    _chunk: Waiting | None = None
    _chunk_left: int = 0
    _kept: int = 0
    _turning: int = 0
    """How many in the queue may change how the server reads what is behind them."""
    _auths: int = 0
    _verbs: tuple[bytes, ...] | None = None
    """Of the queue as it is; None when it has changed."""

    def __post_init__(self) -> None:
        self._put(Waiting(GREETING, bytearray(), 0, 0))  # the server speaks first

    @property
    def fragment(self) -> bytes:
        """Octets sent without a line end: the server is waiting for the rest."""
        return bytes(self._fragment.octets)

    @property
    def waits(self) -> bool:
        """Whether a reply that begins now has something to answer."""
        return bool(self.queue) or self.body is not None

    @property
    def verbs(self) -> tuple[bytes, ...]:
        """The verbs of the queue, in order; the same object while it does not change."""
        if self._verbs is None:
            self._verbs = tuple([item.verb for item in self.queue])
        return self._verbs

    @property
    def head(self) -> Waiting | None:
        """What the next reply answers."""
        return self.queue[0] if self.queue else self.body

    @property
    def auth_waits(self) -> bool:
        """Whether an AUTH command or an answer to a challenge waits for its reply."""
        return self._auths > 0

    @property
    def loose_end(self) -> bool:
        """Whether the message text held something that only some servers take for its end."""
        return self._end_of_data.loose

    @property
    def at_line_start(self) -> bool:
        """Whether message text sent now begins a line of its own."""
        return self._end_of_data.at_line_start

    def send(self, data: bytes) -> None:
        """Take note of octets that go out now."""
        self.marks.clear()
        start = self.offset
        self.offset += len(data)
        if self._is_one_line(data):
            self._take_line(data, start)
            return
        proxy = _binary_proxy_header(data) if not start and self._before_greeting else 0
        self._read(data[proxy:] if proxy else data, start + proxy)
        if self._fragment.octets:
            self._mark(self._fragment.offset, self._fragment_secrets())

    def secrets_in(self, offset: int, octets: int) -> tuple[Span, ...]:
        """Which of the octets just sent are credentials; some marks are of earlier ones."""
        end = offset + octets
        return tuple(
            [
                (max(first, offset) - offset, min(last, end) - offset)
                for first, last in self.marks
                if last > offset
            ]
        )

    def answered(self, code: int) -> None:
        """The head had its last reply; what is behind it may have become certain."""
        head = self.queue.popleft()
        if head.verb in _OF_AUTH:
            self.auth_refused = code >= 400
        self._verbs = None
        if head.turns:
            self._count(head, -1)
            for item in self.queue:
                self.doubts += item.doubts
                item.doubts.clear()
                if item.turns:
                    break

    def reread(self, grammar: Grammar) -> bool:
        """Cut everything behind the head anew: the server reads it in another grammar.

        False when some of the octets were not kept.
        """
        return self._reread(grammar, b"", 0)

    def reread_chunk(self) -> bool:
        """Cut the octets of the head's chunk as command lines; False when they are not all kept."""
        head = self.queue[0]
        line = head.line_octets
        settled = self._reread(Grammar.LINES, bytes(head.raw[line:]), head.offset + line)
        return settled and head.whole

    def begin(self, grammar: Grammar) -> None:
        """From here on the server reads in another grammar; nothing is waiting behind."""
        self.grammar = grammar
        self._fragment = _Fragment()
        self._chunk = None
        self._chunk_left = 0
        self.body = None
        if grammar is Grammar.BODY:
            self._end_of_data = EndOfData()

    # The queue

    def _put(self, item: Waiting) -> None:
        self.queue.append(item)
        self._verbs = None
        if item.turns:
            self._count(item, 1)

    def _count(self, item: Waiting, one: int) -> None:
        """One more or less in the queue, of those that turn."""
        self._turning += one
        self._kept += one * item.kept
        if item.verb in _OF_AUTH:
            self._auths += one

    def _doubt(self, item: Waiting, reason: str) -> None:
        """Tell a doubt now, or when it is certain that the server reads the item as one."""
        (item.doubts if self._turning else self.doubts).append(reason)

    def _reread(self, grammar: Grammar, data: bytes, offset: int) -> bool:
        """Cut ``data`` and what is behind the head in a grammar, until lines begin as before."""
        head = self.queue.popleft()
        behind, self.queue = self.queue, deque([head])
        fragment, kept_cut = self._fragment, (self.grammar, self._chunk, self._chunk_left)
        self._verbs = None
        self.begin(grammar)
        self._read(data, offset)
        whole = True
        while behind and (self.grammar is not Grammar.LINES or self._fragment.octets):
            item = behind.popleft()
            if item.turns:
                self._count(item, -1)
            whole = whole and item.whole
            self._read(bytes(item.raw), item.offset)
        if not behind:
            self._read(bytes(fragment.octets), fragment.offset)
            return whole
        if self.queue[-1].loose:
            self._doubt(self.queue[-1], _LOOSE_END)
        self._fragment = fragment
        self.grammar, self._chunk, self._chunk_left = kept_cut
        behind.extendleft(reversed(self.queue))
        self.queue = behind
        return whole

    # Cutting

    def _is_one_line(self, data: bytes) -> bool:
        """Whether octets are one whole command line, as they nearly always are."""
        if self.grammar not in _OF_LINES or self._fragment.octets:
            return False
        return data.find(b"\n") == len(data) - 1 >= 0

    def _read(self, data: bytes, offset: int) -> None:
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

    def _read_body(self, data: bytes, position: int, offset: int) -> int:
        if self.body is None:
            self.body = Waiting(MESSAGE_BODY, bytearray(), offset + position, 0)
        ended = self._end_of_data.find(data, position)
        end = len(data) if ended is None else ended
        room = HEAD - len(self.body.raw)
        if room > 0:
            self.body.raw += data[position : min(end, position + room)]
        self.body.octets += end - position
        if ended is not None:
            self.body.loose = self.loose_end
            if self.body.expects > 0:
                self._put(self.body)
            self.body = None
            self.grammar = Grammar.LINES
        return end

    def _read_chunk(self, data: bytes, position: int) -> int:
        taken = min(self._chunk_left, len(data) - position)
        if self._chunk is not None:
            self._chunk.octets += taken
            self._chunk.chunk += taken
            kept = min(taken, KEPT - self._kept)
            self._chunk.raw += data[position : position + kept]
            self._kept += kept
        self._chunk_left -= taken
        if not self._chunk_left:
            self._chunk = None
            self.grammar = Grammar.LINES
        return position + taken

    def _read_line(self, data: bytes, position: int, offset: int) -> int:
        fragment = self._fragment
        found = data.find(b"\n", position)
        end = len(data) if found < 0 else found + 1
        if not fragment.octets:
            if found >= 0:
                self._take_line(data[position:end], offset + position)
                return end
            fragment.offset = offset + position
        fragment.octets += data[position:end]
        if found >= 0:
            self._fragment = _Fragment()
            self._take_line(bytes(fragment.octets), fragment.offset)
        return end

    def _take_line(self, line: bytes, offset: int) -> None:
        if offset == 0 and self._is_proxy_header(line):
            return
        spans = self._secrets_of(line)
        if spans:
            self._mark(offset, spans)
        if self.auth_refused:
            self.auth_refused = lookup(line) is None
        item = Waiting(verb_of(line), bytearray(line), offset, len(line), spans)
        if self.grammar is Grammar.RESPONSE:
            self.grammar = Grammar.LINES
            item.verb = AUTH_RESPONSE
        elif item.verb == b"AUTH":
            item.mechanism = secrets.mechanism_of(line)
        self._note_doubts(item, line)
        if item.verb == b"BDAT" and (match := _BDAT.fullmatch(line)) is not None:
            item.last = match[2] is not None
            item.size = self._chunk_left = int(match[1])
        if item.size:
            self._chunk = item
            self.grammar = Grammar.CHUNK
        self._put(item)

    def _note_doubts(self, item: Waiting, line: bytes) -> None:
        if not line.endswith(b"\r\n"):
            self._doubt(item, _BARE_LF)
        if not self.queue:
            return
        ahead = self.queue[-1]
        if item.verb == b"":
            self._doubt(item, _EMPTY_LINE)
        elif ahead.verb == b"" and len(self.queue) == 1:
            self._doubt(ahead, _EMPTY_LINE)
        if ahead.loose:
            self._doubt(ahead, _LOOSE_END)

    def _is_proxy_header(self, line: bytes) -> bool:
        """A PROXY protocol header before the greeting gets no reply of its own."""
        return self._before_greeting and line.startswith(b"PROXY ")

    @property
    def _before_greeting(self) -> bool:
        return bool(self.queue) and self.queue[0].verb == GREETING

    # Credentials

    def _secrets_of(self, line: bytes) -> tuple[Span, ...]:
        if self.grammar is Grammar.RESPONSE:
            return secrets.in_response(line)
        if self.auth_waits or self.auth_refused:
            return secrets.in_line_behind_auth(line)
        return secrets.in_command(line)

    def _fragment_secrets(self) -> tuple[Span, ...]:
        """Of an unfinished line, judged by its head: a long one costs no more with each octet."""
        fragment = self._fragment
        if fragment.judged < HEAD:
            fragment.spans = self._secrets_of(bytes(fragment.octets[:HEAD]))
            fragment.judged = min(HEAD, len(fragment.octets))
        if fragment.spans and fragment.spans[-1][1] == fragment.judged:
            return (*fragment.spans[:-1], (fragment.spans[-1][0], len(fragment.octets)))
        return fragment.spans

    def _mark(self, offset: int, spans: tuple[Span, ...]) -> None:
        self.marks += [(offset + start, offset + end) for start, end in spans]


def _binary_proxy_header(data: bytes) -> int:
    """The length of a PROXY protocol header of version 2 at the beginning; 0 when there is none."""
    if not data.startswith(_BINARY_PROXY_HEADER) or len(data) < 16:
        return 0
    return 16 + int.from_bytes(data[14:16], "big")
