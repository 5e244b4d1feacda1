"""Certificates in the forms other programs take them: PEM text, TLSA records (RFC 6698)."""

from __future__ import annotations

import ssl
from collections.abc import Iterable

from smtp_tui.wire.certificates import CertificateFacts


def pem(chain: Iterable[bytes]) -> str:
    """Certificates in PEM form (RFC 7468 5), one after the other."""
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in chain)


def tlsa(facts: CertificateFacts, host: str, port: int, *, end_entity: bool = True) -> str:
    """The DNS record that pins the key of a certificate for a server; "" if it is unreadable.

    ``3 1 1`` for the server's own certificate (RFC 7672 3.1), ``2 1 1`` for an authority's.
    """
    if not facts.spki_sha256:
        return ""
    usage = 3 if end_entity else 2
    return f"_{port}._tcp.{host.removesuffix('.')}. IN TLSA {usage} 1 1 {facts.spki_sha256}"
