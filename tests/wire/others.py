"""What other programs say of a server: OpenSSL of its certificates, swaks of its capabilities."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 30.0
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)


def missing() -> list[str]:
    """Which of them are not installed."""
    return [name for name in ("openssl", "swaks") if shutil.which(name) is None]


@dataclass(frozen=True)
class Certificate:
    """One certificate as ``openssl x509`` prints it."""

    subject: str
    issuer: str
    names: list[str]
    not_before: str
    not_after: str
    serial: str
    sha256: str
    spki_sha256: str
    signature: str


@dataclass(frozen=True)
class Handshake:
    """One handshake as ``openssl s_client`` prints it."""

    version: str
    cipher: str
    group: str
    verified: bool
    chain: list[Certificate]


def assert_agrees(document: Mapping[str, Any], port: int, ca_file: Path) -> None:
    """That a probe's document says of the server there what the others say."""
    theirs = handshake(port, ca_file=ca_file)
    tls = document["tls"]
    assert (tls["version"], tls["cipher"]) == (theirs.version, theirs.cipher)
    assert tls["group"].lower() == theirs.group.lower()
    assert tls["verified"] == theirs.verified
    assert [_ours(certificate) for certificate in tls["chain"]] == theirs.chain
    clear, inside = document["extensions"]["before_tls"], document["extensions"]["after_tls"]
    assert as_mapping(capabilities_in_clear(port)) == clear
    if inside is not None:
        assert as_mapping(capabilities_in_tls(port, ca_file)) == inside


def as_mapping(lines: list[str]) -> dict[str, list[str]]:
    """The lines of an EHLO reply as a probe's document has them."""
    found: dict[str, list[str]] = {}
    for line in lines:
        keyword, *arguments = line.replace("AUTH=", "AUTH ").split()
        known = found.setdefault(keyword.upper(), [])
        known += [each for each in arguments if each not in known]
    return found


def _ours(facts: Mapping[str, Any]) -> Certificate:
    return Certificate(
        subject=facts["full_subject"],
        issuer=facts["full_issuer"],
        names=facts["names"],
        not_before=facts["not_before"],
        not_after=facts["not_after"],
        serial=facts["serial"],
        sha256=facts["sha256"],
        spki_sha256=facts["spki_sha256"],
        signature=facts["signature"],
    )


def handshake(port: int, *options: str, ca_file: Path) -> Handshake:
    """Connect to 127.0.0.1 with STARTTLS and read what is printed."""
    text = run(
        ["openssl", "s_client", "-starttls", "smtp", "-showcerts", "-connect", f"127.0.0.1:{port}",
         "-CAfile", str(ca_file), "-verify_ip", "127.0.0.1", *options],
    )  # fmt: skip
    version, cipher = _found(r"^New, (\S+), Cipher is (\S+)$", text)
    (group,) = _found(r"^(?:Server|Peer) Temp Key: ([^,\n]+)", text)
    (code,) = _found(r"^ *Verify return code: (\d+)", text)
    chain = [certificate(pem) for pem in _CERTIFICATE.findall(text)]
    return Handshake(version, cipher, group, code == "0", chain)


def certificate(pem: str) -> Certificate:
    """Its facts."""
    text = run(
        ["openssl", "x509", "-noout", "-subject", "-issuer", "-dates", "-serial", "-fingerprint",
         "-sha256", "-nameopt", "RFC2253", "-dateopt", "iso_8601", "-text"],
        pem,
    )  # fmt: skip
    key = run(["openssl", "x509", "-noout", "-pubkey"], pem)
    spki = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"],
        input=key.encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip
    names = re.search(r"Subject Alternative Name:.*\n\s*(.*)\n", text)
    values = {name: _found(rf"^{name}=(.*)$", text)[0] for name in _LINES}
    return Certificate(
        subject=values["subject"],
        issuer=values["issuer"],
        names=[_name(each) for each in names[1].split(", ")] if names else [],
        not_before=values["notBefore"].replace(" ", "T"),
        not_after=values["notAfter"].replace(" ", "T"),
        serial=values["serial"].lower().lstrip("0"),
        sha256=values["sha256 Fingerprint"].replace(":", "").lower(),
        spki_sha256=hashlib.sha256(spki).hexdigest(),
        signature=_found(r"Signature Algorithm: (\S+)", text)[0],
    )


_LINES = ("subject", "issuer", "notBefore", "notAfter", "serial", "sha256 Fingerprint")


def capabilities_in_clear(port: int) -> list[str]:
    """The lines of the EHLO reply that ``swaks`` prints, without the server's name."""
    text = run(
        ["swaks", "--server", "127.0.0.1", "--port", str(port), "--ehlo", "me.example.org",
         "--quit-after", "EHLO"],
    )  # fmt: skip
    return re.findall(r"^<-\s+250[ -](.*?)\r?$", text, re.MULTILINE)[1:]


def capabilities_in_tls(port: int, ca_file: Path) -> list[str]:
    """The lines of the second EHLO reply, typed into ``openssl s_client``."""
    text = run(
        ["openssl", "s_client", "-starttls", "smtp", "-quiet", "-crlf", "-connect",
         f"127.0.0.1:{port}", "-CAfile", str(ca_file)],
        "EHLO me.example.org\nQUIT\n",
    )  # fmt: skip
    replies = re.findall(r"^250[ -](.*?)\r?$", text, re.MULTILINE)
    return replies[2:]  # the last line of the first reply leaks, then comes the server's name


def run(command: list[str], text: str = "") -> str:
    """What a program prints on both of its outputs."""
    ran = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    return ran.stdout


def _found(pattern: str, text: str) -> tuple[str, ...]:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, (pattern, text)
    return found.groups()


def _name(text: str) -> str:
    """``DNS:mail.example.org`` and ``IP Address:127.0.0.1`` without their kind."""
    kind, _, name = text.partition(":")
    return str(ipaddress.ip_address(name)) if kind == "IP Address" else name
