"""Why TLS did not come about or broke: the kinds, and one sentence for each."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from enum import Enum

from smtp_tui.smtp.visible import visible
from smtp_tui.wire import certificate_faults as faults
from smtp_tui.wire.certificates import describe
from smtp_tui.wire.tls_options import TlsOptions


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
    CLIENT_REFUSED = "client certificate refused"
    UNKNOWN_NAME = "name unknown to the server"
    TOO_LARGE = "too large"
    PLAINTEXT = "plain text"
    CLOSED = "closed"
    RESET = "reset"
    TIMEOUT = "timeout"
    ALERT = "alert"

    @property
    def is_of_client(self) -> bool:
        """Whether it is about this side's certificate; TLS 1.3 tells that after the handshake."""
        return self in (TlsProblem.CLIENT_CERTIFICATE, TlsProblem.CLIENT_REFUSED)

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
    sent instead of TLS, ``plaintext`` what was decrypted just before the failure. ``code`` and
    ``message`` are what OpenSSL said of a certificate it refused (0 and "" for any other failure).
    """

    def __init__(
        self,
        kind: TlsProblem,
        sentence: str,
        chain: tuple[bytes, ...] = (),
        first_bytes: bytes = b"",
        plaintext: bytes = b"",
        *,
        code: int = 0,
        message: str = "",
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.chain = chain
        self.first_bytes = first_bytes
        self.plaintext = plaintext
        self.code = code
        self.message = message


def refused_certificate(
    error: ssl.SSLCertVerificationError, chain: tuple[bytes, ...], host: str
) -> TLSFailure:
    """A certificate that did not verify."""
    code, message = error.verify_code, error.verify_message
    kind = kind_of_certificate(code, len(chain))
    facts = tuple(describe(der) for der in chain[:10])
    sentence = _SENTENCES[kind](facts, host, message) if facts else ""
    return TLSFailure(
        kind,
        sentence or f"The certificate was refused: {visible(str(error))}.",
        chain,
        code=code,
        message=message,
    )


def wrong_host(chain: tuple[bytes, ...], host: str) -> TLSFailure:
    """A certificate that OpenSSL verified, but that does not hold the name."""
    facts = tuple(describe(der) for der in chain[:1])
    sentence = faults.wrong_host(facts, host) if facts else "The server showed no certificate."
    code = _HOSTNAME_MISMATCH
    return TLSFailure(TlsProblem.WRONG_HOST, sentence, chain, code=code, message="other name")


def broken_handshake(
    error: ssl.SSLError, chain: tuple[bytes, ...], options: TlsOptions
) -> TLSFailure:
    """A handshake that the server refused or that this side could not go along with."""
    reason = error.reason or ""
    kind = _kind_of_reason(reason, had_certificate=bool(chain))
    kind = _seen_from_client(kind, reason, options)
    sentence = _sentence(kind, reason, options)
    return TLSFailure(kind, sentence or f"The TLS handshake failed: {_words(reason)}.", chain)


def broken_session(
    error: ssl.SSLError, chain: tuple[bytes, ...], options: TlsOptions, plaintext: bytes = b""
) -> TLSFailure:
    """An established session that ended with an alert or with octets that are no TLS."""
    reason = error.reason or ""
    kind = _kind_of_reason(reason, had_certificate=True)
    kind = _seen_from_client(kind, reason, options)
    if not kind.is_of_client:
        sentence = f"The TLS session broke: {_words(reason)}."
        return TLSFailure(TlsProblem.ALERT, sentence, chain, b"", plaintext)
    return TLSFailure(kind, _sentence(kind, reason, options), chain, b"", plaintext)


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

_HOSTNAME_MISMATCH = 62
_NO_ISSUER = (2, 20, 21)


def kind_of_certificate(code: int, chain_length: int) -> TlsProblem:
    """What an error number of OpenSSL means, where the server sent so many certificates."""
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
    TlsProblem.TOO_LARGE: ("EXCESSIVE_MESSAGE_SIZE",),
}

_CLIENT_ALERTS = {
    "BAD_CERTIFICATE": "",
    "UNSUPPORTED_CERTIFICATE": ": it takes none of that kind",
    "CERTIFICATE_REVOKED": ": it is revoked",
    "CERTIFICATE_EXPIRED": ": it has expired",
    "CERTIFICATE_UNKNOWN": "",
    "ALERT_UNKNOWN_CA": ": it does not trust the authority that issued it",
    "ACCESS_DENIED": ": it gives this client no access",
    "HANDSHAKE_FAILURE": " or wants another one",
}
"""What an alert of the server says of a certificate of the client (RFC 8446 6.2)."""


def _seen_from_client(kind: TlsProblem, reason: str, options: TlsOptions) -> TlsProblem:
    """An alert about a certificate is about ours, if we had one."""
    about_ours = kind in (TlsProblem.ALERT, TlsProblem.CLIENT_CERTIFICATE)
    if options.client_cert is None or not about_ours:
        return kind
    named = any(mark in reason for mark in _CLIENT_ALERTS)
    return TlsProblem.CLIENT_REFUSED if named else kind


def _sentence(kind: TlsProblem, reason: str, options: TlsOptions) -> str:
    """What to say of a handshake; "" where there is only the reason."""
    match kind:
        case TlsProblem.VERSION:
            if options.minimum is None and options.maximum is None:
                return "The server speaks no TLS 1.2 or 1.3: what is older is not safe any more."
            return (
                f"The server speaks no {options.words}, and nothing else is allowed here:"
                " allow another version if you want to look on."
            )
        case TlsProblem.CIPHER if options.ciphers:
            return (
                "The server and this side have no cipher in common:"
                " the list of ciphers set here may be too short."
            )
        case TlsProblem.CIPHER:
            return "The server and this side have no cipher in common."
        case TlsProblem.WEAK_KEY:
            return "The key the server uses is too short to be safe."
        case TlsProblem.UNKNOWN_NAME:
            return "The server knows no host of this name: connect by another name."
        case TlsProblem.TOO_LARGE:
            return (
                "What the server sends in the handshake is larger than OpenSSL takes (100 KiB):"
                " no honest chain of certificates is."
            )
        case TlsProblem.CLIENT_CERTIFICATE:
            return (
                "The server wants a certificate from its clients, and this side has none:"
                " name one in the TLS settings, or with --client-cert."
            )
        case TlsProblem.CLIENT_REFUSED:
            why = next((why for mark, why in _CLIENT_ALERTS.items() if mark in reason), "")
            return f"The server refused the client certificate{why}."
    return ""


_SENTENCES: Mapping[TlsProblem, Callable[[faults.Chain, str, str], str]] = {
    TlsProblem.EXPIRED: lambda chain, host, message: faults.expired(chain),
    TlsProblem.NOT_YET_VALID: lambda chain, host, message: faults.not_yet_valid(chain),
    TlsProblem.WRONG_HOST: lambda chain, host, message: faults.wrong_host(chain, host),
    TlsProblem.SELF_SIGNED: lambda chain, host, message: faults.SELF_SIGNED,
    TlsProblem.UNKNOWN_AUTHORITY: lambda chain, host, message: faults.unknown_authority(chain),
    TlsProblem.INCOMPLETE_CHAIN: lambda chain, host, message: faults.incomplete_chain(chain),
    TlsProblem.WEAK_KEY: lambda chain, host, message: faults.weak_key(message),
    TlsProblem.CERTIFICATE: lambda chain, host, message: faults.refused(message),
}


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower() if reason else "no reason was given"
