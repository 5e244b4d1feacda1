"""Channel binding: our view of a TLS session equals the other side's, whoever that is."""

from __future__ import annotations

import base64
import fcntl
import gc
import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import scramp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.wire import exporter
from smtp_tui.wire.binding import bindings
from smtp_tui.wire.context import build_context
from smtp_tui.wire.events import AuthFinished, TlsFacts
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.tls import TLSLayer
from tests.wire.loopback import Authority, free_port, greet, lines_of, over_tls, secured


def handshake(port: int) -> TlsFacts:
    """Shake hands with whoever listens there."""
    layer = TLSLayer(build_context(Target("127.0.0.1", port, verify=False)), "localhost")
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        client.sendall(layer.outgoing())
        while not layer.established:
            layer.receive(client.recv(65_536))
            client.sendall(layer.outgoing())
        assert layer.facts is not None
        return layer.facts


@pytest.mark.skipif(
    shutil.which("openssl") is None and "CI" not in os.environ, reason="openssl is missing"
)
@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
def test_openssl_exports_the_same_octets(tmp_path: Path, authority: Authority, suite: str) -> None:
    certificate = authority.ca.issue_cert("localhost")
    chain, key, port = tmp_path / "chain.pem", tmp_path / "key.pem", free_port()
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", chain, "-key", key,
         "-tls1_3", "-ciphersuites", suite, "-naccept", "1",
         "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        while "ACCEPT" not in server.stdout.readline():
            pass
        facts = handshake(port)
        told, _ = server.communicate("", timeout=20)
    finally:
        server.kill()
    exported = re.search(r"Keying material: ([0-9A-F]+)", told)
    assert exported is not None, told
    binding = bindings(facts)[0]
    assert binding.name == "tls-exporter"
    assert binding.data == bytes.fromhex(exported[1])
    assert repr(facts.exporter_secret) not in repr(facts)


def signed(algorithm: hashes.SHA256 | hashes.SHA384 | None) -> bytes:
    """A certificate signed with this hash, or by Ed25519, which names none."""
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm else None
    signer = key or ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(signer, algorithm)
        .public_bytes(serialization.Encoding.DER)
    )


@pytest.mark.parametrize(
    ("algorithm", "name"), [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384")]
)
def test_the_end_point_is_the_hash_its_signature_names(
    algorithm: hashes.SHA256 | hashes.SHA384, name: str
) -> None:
    der = signed(algorithm)
    (binding,) = bindings(TlsFacts("TLSv1.3", "", 0, (der,), True))
    assert binding.name == "tls-server-end-point"
    assert binding.data == hashlib.new(name, der).digest()


@pytest.mark.parametrize("der", [signed(None), b"no certificate", b""])
def test_without_a_named_hash_there_is_no_end_point(der: bytes) -> None:
    assert bindings(TlsFacts("TLSv1.3", "", 0, (der,), True)) == ()


def test_a_session_below_1_3_is_bound_as_an_independent_server_sees_it(
    authority: Authority,
) -> None:
    mechanism = scramp.ScramMechanism("SCRAM-SHA-256-PLUS")
    stored = mechanism.make_auth_info("pencil", iteration_count=4096)

    def script(client: socket.socket) -> None:
        assert isinstance(client, ssl.SSLSocket)
        unique = client.get_channel_binding("tls-unique")
        server = mechanism.make_server(lambda _: stored, channel_binding=("tls-unique", unique))
        line = lines_of(client)

        def answer(text: str) -> str:
            client.sendall(b"334 " + base64.b64encode(text.encode()) + b"\r\n")
            return base64.b64decode(line()).decode()

        client.sendall(b"220 hi\r\n")
        server.set_client_first(base64.b64decode(line().split()[-1]).decode())
        server.set_client_final(answer(server.get_server_first()))
        assert answer(server.get_server_final()) == ""
        client.sendall(b"235 ok\r\n")
        line()

    context = authority.server()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with secured(authority, over_tls(context, script), TlsMode.IMPLICIT) as driven:
        greet(driven)
        driven.connection.authenticate("SCRAM-SHA-256-PLUS", Credentials("user", "pencil"))
        driven.until(lambda: bool(driven.all(AuthFinished)), "AuthFinished")
        end = driven.one(AuthFinished)
    assert end.ok, end.text
    assert "the server proved" in end.text


def test_key_logs_leave_no_descriptors_and_a_full_pipe_stops_nobody(authority: Authority) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()

    gc.collect()
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        with secured(authority, over_tls(authority.server(), script), TlsMode.IMPLICIT) as driven:
            greet(driven)
            assert driven.connection.facts is not None
            assert driven.connection.facts.exporter_secret
    gc.collect()
    assert len(os.listdir("/dev/fd")) <= before + 4


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="only Linux has small pipes")
def test_a_pipe_too_small_for_the_key_log_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made = os.pipe

    def small() -> tuple[int, int]:
        reading, writing = made()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        return reading, writing

    monkeypatch.setattr(os, "pipe", small)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    exporter.listen(context)
    assert exporter.key_log(context) is None
