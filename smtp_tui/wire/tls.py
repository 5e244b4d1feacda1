"""TLS without a socket: octets in, octets out, and what the handshake showed."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from smtp_tui.wire import exporter, handshake
from smtp_tui.wire.events import TlsFacts, Verification
from smtp_tui.wire.target import Target, ascii_host, is_literal
from smtp_tui.wire.tls_failures import (
    TLSFailure,
    broken_handshake,
    broken_session,
    closed_in_handshake,
    plain_text,
    refused_certificate,
    wrong_host,
)
from smtp_tui.wire.tls_options import BY_DEFAULT, NO_SNI, TlsOptions
from smtp_tui.wire.verdicts import matching_name

_READ = 64 * 1024
_KEPT = 1024
_STEP = 1024
"""How much is read before the key log is drained. A server may change its keys with every 27 octets
(RFC 8446 4.6.3) and have us log 360 for them: 14 KiB, of the 64 a pipe holds."""
_RECORD_TYPES = range(0x14, 0x19)  # RFC 8446 5.1, and heartbeat


class TLSLayer:
    """One TLS session as a client; the handshake begins at once, in ``outgoing``.

    After every call of another method whatever ``outgoing`` gives must be sent, also after a
    ``TLSFailure``: it is the alert.
    """

    __slots__ = (
        "_announced", "_context", "_ended", "_facts", "_first", "_host", "_incoming", "_options",
        "_outgoing", "_random", "_tls", "_unsent", "elapsed", "established",
    )  # fmt: skip

    def __init__(
        self,
        context: ssl.SSLContext,
        server_name: str | None,
        *,
        announced: str | None = None,
        options: TlsOptions = BY_DEFAULT,
    ) -> None:
        """``server_name`` is verified, ``announced`` (None: the same) is the SNI.

        Where they differ the context must leave the check of the name to this layer.
        """
        self._context = context
        self._host = server_name or ""
        self._announced = self._host if announced is None else announced
        self._options = options
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = handshake.begin(
            context, self._incoming, self._outgoing, self._announced or None
        )
        self._first = b""
        self._random = b""
        self._ended = False
        self._unsent = bytearray()
        self._facts: TlsFacts | None = None
        self.established = False
        """Whether the handshake is done."""
        self.elapsed = 0.0
        """Seconds that it took, which who has a clock says before ``facts`` are asked for."""
        self._shake_hands()

    @property
    def facts(self) -> TlsFacts | None:
        """What the handshake showed; None until it is done."""
        if self._facts is None and self.established:
            self._facts = self._describe(self._chain())
        return self._facts

    @property
    def ended(self) -> bool:
        """Whether the server ended TLS in order (close_notify)."""
        return self._ended

    @property
    def waiting(self) -> bool:
        """Whether octets that were to be sent wait until TLS has heard something.

        So it is in TLS 1.2 after a server began another handshake, and it may leave it at that.
        """
        return bool(self._unsent)

    def receive(self, ciphertext: bytes) -> bytes:
        """Take octets from the socket and give the plain text in them; raises ``TLSFailure``."""
        if not self.established:
            self._first += ciphertext[: _KEPT - len(self._first)]
            self._incoming.write(ciphertext)
            self._shake_hands()
            if not self.established:
                return b""
            ciphertext = self._incoming.read()
        plaintext = self._decrypted(ciphertext)
        if self._unsent:
            waiting, self._unsent = bytes(self._unsent), bytearray()
            self.send(waiting)
        return plaintext

    def eof(self) -> bool:
        """The socket's end was reached: whether TLS had been ended first (close_notify).

        Raises ``TLSFailure`` in the middle of the handshake.
        """
        self._incoming.write_eof()
        if not self.established:
            raise plain_text(self._first) if self._is_plain() else closed_in_handshake()
        if not self._ended:
            try:
                self._ended = not self._tls.read(1)
            except ssl.SSLZeroReturnError:
                self._ended = True
            except ssl.SSLError:
                return False
        return self._ended

    def send(self, plaintext: bytes | memoryview) -> None:
        """Encrypt octets; they wait while TLS has to hear something first."""
        if self._unsent:
            self._unsent += plaintext
            return
        view = memoryview(plaintext)
        try:
            while view:
                view = view[self._tls.write(view) :]
        except ssl.SSLWantReadError:
            self._unsent += view
        except ssl.SSLError as error:
            raise broken_session(error, self._chain(), self._options) from error
        if self._tls.rekeyed:
            self._drain()

    def close(self) -> None:
        """Say that nothing more will be sent (close_notify)."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            return  # the other side's part is still to come, or the session is broken anyway

    def outgoing(self) -> bytes:
        """The octets to send now."""
        octets = self._outgoing.read()
        if not self._random:
            self._random = exporter.client_random(octets)
        return octets

    def refused_facts(self, failure: TLSFailure) -> TlsFacts:
        """What a failed handshake showed, as far as it came."""
        return self._describe(failure.chain, failure)

    def _shake_hands(self) -> None:
        if self._first and self._is_plain():
            self._abandon()
            raise plain_text(self._first)
        try:
            self._tls.do_handshake()
            self._check_name()
            self.established = True  # the server waits for us: the key log is drained afterwards
        except ssl.SSLWantReadError:
            return
        except ssl.SSLCertVerificationError as error:
            raise refused_certificate(error, self._chain(), self._host) from error
        except ssl.SSLError as error:
            raise broken_handshake(error, self._chain(), self._options) from error
        finally:
            if self._first and not self.established:
                self._drain()

    def _check_name(self) -> None:
        """Where another name is announced than verified OpenSSL does not look at it: do it here."""
        if self._context.verify_mode is ssl.CERT_NONE or self._context.check_hostname:
            return
        chain = self._chain()
        if not chain or not matching_name(chain[0], self._host):
            self.close()
            raise wrong_host(chain, self._host)

    def _is_plain(self) -> bool:
        return bool(self._first) and self._first[0] not in _RECORD_TYPES

    def _abandon(self) -> None:
        """Let TLS see what came, so that it writes its alert."""
        try:
            self._tls.do_handshake()
        except ssl.SSLError:
            return

    def _decrypted(self, ciphertext: bytes) -> bytes:
        """Read octets in steps, for each may hold new keys, which the key log has to take."""
        pieces: list[bytes] = []
        for start in range(0, len(ciphertext), _STEP):
            self._incoming.write(ciphertext[start : start + _STEP])
            self._read(pieces)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read(self, pieces: list[bytes]) -> None:
        try:
            while not self._ended:
                piece = self._tls.read(_READ)
                if not piece:
                    self._ended = True
                pieces.append(piece)
                if not self._incoming.pending and not self._tls.pending():
                    break
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # what an end in order looks like after ``close``
            self._ended = True
        except ssl.SSLError as error:
            plaintext = b"".join(pieces)
            raise broken_session(error, self._chain(), self._options, plaintext) from error
        finally:
            if self._tls.rekeyed:
                self._drain()

    def _describe(self, chain: tuple[bytes, ...], failure: TLSFailure | None = None) -> TlsFacts:
        tls = self._tls
        heard = tls.overheard()
        cipher = tls.cipher()
        name = cipher[0] if cipher else handshake.suite(self._context, heard.suite)
        version = tls.version() or handshake.version(heard.version)  # none while keys change
        asked = self._context.verify_mode is ssl.CERT_REQUIRED
        return TlsFacts(
            version=version,
            cipher=name,
            bits=cipher[2] if cipher else 0,
            chain=chain,
            verified=asked and failure is None,
            problem=failure.sentence if failure is not None else "",
            elapsed=self.elapsed,
            exporter_secret=self._exporter_secret(),
            unique=self._unique(version),
            verification=Verification(
                asked,
                self._host,
                failure.code if failure is not None else 0,
                failure.message if failure is not None else "",
                tuple(_chain(tls, "get_verified_chain")),
            ),
            group=handshake.group(tls, heard),
            signature=heard.signature,
            alpn=tls.selected_alpn_protocol() or "",
            server_name="" if is_literal(self._announced) else self._announced,
            client_asked=heard.client_asked,
            resumed=bool(tls.session_reused),
        )

    def _drain(self) -> None:
        """Take what the session logged, which before the server has spoken is nothing."""
        self._tls.rekeyed = False
        if (log := exporter.key_log(self._context)) is not None:
            log.drain()

    def _exporter_secret(self) -> bytes:
        """What TLS 1.3 exports keying material from (RFC 8446 7.5); b"" before, and below."""
        self._tls.rekeyed = False
        log = exporter.key_log(self._context)
        secret = b"" if log is None else log.secret(self._random)
        return secret if self.established else b""

    def _unique(self, version: str) -> bytes:
        """The first Finished message (RFC 5929 3); b"" before, and in TLS 1.3."""
        if not self.established or version == "TLSv1.3":
            return b""
        return self._tls.get_channel_binding("tls-unique") or b""

    def _chain(self) -> tuple[bytes, ...]:
        """The certificates as the server sent them; also readable after they were refused."""
        return tuple(_chain(self._tls, "get_unverified_chain"))


_DER = 2
"""``_ssl.ENCODING_DER``."""


class _Certificate(Protocol):
    def public_bytes(self, encoding: int) -> bytes: ...


def _chain(session: ssl.SSLObject, method: str) -> Iterator[bytes]:
    """What one of the methods for chains gives, as DER; until Python 3.13 they are not public."""
    public: Callable[[], Iterable[bytes] | None] | None = getattr(session, method, None)
    if public is not None:
        yield from public() or ()
        return
    inner: Callable[[], Iterable[_Certificate] | None] | None = getattr(
        getattr(session, "_sslobj", None), method, None
    )
    if inner is not None:
        for one in inner() or ():
            yield one.public_bytes(_DER)


def session(context: ssl.SSLContext, target: Target) -> TLSLayer:
    """A session with the target by the rules of the context; raises ``TLSFailure``."""
    options, name = target.options, server_name(target)
    announced = name if options is BY_DEFAULT else announced_name(target)
    return TLSLayer(context, name, announced=announced, options=options)


def server_name(target: Target) -> str:
    """The name or address the certificate must hold; of a Unix socket without a host localhost."""
    return _name(target.options.verify_name or target.host)


def announced_name(target: Target) -> str:
    """The name announced as SNI (RFC 6066 3), "" for none; an address is given, but never sent."""
    sni = target.options.sni
    return "" if sni == NO_SNI else _name(sni or target.host)


def _name(host: str) -> str:
    if not host:
        return "localhost"
    if is_literal(host):
        return host.partition("%")[0]
    return ascii_host(host).removesuffix(".")
