"""One message on its way to the server, piece by piece, by DATA or by BDAT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtp_tui.smtp.body import PIECE, normalise, pieces, stuffed, with_crlf
from smtp_tui.smtp.events import Reply
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import Way


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets to write now; the first ``text`` of them are of the message itself.

    ``octets`` counts how many octets of the message are out once these are.
    """

    data: bytes
    text: int
    octets: int


class Delivery:
    """Gives what to send next and learns what the server answers.

    ``command`` is what begins it. ``take`` gives the next piece, None while the server has to
    answer first. Each chunk waits for the reply to the one before it, so that a refusal costs no
    more than one of ``chunk`` octets.
    """

    def __init__(self, message: bytes, way: Way, chunk: int) -> None:
        self.way = way
        self.total = len(message)
        self.octets = 0
        """How many octets of the message have been handed out."""
        self.outcome: tuple[bool, str] | None = None
        """Whether the server took the message, and one sentence; None until that is known."""
        self._codes: list[int] = []
        self._said = ""
        self._stopping = False
        self._whole = False
        self._last = way is Way.DATA
        self._pieces: Iterator[Piece] = iter(())
        self._next: Piece | None = None
        if way is Way.DATA:
            self._text = self._stuffed(message)
        else:
            self._chunks = self._cut(message, chunk, binary=way is Way.BINARY)
            self._begin(next(self._chunks))

    @property
    def command(self) -> bytes | None:
        """The line to begin with; None where the first piece begins it."""
        return b"DATA" if self.way is Way.DATA else None

    @property
    def ready(self) -> bool:
        """Whether ``take`` has something."""
        return self._next is not None

    def go_ahead(self) -> None:
        """The server said 354."""
        if self.way is Way.DATA:
            self._begin(self._text)

    def take(self) -> Piece | None:
        """What to send now; None while there is nothing."""
        piece = self._next
        if piece is not None:
            self.octets = piece.octets
            self._next = next(self._pieces, None)
            self._whole = self._next is None and self._last
        return piece

    def stop(self) -> bool:
        """Send no further chunk; False where only closing the connection stops it."""
        self._stopping = self.way is not Way.DATA and not self._whole
        return self._stopping

    def answered(self, reply: Reply) -> None:
        """A reply to the command, a chunk or the message."""
        said = f"{reply.code} {visible(reply.lines[0][:200])}".rstrip()
        verb = reply.command.verb
        if verb == b"DATA":
            if reply.code != 354:
                self._end(False, f"The server refused the message before its text: {said}")
        elif verb == b"BDAT" and not self._whole:
            self._chunk_answered(reply.code, said)
        elif "early" in reply.flags:
            if reply.code >= 400:
                self._end(False, self._refused_early(said))
        else:
            self._codes.append(reply.code)
            self._said = said

    def all_answered(self) -> None:
        """No more replies are to come to what was sent."""
        if self._codes:
            self._judge(self._said)

    def cut_off(self) -> None:
        """The connection ended; of a message without its end nothing is delivered."""
        outcome = (
            "whether the server took it is not known, so sent again it may arrive twice."
            if self._whole
            else "without its end the server takes nothing of it, so it can be sent again."
        )
        self._end(
            False,
            f"The connection ended after {self.octets:,} of {self.total:,} octets of the message"
            f" were handed to the network: {outcome}",
        )

    def _chunk_answered(self, code: int, said: str) -> None:
        if code // 100 != 2:
            self._end(False, f"The server refused a chunk of the message: {said}")
        elif self.ready:
            self._end(False, self._answered_early(said))
        elif self._stopping:
            self._end(
                False,
                f"Stopped after {self.octets:,} of {self.total:,} octets: RSET makes the server"
                " forget them.",
            )
        else:
            self._begin(next(self._chunks))

    def _refused_early(self, said: str) -> str:
        return (
            f"The server refused the message after {self.octets:,} of {self.total:,} octets were"
            f" handed to the network, so the rest was not sent: {said}. Reconnect for the next try."
        )

    def _answered_early(self, said: str) -> str:
        return (
            f"The server answered before it had all of a chunk, after {self.octets:,} of"
            f" {self.total:,} octets were handed to the network, so the rest was not sent: {said}."
            " Reconnect for the next try."
        )

    def _begin(self, pieces: Iterator[Piece]) -> None:
        self._pieces = pieces
        self._next = next(pieces, None)

    def _judge(self, said: str) -> None:
        taken = sum(code // 100 == 2 for code in self._codes)
        if taken == len(self._codes):
            self._end(True, f"The server took the message: {said}")
        elif taken:
            everybody = len(self._codes)
            self._end(False, f"The server took the message for {taken} of {everybody} recipients.")
        else:
            self._end(False, f"The server refused the message: {said}")

    def _end(self, ok: bool, text: str) -> None:
        self._begin(iter(()))
        self.outcome = self.outcome or (ok, text)

    def _stuffed(self, message: bytes) -> Iterator[Piece]:
        """The pieces, the end of the message with the last of them."""
        out, texts = 0, stuffed(message)
        for raw in pieces(message):
            text = next(texts)
            out += len(raw)
            end = b"".join(texts) if out == len(message) else b""
            yield Piece(text + end, len(text), out)
        if not message:
            yield Piece(b"".join(texts), 0, 0)

    def _cut(self, message: bytes, size: int, *, binary: bool) -> Iterator[Iterator[Piece]]:
        """The chunks, each as its pieces (RFC 3030 2)."""
        start = 0
        for raw in _chunks(message, size, binary=binary):
            end = start + len(raw)
            last = end == len(message)
            text = raw if binary else normalise(raw) if last else with_crlf(raw)
            self._last = last
            yield _chunk(text, start, end, last=last)
            start = end


def _chunk(text: bytes, start: int, end: int, *, last: bool) -> Iterator[Piece]:
    """A chunk that is the message's octets from ``start`` to ``end``."""
    yield Piece(b"BDAT %d%s\r\n" % (len(text), b" LAST" if last else b""), 0, start)
    for place in range(0, len(text), PIECE):
        part = text[place : place + PIECE]
        done = place + len(part)
        yield Piece(part, len(part), end if done == len(text) else min(end, start + done))


def _chunks(message: bytes, size: int, *, binary: bool) -> Iterator[bytes]:
    if not message:
        yield b""
    elif binary:
        yield from (message[start : start + size] for start in range(0, len(message), size))
    else:
        yield from pieces(message, size)
