"""The practice server's certificate, issued by a certificate authority of its own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import trustme

_LIFETIME = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Identity:
    """A TLS context that shows the certificate, and the CA certificate (PEM) to trust it by."""

    context: ssl.SSLContext
    ca_pem: bytes


def issue(
    *names: str, not_before: datetime | None = None, not_after: datetime | None = None
) -> Identity:
    """A new authority and a certificate of it for these host names and addresses.

    The first name is the certificate's common name; the times are naive UTC. The authority's key
    is thrown away, so that whoever trusts it trusts this one certificate. The keys are elliptic
    (P-256), made in milliseconds.
    """
    now = datetime.now(UTC).replace(tzinfo=None)  # trustme takes naive UTC
    authority = new_authority()
    certificate = authority.issue_cert(
        *names,
        common_name=names[0],
        organization_name="smtp-tui",
        organization_unit_name="Practice server",
        not_before=not_before or now - timedelta(days=1),
        not_after=not_after or now + _LIFETIME,
        key_type=trustme.KeyType.ECDSA,
    )
    context = server_context()
    certificate.configure_cert(context)
    return Identity(context, authority.cert_pem.bytes())


def new_authority(*, path_length: int = 0) -> trustme.CA:
    """An authority that may have so many others below it."""
    return trustme.CA(
        path_length=path_length,
        organization_name="smtp-tui",
        organization_unit_name="Practice server CA",
        key_type=trustme.KeyType.ECDSA,
    )


def server_context() -> ssl.SSLContext:
    """The TLS settings of the server, still without a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
