"""The exporter of TLS 1.3, to bind an exchange to its session (RFC 8446 7.5, RFC 9266).

Python's ssl has none. Its key log tells the secret an exporter starts from: it is led into a pipe
of ours, so that the secrets are written to no file and leave this process by no way.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
import weakref
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock

BINDING_LABEL = b"EXPORTER-Channel-Binding"
BINDING_LENGTH = 32

_PIPE = "/dev/fd/{}"
_MOST_KEPT = 64
_HELLO_RANDOM = slice(11, 43)


class KeyLog:
    """What one context tells its key log; ``secret`` finds it by the client's random octets."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._reading, writing = os.pipe()
        weakref.finalize(self, os.close, self._reading)
        os.set_blocking(self._reading, False)
        self._lock = Lock()
        self._rest = b""
        self._secrets: dict[bytes, bytes] = {}
        try:
            context.keylog_filename = _PIPE.format(writing)
        finally:
            os.close(writing)

    def drain(self) -> None:
        """Take what was logged, so that the pipe never fills; keeps the newest secrets only."""
        with self._lock:
            for random, secret in self._read():
                self._secrets[random] = secret
                if len(self._secrets) > _MOST_KEPT:
                    del self._secrets[next(iter(self._secrets))]

    def secret(self, random: bytes) -> bytes:
        """The exporter secret of the session that began with these octets; b"" for none."""
        self.drain()
        with self._lock:
            return self._secrets.pop(random, b"")

    def _read(self) -> Iterator[tuple[bytes, bytes]]:
        pieces = [self._rest]
        with suppress(BlockingIOError):
            while piece := os.read(self._reading, 65_536):
                pieces.append(piece)
        *lines, self._rest = b"".join(pieces).split(b"\n")
        for line in lines:
            match line.split():
                case [b"EXPORTER_SECRET", random, secret]:
                    yield _octets(random), _octets(secret)


_KEY_LOGS: weakref.WeakKeyDictionary[ssl.SSLContext, KeyLog] = weakref.WeakKeyDictionary()


def listen(context: ssl.SSLContext) -> None:
    """Let sessions of this context be bound to; where there is no such pipe they cannot be."""
    with suppress(OSError, ValueError, AttributeError):
        _KEY_LOGS[context] = KeyLog(context)


def key_log(context: ssl.SSLContext) -> KeyLog | None:
    """The key log of a context that is listened to."""
    return _KEY_LOGS.get(context)


def client_random(hello: bytes) -> bytes:
    """The random octets in the first flight of a client (RFC 8446 4.1.2)."""
    return hello[_HELLO_RANDOM]


def exported(secret: bytes, cipher: str, label: bytes, length: int) -> bytes:
    """Keying material of ``length`` octets, with an empty context, from the exporter secret.

    ``cipher`` is the name of the cipher suite: its hash is the exporter's.
    """
    algorithm = "sha384" if cipher.endswith("SHA384") else "sha256"
    nothing = hashlib.new(algorithm).digest()
    derived = _expanded(algorithm, secret, label, nothing, len(nothing))
    return _expanded(algorithm, derived, b"exporter", nothing, length)


def _expanded(algorithm: str, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 7.1)."""
    name = b"tls13 " + label
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + bytes([len(context)]) + context
    made = block = b""
    while len(made) < length:
        count = bytes([len(made) // hashlib.new(algorithm).digest_size + 1])
        block = hmac.new(secret, block + info + count, algorithm).digest()
        made += block
    return made[:length]


def _octets(word: bytes) -> bytes:
    try:
        return bytes.fromhex(word.decode("ascii"))
    except ValueError:
        return b""
