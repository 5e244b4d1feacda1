"""What a certificate says, read from its DER octets (RFC 5280); hostile ones never raise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

_MOST_NAMES = 100
_MOST_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate; its texts are foreign and raw, whoever shows them makes them visible.

    ``subject`` and ``issuer`` are common names (else the whole distinguished name; "" when not
    readable). ``names`` are the subject alternative names, at most 100, ``more_names`` counts the
    others. Times are UTC, None when not readable. ``sha256`` is the fingerprint in hexadecimal.
    ``problem`` says what could not be read.
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

    def days_left(self, now: datetime) -> int | None:
        """Whole days until it expires, negative afterwards; None when that is not readable."""
        if self.not_after is None:
            return None
        return (self.not_after - now) // timedelta(days=1)


def describe(der: bytes) -> CertificateFacts:
    """The facts in a certificate, as far as they can be read."""
    from cryptography import x509  # slow to load, and most sessions show no certificate

    fingerprint = hashlib.sha256(der).hexdigest()
    problems: list[str] = []
    reading = _Reading(problems)
    certificate: x509.Certificate | None = None
    subject = issuer = ""
    names: list[str] = []
    not_before = not_after = None
    self_issued = False
    with reading.of("the certificate"):
        certificate = x509.load_der_x509_certificate(der)
    if certificate is not None:
        with reading.of("the subject"):
            subject = _name(certificate.subject)
        with reading.of("the issuer"):
            issuer = _name(certificate.issuer)
            self_issued = certificate.issuer == certificate.subject
        with reading.of("the names"):
            names = _alternative_names(certificate)
        with reading.of("the validity"):
            not_before = certificate.not_valid_before_utc
            not_after = certificate.not_valid_after_utc
    return CertificateFacts(
        subject,
        issuer,
        tuple(names[:_MOST_NAMES]),
        max(0, len(names) - _MOST_NAMES),
        not_before,
        not_after,
        self_issued,
        fingerprint,
        f"{' and '.join(problems)} could not be read" if problems else "",
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


def _name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = common[0].value if common else name.rfc4514_string()
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return text[:_MOST_CHARACTERS]


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    wanted = (x509.DNSName, x509.IPAddress)
    return [
        str(name.value)[:_MOST_CHARACTERS] for name in extension.value if isinstance(name, wanted)
    ]
