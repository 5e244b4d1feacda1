"""The parts of a parsed certificate, each read by itself; the parser's errors are let through."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

Alternative = str | ipaddress.IPv4Address | ipaddress.IPv6Address
"""A subject alternative name that can stand for a server: a DNS name or an address."""

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_SIGNATURES = {
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "rsassaPss",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.10040.4.3": "dsaWithSHA1",
    "2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
    "1.3.101.112": "ED25519",
    "1.3.101.113": "ED448",
}  # RFC 8017, 5758, 8410, 9881; the names are those that OpenSSL prints


def common_name(name: x509.Name) -> str:
    """The common name; "" where there is none."""
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = common[0].value if common else ""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def alternative_names(certificate: x509.Certificate) -> list[Alternative]:
    """All DNS names and addresses among the subject alternative names (RFC 5280 4.2.1.6)."""
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    found: list[Alternative] = []
    for name in extension.value:
        match name:
            case x509.DNSName(value=str(text)):
                found.append(text)
            case x509.IPAddress(
                value=(ipaddress.IPv4Address() | ipaddress.IPv6Address()) as address
            ):
                found.append(address)
    return found


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it says of itself that it may sign others (RFC 5280 4.2.1.9)."""
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return extension.value.ca


def key(certificate: x509.Certificate) -> tuple[str, int]:
    """The kind of its key in words, and the size in bits, 0 for a kind that is not known."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    try:
        public = certificate.public_key()
    except UnsupportedAlgorithm:
        number = certificate.public_key_algorithm_oid.dotted_string
        return _SIGNATURES.get(number, f"of the kind {number}"), 0
    match public:
        case rsa.RSAPublicKey():
            return f"RSA {public.key_size}", public.key_size
        case ec.EllipticCurvePublicKey():
            return f"EC {_CURVES.get(public.curve.name, public.curve.name)}", public.key_size
        case dsa.DSAPublicKey():
            return f"DSA {public.key_size}", public.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 456
    return type(public).__name__.removesuffix("PublicKey"), 0


def signature(certificate: x509.Certificate) -> str:
    """The name of the algorithm it is signed with, else its object identifier."""
    number = certificate.signature_algorithm_oid.dotted_string
    return _SIGNATURES.get(number, number)


def public_key(certificate: x509.Certificate) -> bytes:
    """The SubjectPublicKeyInfo octet by octet as it stands there, whatever kind of key it is.

    Raises ValueError where the octets are not what RFC 5280 4.1 says.
    """
    content, _ = _element(certificate.tbs_certificate_bytes)
    if content[:1] == b"\xa0":  # the version
        _, content = _element(content)
    for _ in range(5):  # serial number, signature, issuer, validity, subject
        _, content = _element(content)
    _, rest = _element(content)
    return content[: len(content) - len(rest)]


def _element(der: bytes) -> tuple[bytes, bytes]:
    """The content of the first element, and what follows it (X.690 8.1)."""
    if len(der) < 2:
        raise ValueError("an element is missing")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    end = start + length
    if end > len(der):
        raise ValueError("an element is cut off")
    return der[start:end], der[end:]
