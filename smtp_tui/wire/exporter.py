"""The exporter of TLS 1.3, to bind an exchange to its session (RFC 8446 7.5, RFC 9266).

Python's ssl has none. Its key log tells the secret an exporter starts from: it is led into a pipe
of ours, so that the secrets are written to no file and leave this process by no way, unless the
person named a file that takes them.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import ssl
import stat
import weakref
from binascii import hexlify, unhexlify
from contextlib import suppress
from pathlib import Path
from threading import Lock

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import TargetError

BINDING_LABEL = b"EXPORTER-Channel-Binding"
BINDING_LENGTH = 32

_PIPE = "/dev/fd/{}"
_EXPORTER_SECRET = re.compile(
    rb"^EXPORTER_SECRET ((?:[0-9a-f]{2})+) ((?:[0-9a-f]{2})+)$", re.MULTILINE
)
_MOST_KEPT = 64
_AT_MOST = _LEAST_ROOM = 65_536
_HELLO_RANDOM = slice(11, 43)


class KeyLog:
    """What one context tells its key log; ``secret`` finds it by the client's random octets.

    It has to be drained whenever a session may have new keys: nobody can go on while it is full.
    Everything is written on to ``file`` if there is one (SSLKEYLOGFILE).
    """

    def __init__(self, context: ssl.SSLContext, file: Path | None) -> None:
        self._file = file
        self._reading, writing = os.pipe()
        weakref.finalize(self, os.close, self._reading)
        os.set_blocking(self._reading, False)
        self._lock = Lock()
        self._rest = b""
        self._secrets: dict[bytes, bytes] = {}
        try:
            _require_room(self._reading)
            context.keylog_filename = _PIPE.format(writing)
        finally:
            os.close(writing)

    def drain(self) -> None:
        """Take what was logged, so that the pipe never fills; keeps the newest secrets only."""
        with self._lock:
            for random, secret in _EXPORTER_SECRET.findall(self._read()):
                self._secrets[random] = secret
                if len(self._secrets) > _MOST_KEPT:
                    del self._secrets[next(iter(self._secrets))]

    def secret(self, random: bytes) -> bytes:
        """The exporter secret of the session that began with these octets; b"" for none."""
        self.drain()
        with self._lock:
            return unhexlify(self._secrets.pop(hexlify(random), b""))

    def _read(self) -> bytes:
        """The whole lines that were logged; also to the person's file."""
        pieces = [self._rest]
        with suppress(BlockingIOError):
            while piece := os.read(self._reading, _AT_MOST):
                pieces.append(piece)
                if len(piece) < _AT_MOST:
                    break
        whole, mark, self._rest = b"".join(pieces).rpartition(b"\n")
        if self._file is not None and mark:
            with suppress(OSError):  # gone or full by now, which must not end the session
                _append(self._file, whole + mark)
        return whole


def _require_room(pipe: int) -> None:
    """Raise ``OSError`` for a pipe of a user who has too many: a full one would stop everything."""
    asked = getattr(fcntl, "F_GETPIPE_SZ", None)  # elsewhere pipes grow by themselves
    if asked is not None and fcntl.fcntl(pipe, asked) < _LEAST_ROOM:
        raise OSError("the pipe is too small")


_KEY_LOGS: weakref.WeakKeyDictionary[ssl.SSLContext, KeyLog] = weakref.WeakKeyDictionary()


def listen(context: ssl.SSLContext, file: Path | None = None) -> None:
    """Let sessions of this context be bound to; where there is no such pipe they cannot be.

    ``file`` takes the secrets too, after ``prepare`` looked at it.
    """
    try:
        _KEY_LOGS[context] = KeyLog(context, file)
    except (OSError, ValueError, AttributeError):
        if file is not None:
            context.keylog_filename = str(file)


def prepare(file: Path) -> None:
    """Make the key log file if there is none, readable for its owner alone.

    Raises ``TargetError`` when nothing can be written there.
    """
    try:
        _append(file, b"")
    except _NotRegular:
        raise TargetError(f"The key log {visible(str(file))} is not a regular file.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is none"
        raise TargetError(f"The key log {visible(str(file))} cannot be written: {why}.") from None


class _NotRegular(OSError):
    """A pipe would be waited for, a device is none of ours."""


def _append(file: Path, lines: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(file, flags, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _NotRegular
        os.write(descriptor, lines)
    finally:
        os.close(descriptor)


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
    count = 0
    while len(made) < length:
        count += 1
        block = hmac.digest(secret, block + info + bytes([count]), algorithm)
        made += block
    return made[:length]
