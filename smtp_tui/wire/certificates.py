"""What a certificate says, read from its DER octets (RFC 5280); hostile ones never raise."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from smtp_tui.wire import certificate_parts as parts

if TYPE_CHECKING:
    from cryptography import x509

_MOST_NAMES = 100
_MOST_CHARACTERS = 256
_MOST_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate; its texts are foreign and raw, whoever shows them makes them visible.

    ``subject`` and ``issuer`` are common names (else the whole distinguished name; "" when not
    readable), ``full_subject`` and ``full_issuer`` the whole ones (RFC 4514). ``names`` are the
    subject alternative names, at most 100, ``more_names`` counts the others. Times are UTC, None
    when not readable. ``sha256`` is the fingerprint and ``spki_sha256`` the hash of the public
    key with its kind (SubjectPublicKeyInfo), ``serial`` the number, all in hexadecimal. ``key``
    is as ``RSA 2048`` or ``EC P-256``, ``key_bits`` its size (0 when not readable), ``signature``
    the algorithm's name. ``authority`` is whether it may sign others. ``problem`` says what could
    not be read.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    more_names: int
    not_before: datetime | None
    not_after: datetime | None
    self_issued: bool
    sha256: str
    problem: str = ""
    full_subject: str = ""
    full_issuer: str = ""
    serial: str = ""
    key: str = ""
    key_bits: int = 0
    signature: str = ""
    spki_sha256: str = ""
    authority: bool = False

    def days_left(self, now: datetime) -> int | None:
        """Whole days until it expires, negative afterwards; None when that is not readable."""
        if self.not_after is None:
            return None
        return (self.not_after - now) // timedelta(days=1)

    @property
    def pin(self) -> str:
        """The hash of the public key in Base64, as curl's ``--pinnedpubkey`` takes it."""
        if not self.spki_sha256:
            return ""
        return "sha256//" + base64.b64encode(bytes.fromhex(self.spki_sha256)).decode()


@lru_cache(_MOST_REMEMBERED)
def describe(der: bytes) -> CertificateFacts:
    """The facts in a certificate, as far as they can be read."""
    from cryptography import x509  # slow to load, and most sessions show no certificate

    problems: list[str] = []
    reading = _Reading(problems)
    certificate: x509.Certificate | None = None
    subject = issuer = full_subject = full_issuer = ""
    serial = key = signature = spki = ""
    bits = 0
    names: tuple[str, ...] = ()
    more_names = 0
    not_before = not_after = None
    self_issued = authority = False
    with reading.of("the certificate"):
        certificate = x509.load_der_x509_certificate(der)
    if certificate is not None:
        with reading.of("the subject"):
            full_subject = _short(certificate.subject.rfc4514_string())
            subject = _short(parts.common_name(certificate.subject)) or full_subject
        with reading.of("the issuer"):
            full_issuer = _short(certificate.issuer.rfc4514_string())
            issuer = _short(parts.common_name(certificate.issuer)) or full_issuer
            self_issued = certificate.issuer == certificate.subject
        with reading.of("the names"):
            found = parts.alternative_names(certificate)
            more_names = max(0, len(found) - _MOST_NAMES)
            names = tuple(_short(str(name)) for name in found[:_MOST_NAMES])
        with reading.of("the validity"):
            not_before = certificate.not_valid_before_utc
            not_after = certificate.not_valid_after_utc
        with reading.of("the serial number"):
            serial = f"{certificate.serial_number:x}"
        with reading.of("the key"):
            spki = hashlib.sha256(parts.public_key(certificate)).hexdigest()
            key, bits = parts.key(certificate)
        with reading.of("the signature"):
            signature = parts.signature(certificate)
        with reading.of("the basic constraints"):
            authority = parts.is_authority(certificate)
    return CertificateFacts(
        subject=subject,
        issuer=issuer,
        names=names,
        more_names=more_names,
        not_before=not_before,
        not_after=not_after,
        self_issued=self_issued,
        sha256=hashlib.sha256(der).hexdigest(),
        problem=f"{' and '.join(problems)} could not be read" if problems else "",
        full_subject=full_subject,
        full_issuer=full_issuer,
        serial=serial,
        key=key,
        key_bits=bits,
        signature=signature,
        spki_sha256=spki,
        authority=authority,
    )


def today() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class _Reading:
    """Notes what could not be read and goes on: the parser has an error for every malformation."""

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems
        self._what = ""

    def of(self, what: str) -> _Reading:
        self._what = what
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        self._problems.append(self._what)
        return True


def _short(text: str) -> str:
    return text[:_MOST_CHARACTERS]
