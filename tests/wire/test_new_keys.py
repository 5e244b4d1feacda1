"""A server that changes its TLS keys all the time, which no library does, keeps nobody waiting."""

from __future__ import annotations

import faulthandler
import hashlib
import hmac
import re
import select
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from smtp_tui.wire.context import build_context
from smtp_tui.wire.stream import Stream
from smtp_tui.wire.target import TlsMode
from smtp_tui.wire.tls import TLSLayer, session
from smtp_tui.wire.tls_options import TlsOptions
from tests.wire.loopback import PATIENCE, Authority

HANDSHAKE, TEXT = 22, 23
KEY_UPDATE = b"\x18\x00\x00\x01\x01"  # and it asks for new keys of ours
HASHES = {
    "TLS_AES_256_GCM_SHA384": (hashlib.sha384, 32),
    "TLS_AES_128_GCM_SHA256": (hashlib.sha256, 16),
}
"""The hash of each cipher, and the octets of its key."""


class Keys:
    """Writes records of a TLS 1.3 server from its traffic secret (RFC 8446 5.2, 7.2, 7.3)."""

    def __init__(self, secret: bytes, cipher: str) -> None:
        self._hash, self._length = HASHES[cipher]
        self._secret = secret
        self._number = 0

    def record(self, kind: int, content: bytes) -> bytes:
        """One record."""
        nonce = int.from_bytes(self._expand(b"iv", 12)) ^ self._number
        self._number += 1
        head = bytes((TEXT, 3, 3)) + (len(content) + 17).to_bytes(2)
        key = AESGCM(self._expand(b"key", self._length))
        return head + key.encrypt(nonce.to_bytes(12), content + bytes((kind,)), head)

    def update(self) -> bytes:
        """Announce new keys, and take them."""
        record = self.record(HANDSHAKE, KEY_UPDATE)
        self._secret = self._expand(b"traffic upd", len(self._secret))
        self._number = 0
        return record

    def _expand(self, label: bytes, length: int) -> bytes:
        label = b"tls13 " + label
        info = length.to_bytes(2) + bytes((len(label),)) + label + b"\0\x01"
        return hmac.digest(self._secret, info, self._hash)[:length]


def begun(layer: TLSLayer, context: ssl.SSLContext, log: Path) -> tuple[bytes, Keys]:
    """What the server answers to the first octets of a client, and its keys from there on."""
    context.keylog_filename = str(log)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(layer.outgoing())
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    (secret,) = re.findall(r"SERVER_TRAFFIC_SECRET_0 \w+ (\w+)", log.read_text())
    cipher = server.cipher()
    assert cipher is not None
    return outgoing.read(), Keys(bytes.fromhex(secret), cipher[0])


@pytest.mark.parametrize("at_once", [False, True])
def test_new_keys_without_end_stop_nobody(
    authority: Authority, tmp_path: Path, at_once: bool
) -> None:
    layer = TLSLayer(build_context(authority.target(465, TlsMode.IMPLICIT)), "localhost")
    flight, keys = begun(layer, authority.server(), tmp_path / "keys")
    hostile = b"".join(keys.update() for _ in range(2000)) + keys.record(TEXT, b"220 hi\r\n")
    reads = [flight + hostile] if at_once else [flight, hostile]
    faulthandler.dump_traceback_later(PATIENCE, exit=True)  # a full pipe would stop all threads
    try:
        assert b"".join(map(layer.receive, reads)) == b"220 hi\r\n"
    finally:
        faulthandler.cancel_dump_traceback_later()


def test_new_keys_of_some_sessions_at_a_time_stop_nobody(
    authority: Authority, tmp_path: Path
) -> None:
    context = build_context(authority.target(465, TlsMode.IMPLICIT))
    sessions: list[tuple[TLSLayer, Keys]] = []
    for number in range(8):
        layer = TLSLayer(context, "localhost")
        flight, keys = begun(layer, authority.server(), tmp_path / f"keys{number}")
        layer.receive(flight)
        assert layer.facts is not None
        sessions.append((layer, keys))
    faulthandler.dump_traceback_later(PATIENCE, exit=True)  # what they log goes into one pipe
    try:
        for layer, keys in sessions:
            layer.receive(b"".join(keys.update() for _ in range(37)))
        assert sessions[0][0].receive(sessions[0][1].record(TEXT, b"220 hi\r\n")) == b"220 hi\r\n"
    finally:
        faulthandler.cancel_dump_traceback_later()


def test_new_keys_are_in_the_key_log_at_once(authority: Authority, tmp_path: Path) -> None:
    there = authority.target(465, TlsMode.IMPLICIT, "localhost")
    there = replace(there, options=TlsOptions(key_log=tmp_path / "ours"))
    layer = session(build_context(there), there)
    flight, keys = begun(layer, authority.server(), tmp_path / "theirs")
    layer.receive(flight)
    assert layer.facts is not None
    layer.receive(keys.update())
    assert (tmp_path / "ours").read_text().count("\nSERVER_TRAFFIC_SECRET_N ") == 1
    layer.send(b"NOOP\r\n")
    assert (tmp_path / "ours").read_text().count("\nCLIENT_TRAFFIC_SECRET_N ") == 1


def test_answers_about_new_keys_that_nobody_takes_fill_no_memory(
    authority: Authority, tmp_path: Path
) -> None:
    layer = TLSLayer(build_context(authority.target(465, TlsMode.IMPLICIT)), "localhost")
    flight, keys = begun(layer, authority.server(), tmp_path / "keys")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.setblocking(False)
        theirs.setblocking(False)
        stream = Stream(ours, select.poll())
        stream.start_tls(layer)
        theirs.sendall(flight)
        stream.read()
        hostile = b"".join(keys.update() for _ in range(40_000))
        left = memoryview(hostile)
        while left:
            stream.read()
            try:
                left = left[theirs.send(left) :]
            except BlockingIOError:
                break  # nothing more is read
        assert left
        stream.close()
