"""Why TLS did not come about or broke: the kinds, and one sentence for each."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from enum import Enum

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.certificates import CertificateFacts, describe, today

_MOST_NAMES = 4


class TlsProblem(Enum):
    """What went wrong; the first group is about the certificate."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "wrong host"
    SELF_SIGNED = "self-signed"
    UNKNOWN_AUTHORITY = "unknown authority"
    INCOMPLETE_CHAIN = "incomplete chain"
    WEAK_KEY = "weak key"
    CERTIFICATE = "certificate"

    VERSION = "protocol version"
    CIPHER = "no common cipher"
    CLIENT_CERTIFICATE = "client certificate wanted"
    UNKNOWN_NAME = "name unknown to the server"
    PLAINTEXT = "plain text"
    CLOSED = "closed"
    RESET = "reset"
    TIMEOUT = "timeout"
    ALERT = "alert"

    @property
    def is_verification(self) -> bool:
        """Whether connecting without verification would get past it."""
        return self in _VERIFICATION


_VERIFICATION = frozenset(
    {
        TlsProblem.EXPIRED,
        TlsProblem.NOT_YET_VALID,
        TlsProblem.WRONG_HOST,
        TlsProblem.SELF_SIGNED,
        TlsProblem.UNKNOWN_AUTHORITY,
        TlsProblem.INCOMPLETE_CHAIN,
        TlsProblem.WEAK_KEY,
        TlsProblem.CERTIFICATE,
    }
)


class TLSFailure(Exception):
    """TLS ended: ``kind``, a ``sentence`` for a person, and what there is to look at.

    ``chain`` is what the server sent as certificates (DER, leaf first), ``first_bytes`` what it
    sent instead of TLS, ``plaintext`` what was decrypted just before the failure.
    """

    def __init__(
        self,
        kind: TlsProblem,
        sentence: str,
        chain: tuple[bytes, ...] = (),
        first_bytes: bytes = b"",
        plaintext: bytes = b"",
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.chain = chain
        self.first_bytes = first_bytes
        self.plaintext = plaintext


def refused_certificate(
    error: ssl.SSLCertVerificationError, chain: tuple[bytes, ...], host: str
) -> TLSFailure:
    """A certificate that did not verify."""
    kind = _kind_of_certificate(error.verify_code, len(chain))
    facts = tuple(describe(der) for der in chain[:10])
    sentence = _SENTENCES[kind](facts, host, error.verify_message) if facts else ""
    return TLSFailure(kind, sentence or f"The certificate was refused: {error}.", chain)


def broken_handshake(error: ssl.SSLError, chain: tuple[bytes, ...]) -> TLSFailure:
    """A handshake that the server refused or that this side could not go along with."""
    reason = error.reason or ""
    kind = _kind_of_reason(reason, had_certificate=bool(chain))
    sentence = _HANDSHAKE_SENTENCES.get(kind)
    return TLSFailure(kind, sentence or f"The TLS handshake failed: {_words(reason)}.", chain)


def broken_session(
    error: ssl.SSLError, chain: tuple[bytes, ...], plaintext: bytes = b""
) -> TLSFailure:
    """An established session that ended with an alert or with octets that are no TLS."""
    reason = error.reason or ""
    kind = _kind_of_reason(reason, had_certificate=True)
    if kind is not TlsProblem.CLIENT_CERTIFICATE:
        sentence = f"The TLS session broke: {_words(reason)}."
        return TLSFailure(TlsProblem.ALERT, sentence, chain, b"", plaintext)
    return TLSFailure(kind, _HANDSHAKE_SENTENCES[kind], chain, b"", plaintext)


def plain_text(first_bytes: bytes) -> TLSFailure:
    """Octets that are no TLS record where the handshake should be."""
    head = visible(first_bytes.partition(b"\n")[0].rstrip(b"\r")[:80])
    sentence = f"The server answered in plain text instead of TLS: “{head}”."
    return TLSFailure(TlsProblem.PLAINTEXT, sentence, (), first_bytes)


def closed_in_handshake() -> TLSFailure:
    """The server closed before TLS was up."""
    return TLSFailure(
        TlsProblem.CLOSED,
        "The server closed the connection during the TLS handshake: perhaps it speaks no TLS here.",
    )


def reset_in_handshake(why: str) -> TLSFailure:
    """The connection broke before TLS was up; ``why`` in words."""
    return TLSFailure(
        TlsProblem.RESET,
        f"The connection broke during the TLS handshake ({why}):"
        " perhaps the server speaks no TLS here.",
    )


def handshake_timeout(seconds: float) -> TLSFailure:
    """The server was silent for so long."""
    return TLSFailure(
        TlsProblem.TIMEOUT,
        f"The TLS handshake was not done within {seconds:g} s:"
        " perhaps the server speaks no TLS here.",
    )


_KINDS_OF_CERTIFICATE = {
    9: TlsProblem.NOT_YET_VALID,
    10: TlsProblem.EXPIRED,
    18: TlsProblem.SELF_SIGNED,
    19: TlsProblem.UNKNOWN_AUTHORITY,
    62: TlsProblem.WRONG_HOST,
    64: TlsProblem.WRONG_HOST,
    66: TlsProblem.WEAK_KEY,
    67: TlsProblem.WEAK_KEY,
    68: TlsProblem.WEAK_KEY,
}  # the X509_V_ERR numbers of OpenSSL's x509_vfy.h

_NO_ISSUER = (2, 20, 21)


def _kind_of_certificate(code: int, chain_length: int) -> TlsProblem:
    if code in _NO_ISSUER:
        incomplete = chain_length < 2
        return TlsProblem.INCOMPLETE_CHAIN if incomplete else TlsProblem.UNKNOWN_AUTHORITY
    return _KINDS_OF_CERTIFICATE.get(code, TlsProblem.CERTIFICATE)


def _kind_of_reason(reason: str, *, had_certificate: bool) -> TlsProblem:
    if "CERTIFICATE_REQUIRED" in reason:
        return TlsProblem.CLIENT_CERTIFICATE
    if any(mark in reason for mark in ("HANDSHAKE_FAILURE", "ALERT_BAD_CERTIFICATE")):
        # before the server's certificate nothing but ciphers and groups has been negotiated
        return TlsProblem.CLIENT_CERTIFICATE if had_certificate else TlsProblem.CIPHER
    for kind, marks in _MARKS.items():
        if any(mark in reason for mark in marks):
            return kind
    return TlsProblem.ALERT


_MARKS = {
    TlsProblem.VERSION: ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION"),
    TlsProblem.CIPHER: ("INSUFFICIENT_SECURITY", "NO_SHARED_CIPHER", "NO_CIPHERS_AVAILABLE"),
    TlsProblem.WEAK_KEY: ("KEY_TOO_SMALL", "MD_TOO_WEAK"),
    TlsProblem.UNKNOWN_NAME: ("UNRECOGNIZED_NAME",),
}

_HANDSHAKE_SENTENCES = {
    TlsProblem.VERSION: "The server speaks no TLS 1.2 or 1.3: what is older is not safe any more.",
    TlsProblem.CIPHER: "The server and this side have no cipher in common.",
    TlsProblem.WEAK_KEY: "The key the server uses is too short to be safe.",
    TlsProblem.UNKNOWN_NAME: "The server knows no host of this name: connect by another name.",
    TlsProblem.CLIENT_CERTIFICATE: (
        "The server wants a certificate from its clients, and this program offers none."
    ),
}

_Facts = tuple[CertificateFacts, ...]


def _expired(facts: _Facts, host: str, message: str) -> str:
    now = today()
    for place, one in enumerate(facts):
        if one.not_after is not None and one.not_after < now:
            days = (now - one.not_after).days
            ago = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"
            return f"{_which(place, one)} expired on {_day(one.not_after)} ({ago}): renew it."
    return "A certificate has expired: renew it."


def _not_yet_valid(facts: _Facts, host: str, message: str) -> str:
    now = today()
    for place, one in enumerate(facts):
        if one.not_before is not None and one.not_before > now:
            return (
                f"{_which(place, one)} is valid only from {_day(one.not_before)}:"
                " check the clock of this computer."
            )
    return "A certificate is not valid yet: check the clock of this computer."


def _wrong_host(facts: _Facts, host: str, message: str) -> str:
    leaf = facts[0]
    wanted = visible(host)
    if not leaf.names:
        return f"The certificate names no host, so it does not vouch for {wanted}."
    names = [visible(name) for name in leaf.names[:_MOST_NAMES]]
    more = len(leaf.names) + leaf.more_names - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more else "")
    return f"The certificate is for {listed}, not for {wanted}: connect by a name it holds."


def _self_signed(facts: _Facts, host: str, message: str) -> str:
    return (
        "The certificate is signed by itself alone, so nobody vouches for it:"
        " give it as the CA file if you know it."
    )


def _unknown_authority(facts: _Facts, host: str, message: str) -> str:
    return (
        f"The certificate comes from {_authority(facts[-1])}, which is not trusted here:"
        " give that authority's certificate as the CA file if you know it."
    )


def _incomplete_chain(facts: _Facts, host: str, message: str) -> str:
    return (
        f"The certificate comes from {_authority(facts[-1])}, which is not trusted here, and the"
        " server sends no other: it lacks an intermediate certificate, or needs your CA file."
    )


def _weak_key(facts: _Facts, host: str, message: str) -> str:
    return f"A key or digest in the certificate is too weak to be safe ({visible(message)})."


def _other(facts: _Facts, host: str, message: str) -> str:
    return f"The certificate was refused: {visible(message)}."


_SENTENCES: dict[TlsProblem, Callable[[_Facts, str, str], str]] = {
    TlsProblem.EXPIRED: _expired,
    TlsProblem.NOT_YET_VALID: _not_yet_valid,
    TlsProblem.WRONG_HOST: _wrong_host,
    TlsProblem.SELF_SIGNED: _self_signed,
    TlsProblem.UNKNOWN_AUTHORITY: _unknown_authority,
    TlsProblem.INCOMPLETE_CHAIN: _incomplete_chain,
    TlsProblem.WEAK_KEY: _weak_key,
    TlsProblem.CERTIFICATE: _other,
}


def _which(place: int, facts: CertificateFacts) -> str:
    if not place:
        return "The certificate"
    return f"The certificate of the authority “{visible(facts.subject)}”"


def _authority(facts: CertificateFacts) -> str:
    return f"“{visible(facts.issuer)}”" if facts.issuer else "an authority without a name"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower() if reason else "no reason was given"
