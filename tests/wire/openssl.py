"""What ``openssl`` says of the same server and the same certificates."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from smtp_tui.wire.certificates import describe
from smtp_tui.wire.events import TlsFacts

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
_GROUPS = {"X25519": "x25519", "ECDH, prime256v1": "secp256r1", "ECDH, secp384r1": "secp384r1"}


@dataclass(frozen=True, slots=True)
class Session:
    """A handshake as ``openssl s_client`` tells it."""

    chain: tuple[str, ...]
    version: str
    cipher: str
    group: str
    verified: bool


def s_client(host: str, port: int, ca_file: Path, *options: str) -> Session:
    """Connect with ``-starttls smtp -showcerts``."""
    command = ["openssl", "s_client", "-connect", f"{host}:{port}", "-starttls", "smtp"]
    command += ["-showcerts", "-CAfile", str(ca_file), *options]
    run = subprocess.run(command, input=b"QUIT\r\n", capture_output=True, check=False, timeout=20)
    text = run.stdout.decode("utf-8", "replace")
    agreed = re.search(r"^New, (\S+), Cipher is (\S+)$", text, re.MULTILINE)
    key = re.search(r"^Server Temp Key: (.+), \d+ bits$", text, re.MULTILINE)
    assert agreed is not None, text + run.stderr.decode()
    return Session(
        tuple(_PEM.findall(text)),
        agreed[1],
        agreed[2],
        _GROUPS[key[1]] if key is not None else "",
        "Verify return code: 0 (ok)" in text,
    )


def assert_same(facts: TlsFacts, session: Session) -> None:
    """Every fact of ours is openssl's."""
    ours = (facts.version, facts.cipher, facts.group, facts.verified)
    assert ours == (session.version, session.cipher, session.group, session.verified)
    assert len(facts.chain) == len(session.chain)
    for der, pem in zip(facts.chain, session.chain, strict=True):
        assert_same_certificate(der, pem)


def assert_same_certificate(der: bytes, pem: str) -> None:
    """What we read in a certificate is what ``openssl x509`` prints of it."""
    facts = describe(der)
    assert facts.problem == ""
    assert _x509(pem, "-outform", "DER") == der
    said = _text(pem, "-subject", "-issuer", "-serial", "-dates", "-fingerprint", "-sha256",
                 "-nameopt", "RFC2253,-esc_msb")  # fmt: skip
    values = dict(line.split("=", 1) for line in said.splitlines())
    assert values["subject"] == facts.full_subject
    assert values["issuer"] == facts.full_issuer
    assert int(values["serial"], 16) == int(facts.serial, 16)
    assert values["sha256 Fingerprint"].replace(":", "").lower() == facts.sha256
    assert _moment(values["notBefore"]) == facts.not_before
    assert _moment(values["notAfter"]) == facts.not_after
    assert _names(pem) == facts.names
    spki = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"],
        input=_x509(pem, "-noout", "-pubkey"),
        capture_output=True,
        check=True,
    )
    assert hashlib.sha256(spki.stdout).hexdigest() == facts.spki_sha256
    whole = _text(pem, "-text")
    assert f"Public-Key: ({facts.key_bits} bit)" in whole
    assert f"Signature Algorithm: {facts.signature}\n" in whole


def _names(pem: str) -> tuple[str, ...]:
    said = _text(pem, "-ext", "subjectAltName")
    found = re.findall(r"(DNS|IP Address):([^,\s]+)", said)
    return tuple(name if kind == "DNS" else str(ipaddress.ip_address(name)) for kind, name in found)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def _text(pem: str, *options: str) -> str:
    return _x509(pem, "-noout", *options).decode()


def _x509(pem: str, *options: str) -> bytes:
    command = ["openssl", "x509", *options]
    return subprocess.run(command, input=pem.encode(), capture_output=True, check=True).stdout
