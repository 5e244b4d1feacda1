"""The rules for TLS sessions: whom to trust, what is allowed; kept, for they take time to make."""

from __future__ import annotations

import os
import ssl
import warnings
from functools import lru_cache
from pathlib import Path

from smtp_tui.smtp.visible import visible
from smtp_tui.wire import client_certificate, exporter
from smtp_tui.wire.pem_files import Stamp, stamp, unreadable
from smtp_tui.wire.target import Target, TargetError
from smtp_tui.wire.tls import announced_name, server_name
from smtp_tui.wire.tls_options import BY_DEFAULT, TlsOptions, TlsVersion

_VERSIONS = {
    TlsVersion.TLS_1_0: ssl.TLSVersion.TLSv1,
    TlsVersion.TLS_1_1: ssl.TLSVersion.TLSv1_1,
    TlsVersion.TLS_1_2: ssl.TLSVersion.TLSv1_2,
    TlsVersion.TLS_1_3: ssl.TLSVersion.TLSv1_3,
}
_CA_FILE, _CLIENT_CERT, _CLIENT_KEY = "CA file", "client certificate", "client key"


def build_context(target: Target) -> ssl.SSLContext:
    """The rules for a TLS session with the target; raises ``TargetError`` about its files.

    Verification is against the CA file alone if there is one, else against the system's
    authorities. Contexts are kept: reading the authorities takes tens of milliseconds.
    """
    options = target.options
    stamps: list[Stamp] = []
    for what, path in ((_CLIENT_CERT, options.client_cert), (_CLIENT_KEY, options.client_key)):
        if path is not None:
            stamps.append(stamp(what, _absolute(path)))
    if options.key_log is not None:
        exporter.prepare(options.key_log)
    ca_file = _absolute(target.ca_file) if target.verify and target.ca_file is not None else None
    if ca_file is not None:
        stamps.append(stamp(_CA_FILE, ca_file))
    elif target.verify:
        paths = ssl.get_default_verify_paths()
        stamps += [_trusted(path) for path in (paths.cafile, paths.capath) if path]
    same = options is BY_DEFAULT or server_name(target) == announced_name(target)
    return _context(target.verify, same, ca_file, options.without_names, tuple(stamps))


def check(target: Target) -> None:
    """Raise ``TargetError`` where what the person wants of TLS cannot be had on this computer."""
    if target.asks_of_tls:
        build_context(target)


def check_ciphers(options: TlsOptions) -> None:
    """Raise ``TargetError`` where OpenSSL takes no cipher from the list, or not the versions."""
    _limit(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), options)


@lru_cache(maxsize=8)
def _context(
    verify: bool,
    same_name: bool,
    ca_file: Path | None,
    options: TlsOptions,
    stamps: tuple[Stamp, ...],
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    # set in full, because the defaults differ between Python versions
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = verify and same_name
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    if ca_file is not None:
        _trust(context, ca_file)
    elif verify:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    _limit(context, options)
    if options.client_cert is not None:
        client_certificate.load(context, options.client_cert, options.client_key)
    if options.alpn:
        context.set_alpn_protocols(list(options.alpn))
    exporter.listen(context, options.key_log)
    return context


def _limit(context: ssl.SSLContext, options: TlsOptions) -> None:
    """Allow the versions and ciphers that were asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old ones, which were asked for
            context.minimum_version = _VERSIONS[options.lowest]
            if options.maximum is not None:
                context.maximum_version = _VERSIONS[options.maximum]
    except ValueError:
        raise TargetError(f"OpenSSL speaks no {options.words} on this computer.") from None
    ciphers = options.ciphers
    if options.allows_old and "@SECLEVEL" not in ciphers:
        ciphers = f"{ciphers or 'DEFAULT'}:@SECLEVEL=0"  # or there are no digests for them
    if not ciphers:
        return
    try:
        context.set_ciphers(ciphers)
    except (ssl.SSLError, ValueError, UnicodeError):
        raise TargetError(
            f"OpenSSL finds no cipher in “{visible(options.ciphers[:60])}”: write a list for TLS"
            " 1.2 and below as “openssl ciphers” takes it; the suites of TLS 1.3 are fixed."
        ) from None


def _absolute(path: Path) -> Path:
    """The same file wherever the program goes; as it is where the folder it runs in is gone."""
    try:
        return path.absolute()
    except FileNotFoundError:
        return path


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise TargetError(
            f"The CA file {visible(str(ca_file))} holds no certificate in PEM form."
        ) from None
    except OSError as error:
        raise unreadable(_CA_FILE, ca_file, error) from None


def _trusted(path: str) -> Stamp:
    """The state of one of the system's stores; none where there is no such store."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
