"""The rules for TLS sessions: whom to trust, what is allowed; kept, for they take time to make."""

from __future__ import annotations

import os
import ssl
import stat
from functools import lru_cache
from pathlib import Path

from smtp_tui.smtp.visible import visible
from smtp_tui.wire import exporter, handshake
from smtp_tui.wire.target import Target, TargetError


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
    handshake.tap(context)
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
