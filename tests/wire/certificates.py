"""Certificates with one thing wrong each."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from functools import cache

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def short_key() -> rsa.RSAPrivateKey:
    """A key that nobody should use."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def self_signed(
    common_name: str = "localhost",
    names: tuple[str, ...] = ("localhost",),
    *,
    key: Key | None = None,
    not_before: datetime = NOW - timedelta(days=1),
    not_after: datetime = NOW + timedelta(days=30),
) -> tuple[bytes, bytes]:
    """The PEM of a key and of a certificate that it signed itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    named = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    name = x509.Name(named)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    if names:
        alternatives = [_general_name(one) for one in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem, certificate.public_bytes(Encoding.PEM)


def der(pem: bytes) -> bytes:
    """The first certificate of a PEM text as DER."""
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def leaf_der(certificate: trustme.LeafCert) -> bytes:
    """The server's certificate itself as DER."""
    return der(certificate.cert_chain_pems[0].bytes())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
