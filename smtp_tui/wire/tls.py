"""TLS without a socket: octets in, octets out, and what the handshake showed."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from smtp_tui.sasl.credentials import ChannelBinding
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import exporter
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import Target, TargetError, ascii_host, is_literal
from smtp_tui.wire.tls_failures import (
    TLSFailure,
    broken_handshake,
    broken_session,
    closed_in_handshake,
    plain_text,
    refused_certificate,
)

_READ = 64 * 1024
_KEPT = 1024
_RECORD_TYPES = range(0x14, 0x19)  # RFC 8446 5.1, and heartbeat


class TLSLayer:
    """One TLS session as a client; the handshake begins at once, in ``outgoing``.

    After every call of another method whatever ``outgoing`` gives must be sent, also after a
    ``TLSFailure``: it is the alert.
    """

    __slots__ = (
        "_context", "_ended", "_facts", "_first", "_host", "_incoming", "_outgoing", "_random",
        "_tls", "_unsent", "established",
    )  # fmt: skip

    def __init__(self, context: ssl.SSLContext, server_name: str | None) -> None:
        self._context = context
        self._host = server_name or ""
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_name or None
        )
        self._first = b""
        self._random = b""
        self._ended = False
        self._unsent = bytearray()
        self._facts: TlsFacts | None = None
        self.established = False
        """Whether the handshake is done."""
        if (log := exporter.key_log(context)) is not None:
            log.drain()  # of sessions that never were
        self._shake_hands()

    @property
    def facts(self) -> TlsFacts | None:
        """What the handshake showed; None until it is done."""
        if self._facts is None and self.established:
            verified = self._context.verify_mode is ssl.CERT_REQUIRED
            self._facts = self._describe(self._chain(), verified=verified)
        return self._facts

    @property
    def ended(self) -> bool:
        """Whether the server ended TLS in order (close_notify)."""
        return self._ended

    def receive(self, ciphertext: bytes) -> bytes:
        """Take octets from the socket and give the plain text in them; raises ``TLSFailure``."""
        if not self.established:
            self._first += ciphertext[: _KEPT - len(self._first)]
            self._incoming.write(ciphertext)
            self._shake_hands()
            if not self.established:
                return b""
        else:
            self._incoming.write(ciphertext)
        plaintext = self._read()
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
            raise broken_session(error, self._chain()) from error

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
        return self._describe(failure.chain, verified=False, problem=failure.sentence)

    def _shake_hands(self) -> None:
        if self._first and self._is_plain():
            self._abandon()
            raise plain_text(self._first)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLCertVerificationError as error:
            raise refused_certificate(error, self._chain(), self._host) from error
        except ssl.SSLError as error:
            raise broken_handshake(error, self._chain()) from error
        self.established = True

    def _is_plain(self) -> bool:
        return bool(self._first) and self._first[0] not in _RECORD_TYPES

    def _abandon(self) -> None:
        """Let TLS see what came, so that it writes its alert."""
        try:
            self._tls.do_handshake()
        except ssl.SSLError:
            return

    def _read(self) -> bytes:
        pieces: list[bytes] = []
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
            raise broken_session(error, self._chain(), b"".join(pieces)) from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _describe(self, chain: tuple[bytes, ...], *, verified: bool, problem: str = "") -> TlsFacts:
        cipher = self._tls.cipher()
        version = self._tls.version() or ""
        return TlsFacts(
            version=version,
            cipher=cipher[0] if cipher else "",
            bits=cipher[2] if cipher else 0,
            chain=chain,
            verified=verified,
            problem=problem,
            binding=self._binding(version, cipher[0] if cipher else ""),
        )

    def _binding(self, version: str, cipher: str) -> ChannelBinding | None:
        """What the session itself can be bound by (RFC 5929 3, RFC 9266); None before it is up."""
        if not self.established:
            return None
        if version != "TLSv1.3":
            unique = self._tls.get_channel_binding("tls-unique")
            return ChannelBinding("tls-unique", unique) if unique else None
        log = exporter.key_log(self._context)
        secret = b"" if log is None else log.secret(self._random)
        if not secret:
            return None
        label, length = exporter.BINDING_LABEL, exporter.BINDING_LENGTH
        return ChannelBinding("tls-exporter", exporter.exported(secret, cipher, label, length))

    def _chain(self) -> tuple[bytes, ...]:
        """The certificates as the server sent them; also readable after they were refused."""
        public = getattr(self._tls, "get_unverified_chain", None)
        if public is not None:  # from Python 3.13
            return tuple(public() or ())
        inner: _InnerTls | None = getattr(self._tls, "_sslobj", None)
        if inner is None:
            return ()
        return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in _sent_by(inner))


class _Certificate(Protocol):
    def public_bytes(self) -> str: ...


class _InnerTls(Protocol):
    def get_unverified_chain(self) -> Iterable[_Certificate] | None: ...


def _sent_by(inner: _InnerTls) -> Iterable[_Certificate]:
    return inner.get_unverified_chain() or ()


def server_name(target: Target) -> str:
    """The name or address the certificate must hold; of a Unix socket without a host localhost."""
    if not target.host:
        return "localhost"
    if is_literal(target.host):
        return target.host.partition("%")[0]
    return ascii_host(target.host).removesuffix(".")


def build_context(target: Target) -> ssl.SSLContext:
    """The rules for a TLS session with the target; raises ``TargetError`` about its CA file.

    Verification is against the CA file alone if there is one, else against the system's
    authorities. Contexts are kept: reading the authorities takes tens of milliseconds.
    """
    if not target.verify:
        return _context(False, None, ())
    if target.ca_file is None:
        paths = ssl.get_default_verify_paths()
        stamps = tuple(_stamp(path) for path in (paths.cafile, paths.capath) if path)
        return _context(True, None, stamps)
    path = target.ca_file.absolute()
    return _context(True, path, _ca_stamp(path))


@lru_cache(maxsize=8)
def _context(verify: bool, ca_file: Path | None, stamps: tuple[object, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    # set in full, because the defaults differ between Python versions
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        _load(context, ca_file)
    exporter.listen(context)
    return context


def _load(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise TargetError(
            f"The CA file {visible(str(ca_file))} holds no certificate in PEM form."
        ) from None
    except OSError as error:
        raise _unreadable(ca_file, error) from None


def _ca_stamp(path: Path) -> tuple[object, ...]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
        raise TargetError(f"The CA file {visible(str(path))} is not a regular file.")
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError | ValueError) -> TargetError:
    shown = visible(str(path))
    match error:
        case FileNotFoundError():
            return TargetError(f"The CA file {shown} does not exist.")
        case PermissionError():
            return TargetError(f"The CA file {shown} may not be read.")
        case OSError():
            return TargetError(f"The CA file {shown} cannot be read: {error.strerror}.")
    return TargetError(f"The CA file {shown} cannot be read.")


def _stamp(path: str) -> tuple[object, ...]:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
