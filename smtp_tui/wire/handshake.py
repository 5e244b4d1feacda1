"""What the messages of TLS tell that Python's ssl does not: group, signature scheme, new keys."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

_HANDSHAKE = 22
_TICKET = 4  # it comes behind a handshake and brings no keys (RFC 8446 4.6.1)
_KEY_SHARE, _SUPPORTED_VERSIONS = 51, 43
_NAMED_CURVE = 3
_TLS_1_2 = 0x0303

_VERSIONS = {0x0304: "TLSv1.3", 0x0303: "TLSv1.2", 0x0302: "TLSv1.1", 0x0301: "TLSv1"}

GROUPS = {
    19: "secp192r1", 21: "secp224r1", 23: "secp256r1", 24: "secp384r1", 25: "secp521r1",
    26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1",
    29: "x25519", 30: "x448",
    31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
    256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
    512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024",
    4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768", 4589: "SecP384r1MLKEM1024",
}  # fmt: skip
"""IANA's registry of TLS Supported Groups."""

SCHEMES = {
    0x0201: "rsa_pkcs1_sha1", 0x0203: "ecdsa_sha1",
    0x0401: "rsa_pkcs1_sha256", 0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384", 0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512", 0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519", 0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256", 0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512",
    0x0904: "mldsa44", 0x0905: "mldsa65", 0x0906: "mldsa87",
}  # fmt: skip
"""IANA's registry of TLS SignatureSchemes."""


@dataclass(slots=True)
class Overheard:
    """What was heard; "" and 0 for what was not.

    ``version`` and ``suite`` are the numbers of TLS. They are known also of a handshake that
    failed later, of which ssl tells nothing.
    """

    version: int = 0
    suite: int = 0
    group: str = ""
    signature: str = ""
    client_asked: bool = False
    """Whether the server asked for a certificate of the client."""


class Session(ssl.SSLObject):
    """A session that keeps the messages of its server that tell something, until it is asked."""

    messages: list[tuple[int, bytes]] | None = None
    """Each with its kind; None when no more are listened to."""
    rekeyed = False
    """Whether since this was set to False something was said that may have led to new keys."""
    _told: Overheard | None = None

    def overheard(self) -> Overheard:
        """What the messages until now told; later ones are not listened to."""
        if self._told is None:
            self._told = Overheard()
            for kind, message in self.messages or ():
                listen(self._told, kind, message)
            self.messages = None
        return self._told


class _Descriptor(Protocol):
    def __set__(self, context: ssl.SSLContext, callback: Callable[..., None]) -> None: ...


class _Tapped(Protocol):
    _msg_callback: _Descriptor


def begin(
    context: ssl.SSLContext,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    server_name: str | None,
) -> Session:
    """Begin a session of the context and listen to it."""
    context.sslobject_class = Session
    # below ``ssl``, which would make enums of the numbers of every record
    cast(_Tapped, ssl.SSLContext.__base__)._msg_callback.__set__(context, _hear)
    session = cast(Session, context.wrap_bio(incoming, outgoing, server_hostname=server_name))
    session.messages = []
    return session


def group(session: ssl.SSLObject, heard: Overheard) -> str:
    """The group of the key exchange: as ssl says it where it can, else as it was heard."""
    told: Callable[[], str | None] | None = getattr(session, "group", None)  # from Python 3.15
    return (told() if told is not None else None) or heard.group


def version(number: int) -> str:
    """The name ssl has for a version of TLS; "" for none."""
    return _VERSIONS.get(number, f"0x{number:04x}" if number else "")


def suite(context: ssl.SSLContext, number: int) -> str:
    """The name of a cipher suite that the context offers; "" for none."""
    names = (one["name"] for one in context.get_ciphers() if one["id"] & 0xFFFF == number)
    return next(names, "") if number else ""


def _hear(session: Session, way: str, version: int, content: int, kind: int, data: bytes) -> None:
    if content != _HANDSHAKE or kind == _TICKET:
        return
    session.rekeyed = True
    if session.messages is not None and way == "read" and kind in _TELLING:
        session.messages.append((kind, data))


def listen(heard: Overheard, kind: int, message: bytes) -> None:
    """Take what is wanted from one message of a server; never raises for what it holds."""
    if kind in _TELLING:
        _TELLING[kind](heard, _Reader(message[4:]))


def _server_hello(heard: Overheard, body: _Reader) -> None:
    """RFC 8446 4.1.3; the group alone stands in a HelloRetryRequest (4.2.8)."""
    heard.version = body.number(2)
    body.skip(32)
    body.skip(body.number(1))
    heard.suite = body.number(2)
    body.skip(1)
    extensions = _Reader(body.piece(body.number(2)))
    while extensions.left >= 4:
        kind = extensions.number(2)
        extension = _Reader(extensions.piece(extensions.number(2)))
        if kind == _KEY_SHARE:
            heard.group = _named(GROUPS, extension.number(2))
        elif kind == _SUPPORTED_VERSIONS:
            heard.version = extension.number(2)


def _key_exchange(heard: Overheard, body: _Reader) -> None:
    """RFC 8422 5.4: curve and signature of TLS 1.2 and below; Diffie-Hellman names no group."""
    if body.number(1) != _NAMED_CURVE:
        return
    heard.group = _named(GROUPS, body.number(2))
    body.skip(body.number(1))
    if heard.version == _TLS_1_2:  # older versions have one scheme only and do not name it
        heard.signature = _named(SCHEMES, body.number(2))


def _certificate_request(heard: Overheard, _: _Reader) -> None:
    heard.client_asked = True


def _certificate_verify(heard: Overheard, body: _Reader) -> None:
    """RFC 8446 4.4.3."""
    heard.signature = _named(SCHEMES, body.number(2))


_TELLING: Mapping[int, Callable[[Overheard, _Reader], None]] = {
    2: _server_hello,
    12: _key_exchange,
    13: _certificate_request,
    15: _certificate_verify,
}
"""The handshake messages of a server that tell something (RFC 8446 4, RFC 5246 7.4)."""


def _named(names: dict[int, str], number: int) -> str:
    return names.get(number, f"0x{number:04x}" if number else "")


class _Reader:
    """Reads from the front; past the end there are zeros and nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def number(self, octets: int) -> int:
        start = self._at
        self._at = end = start + octets
        return int.from_bytes(self._data[start:end], "big")

    def piece(self, octets: int) -> bytes:
        data = self._data[self._at : self._at + octets]
        self._at += octets
        return data

    def skip(self, octets: int) -> None:
        self._at += octets
