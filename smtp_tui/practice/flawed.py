"""Certificates and TLS settings with one thing wrong each, for the practice server's faults."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from smtp_tui.practice.certificate import Identity, issue, new_authority, server_context
from smtp_tui.practice.faults import Aspect, Fault, Faults
from smtp_tui.practice.handshake import Telling

_WITHOUT_LIMITS = "DEFAULT@SECLEVEL=0"
"""Lets OpenSSL use what its defaults refuse."""
_WEAK_BITS = 1024
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def issue_with(faults: Faults, *names: str) -> Identity:
    """The server's certificate and TLS settings with these faults, for these host names."""
    identity = _identity(faults.within(Aspect.CERTIFICATE), names)
    context = identity.context
    if Fault.TLS10 in faults:
        context.set_ciphers(_WITHOUT_LIMITS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it is to be outdated
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.sslobject_class = Telling
    if Fault.CLIENT_CERT_WANTED in faults:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=identity.ca_pem.decode("ascii"))
    return identity


def _identity(fault: Fault | None, names: tuple[str, ...]) -> Identity:
    now = datetime.now(UTC).replace(tzinfo=None)  # trustme takes naive UTC
    day = timedelta(days=1)
    match fault:
        case Fault.EXPIRED_CERT:
            return issue(*names, not_before=now - 90 * day, not_after=now - 3 * day)
        case Fault.NOT_YET_VALID:
            return issue(*names, not_before=now + 2 * day, not_after=now + 90 * day)
        case Fault.WRONG_HOST:
            return issue("mail.example.org")
        case Fault.UNKNOWN_ROOT:
            return _of_an_unknown_root(names)
        case Fault.MISSING_INTERMEDIATE:
            return _without_its_intermediate(names)
        case Fault.SELF_SIGNED:
            key = ec.generate_private_key(ec.SECP256R1())
            pem = _signed(names, key, _named(names[0]), key)
            return Identity(_context(pem + _private(key)), issue(*names).ca_pem)
        case Fault.WEAK_KEY:
            return _of_a_weak_key(names)
        case _:
            return issue(*names)


def _of_an_unknown_root(names: tuple[str, ...]) -> Identity:
    authority = new_authority()
    leaf = authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA)
    pem = leaf.private_key_and_cert_chain_pem.bytes() + authority.cert_pem.bytes()
    return Identity(_context(pem), issue(*names).ca_pem)


def _without_its_intermediate(names: tuple[str, ...]) -> Identity:
    root = new_authority(path_length=1)
    between = root.create_child_ca(key_type=trustme.KeyType.ECDSA)
    leaf = between.issue_cert(*names, key_type=trustme.KeyType.ECDSA)
    pem = leaf.cert_chain_pems[0].bytes() + leaf.private_key_pem.bytes()
    return Identity(_context(pem), root.cert_pem.bytes())


def _of_a_weak_key(names: tuple[str, ...]) -> Identity:
    issuer, issuer_key = _named("Practice server CA"), ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(public_exponent=65537, key_size=_WEAK_BITS)
    authority = _signed((), issuer_key, issuer, issuer_key, subject=issuer)
    pem = _signed(names, key, issuer, issuer_key)
    return Identity(_context(pem + _private(key)), authority)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _signed(
    names: tuple[str, ...],
    key: _Key,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    subject: x509.Name | None = None,
) -> bytes:
    """A certificate (PEM) for the names, or of an authority where there are none."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or _named(names[0]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _context(pem: bytes) -> ssl.SSLContext:
    """A server's settings with this certificate and key, however weak."""
    context = server_context()
    context.set_ciphers(_WITHOUT_LIMITS)
    with tempfile.TemporaryDirectory(prefix="smtp-tui-practice-") as directory:
        file = Path(directory) / "server.pem"
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context
