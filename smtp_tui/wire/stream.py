"""A connected socket, with TLS on it or not, that never blocks: plain text in and out."""

from __future__ import annotations

import select
import socket
from collections import deque
from dataclasses import dataclass

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.tls import TLSLayer
from smtp_tui.wire.tls_failures import TLSFailure, reset_in_handshake

_READ = 64 * 1024
_PIECE = 64 * 1024
_PIECES = 16
_MOST_UNSENT = 256 * 1024
"""Octets of ciphertext above which nothing is read. TLS answers some of what it reads, such as new
keys, and a server that asks for that without end need not take the answers."""


@dataclass(frozen=True, slots=True)
class End:
    """How the stream ended; ``reset`` says in words that the network broke it, else "".

    ``clean`` is False where anybody on the way could have caused it. ``failure`` is set when TLS
    ended it.
    """

    clean: bool
    reset: str = ""
    failure: TLSFailure | None = None


class Stream:
    """Reads and writes as far as the socket goes without waiting.

    ``reading`` False leaves what comes to the network, which then slows the other side down.
    ``taken`` counts the octets of plain text that the socket took; ``end`` is None until the
    stream ended. Nothing raises.
    """

    __slots__ = (
        "_broken", "_ciphertext", "_encrypted", "_mask", "_poller", "_socket", "_waiting",
        "end", "reading", "taken", "tls",
    )  # fmt: skip

    def __init__(self, connected: socket.socket, poller: select.poll) -> None:
        self._socket = connected
        self._poller = poller
        self._mask = 0
        self._waiting: deque[memoryview] = deque()
        self._ciphertext = memoryview(b"")
        self._encrypted = 0
        self._broken = ""
        self.tls: TLSLayer | None = None
        self.end: End | None = None
        self.reading = True
        self.taken = 0

    @property
    def unsent(self) -> bool:
        """Whether octets wait for the socket to take them."""
        return bool(self._waiting) or bool(self._ciphertext) or self._held_up

    def watch(self) -> None:
        """Let the poller wait for what can be done now; call before every poll."""
        mask = select.POLLIN if self.end is None and self._may_read else 0
        if self._ciphertext or (self._waiting and not self._held_up):
            mask |= select.POLLOUT
        if mask == self._mask:
            return
        if mask:
            self._poller.register(self._socket, mask)
        else:  # else the poller would go on telling that the other side hung up
            self._poller.unregister(self._socket)
        self._mask = mask

    def start_tls(self, layer: TLSLayer) -> None:
        """From here on everything is encrypted; sends the first octets of the handshake."""
        self.tls = layer
        self._encrypted = self.taken
        self._collect()
        self.flush()

    def read(self) -> bytes:
        """Plain text that has come; b"" when there is none, and then look at ``end``."""
        if self.end is not None or not self._may_read:
            return b""
        try:
            data = self._socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            self._reset(error)
            return b""
        if self.tls is None:
            if not data:
                self.end = End(not self._broken, self._broken)
            return data
        return self._decrypt(self.tls, data)

    def write(self, data: bytes) -> None:
        """Send octets, now or as the socket takes them."""
        if self._broken or self.end is not None:
            return
        if self.unsent or len(data) > _PIECE:
            self._waiting.append(memoryview(data))
            self.flush()
        elif self.tls is not None:
            self._encrypt(self.tls, data)
            self._send_ciphertext()
        else:
            count = self._hand_over(data)
            if self._broken:
                return
            self.taken += count
            if count < len(data):
                self._waiting.append(memoryview(data)[count:])

    def flush(self) -> None:
        """Hand the socket what it takes without waiting, a bounded number of pieces."""
        for _ in range(_PIECES):
            if not self._ciphertext and self._held_up:
                return
            if not self._ciphertext and self._waiting and self.tls is not None:
                piece = self._waiting[0][:_PIECE]
                self._advance(len(piece))
                self._encrypt(self.tls, piece)
            if not (self._send_ciphertext() if self.tls is not None else self._send_plain()):
                return

    def say_goodbye(self) -> None:
        """End TLS from this side (close_notify), if there is TLS; nothing more is sent."""
        self._waiting.clear()
        if self.tls is not None and self.tls.established:
            self.tls.close()
            self._collect()
            self.flush()

    def close(self) -> None:
        """Close the socket, whatever is still on its way."""
        self._waiting.clear()
        self._ciphertext = memoryview(b"")
        if self._mask:
            self._poller.unregister(self._socket)
            self._mask = 0
        self._socket.close()

    @property
    def _shaking_hands(self) -> bool:
        return self.tls is not None and not self.tls.established

    @property
    def _held_up(self) -> bool:
        return self.tls is not None and self.tls.waiting

    @property
    def _may_read(self) -> bool:
        return (self.reading or self._shaking_hands) and len(self._ciphertext) <= _MOST_UNSENT

    def _decrypt(self, tls: TLSLayer, data: bytes) -> bytes:
        plaintext = b""
        try:
            if data:
                plaintext = tls.receive(data)
                if tls.ended:
                    self.end = End(True)
            else:
                self.end = End(tls.eof() and not self._broken, self._broken)
        except TLSFailure as failure:
            plaintext = failure.plaintext
            self.end = End(False, self._broken, failure)
        self._collect()
        if self._ciphertext or self._waiting:
            self.flush()
        return plaintext

    def _encrypt(self, tls: TLSLayer, piece: bytes | memoryview) -> None:
        try:
            tls.send(piece)
        except TLSFailure as failure:
            self.end = End(False, failure=failure)
            self._waiting.clear()
        else:
            self._encrypted += len(piece)
        self._collect()

    def _collect(self) -> None:
        """Take over what TLS wants sent."""
        if self.tls is not None and (data := self.tls.outgoing()):
            self._ciphertext = memoryview(bytes(self._ciphertext) + data)

    def _send_ciphertext(self) -> bool:
        """Whether more can be sent at once."""
        if self._ciphertext:
            count = self._hand_over(self._ciphertext)
            self._ciphertext = self._ciphertext[count:]
            if self._ciphertext:
                return False
        if not self._broken and not self._held_up:
            self.taken = self._encrypted
        return bool(self._waiting)

    def _send_plain(self) -> bool:
        """Whether more can be sent at once."""
        if not self._waiting:
            return False
        piece = self._waiting[0][:_PIECE]
        count = self._hand_over(piece)
        if self._broken:
            return False
        self.taken += count
        self._advance(count)
        return count == len(piece) and bool(self._waiting)

    def _advance(self, count: int) -> None:
        rest = self._waiting[0][count:]
        if rest:
            self._waiting[0] = rest
        else:
            self._waiting.popleft()

    def _hand_over(self, data: bytes | memoryview) -> int:
        if self._broken:
            return len(data)
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            # what the server said before it closed can still be read, so this is not yet the end
            self._broken = visible(error.strerror or "the connection broke")
            self._waiting.clear()
            return len(data)

    def _reset(self, error: OSError) -> None:
        why = visible(error.strerror or "the connection broke")
        failure = reset_in_handshake(why) if self._shaking_hands else None
        self.end = End(False, self._broken or why, failure)
