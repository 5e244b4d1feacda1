"""Channel binding: what of a TLS session an AUTH exchange can be tied to (RFC 5929, RFC 9266)."""

from __future__ import annotations

import hashlib

from smtp_tui.sasl.credentials import Channel, ChannelBinding
from smtp_tui.wire import exporter
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import Target

_TOO_WEAK = ("md5", "sha1")
"""Signature hashes in whose place SHA-256 is taken (RFC 5929 4.1)."""


def channel(
    target: Target, facts: TlsFacts | None, offered: tuple[str, ...], mechanism: str
) -> Channel:
    """The channel an exchange of ``mechanism`` runs over; ``facts`` are None in the clear."""
    wanted = mechanism.upper().startswith("SCRAM-")
    found = bindings(facts) if facts is not None and wanted else ()
    return Channel(target.host, target.port, found, offered)


def bindings(facts: TlsFacts) -> tuple[ChannelBinding, ...]:
    """What the session offers to bind to, the best first."""
    return (*_session(facts), *(_end_point(facts.chain[0]) if facts.chain else ()))


def _session(facts: TlsFacts) -> tuple[ChannelBinding, ...]:
    """By the session itself: ``tls-exporter`` in TLS 1.3, ``tls-unique`` below."""
    if facts.exporter_secret:
        label, length = exporter.BINDING_LABEL, exporter.BINDING_LENGTH
        data = exporter.exported(facts.exporter_secret, facts.cipher, label, length)
        return (ChannelBinding("tls-exporter", data),)
    return (ChannelBinding("tls-unique", facts.unique),) if facts.unique else ()


def _end_point(der: bytes) -> tuple[ChannelBinding, ...]:
    """The hash of the server's certificate; none where its signature names no one hash."""
    # Only here: whoever does not bind does not wait for the library.
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = x509.load_der_x509_certificate(der).signature_hash_algorithm
        name = "" if algorithm is None else algorithm.name
        digest = hashlib.new("sha256" if name in _TOO_WEAK else name, der).digest()
    except (ValueError, UnsupportedAlgorithm):
        return ()
    return (ChannelBinding("tls-server-end-point", digest),)
