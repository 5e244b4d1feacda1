"""PLAIN: authorization identity, user and password in one message (RFC 4616)."""

from __future__ import annotations

from smtp_tui.sasl.credentials import Credentials, CredentialsError, Exchange


def message(credentials: Credentials) -> bytes:
    """The octets before Base64; raises ``CredentialsError`` for a NUL: it separates the parts."""
    parts = {
        "authorization identity": credentials.authorization,
        "user name": credentials.user,
        "password": credentials.password,
    }
    for what, text in parts.items():
        if "\0" in text:
            raise CredentialsError(f"The {what} holds a NUL, which PLAIN cannot carry.")
    return b"\0".join(octets(what, text) for what, text in parts.items())


def plain(credentials: Credentials) -> Exchange:
    """One message, sent with the AUTH command."""
    yield message(credentials)


def octets(what: str, text: str) -> bytes:
    """UTF-8; octets the terminal could not decode go out as they came in.

    Raises ``CredentialsError`` naming ``what`` for text that stands for no octets.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # without its cause, which quotes the secret
        raise CredentialsError(f"The {what} holds half a character: type it again.") from None
