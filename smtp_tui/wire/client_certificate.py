"""The certificate this side shows when a server asks for one, and the key that goes with it."""

from __future__ import annotations

import ssl
from pathlib import Path

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.pem_files import holds, unreadable
from smtp_tui.wire.target import TargetError

_CERTIFICATE, _KEY = "client certificate", "client key"


def load(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    """Let the context show it; raises ``TargetError`` that says what is wrong with the files."""
    key_file = key or certificate
    if not holds(_CERTIFICATE, certificate, b"-----BEGIN CERTIFICATE-----"):
        raise TargetError(
            f"The {_CERTIFICATE} {visible(str(certificate))} holds no certificate in PEM form."
        )
    if not holds(_KEY, key_file, b"PRIVATE KEY-----"):
        name = "the client key as well" if key is None else "another file"
        raise TargetError(
            f"{visible(str(key_file))} holds no private key in PEM form: name {name}."
        )
    asked: list[bool] = []

    def password() -> bytes:
        asked.append(True)  # without this OpenSSL would ask on the terminal, and wait
        return b""

    try:
        context.load_cert_chain(certificate, key, password)
    except ssl.SSLError as error:
        raise TargetError(_refusal(error, certificate, key_file, locked=bool(asked))) from None
    except (OSError, ValueError) as error:
        raise unreadable(_CERTIFICATE, certificate, error) from None


def _refusal(error: ssl.SSLError, certificate: Path, key: Path, *, locked: bool) -> str:
    reason = error.reason or ""
    shown, ours = visible(str(key)), visible(str(certificate))
    if locked:
        return (
            f"The client key {shown} is locked with a password: name an unlocked copy that only"
            " you can read, as “openssl pkey -in KEY -out COPY” writes it."
        )
    if "MISMATCH" in reason:
        return f"The client key {shown} does not belong to {ours}."
    if "TOO_SMALL" in reason or "TOO_WEAK" in reason:
        return f"OpenSSL refuses the client certificate {ours}: it is too weak."
    words = reason.replace("_", " ").lower() or "no reason was given"
    return f"OpenSSL cannot read the client certificate and its key {shown}: {words}."
