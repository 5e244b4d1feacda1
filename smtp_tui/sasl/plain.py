"""PLAIN: authorization identity, user and password in one message (RFC 4616)."""

from __future__ import annotations

from smtp_tui.sasl.credentials import Channel, Credentials, Exchange, without


def message(credentials: Credentials) -> bytes:
    """The octets before Base64; raises ``CredentialsError`` for a NUL: it separates the parts."""
    parts = {
        "authorization identity": credentials.authorization,
        "user name": credentials.user,
        "password": credentials.password,
    }
    return b"\0".join(without("\0", "NUL", what, text, "PLAIN") for what, text in parts.items())


def plain(credentials: Credentials, _: Channel) -> Exchange:
    """One message, sent with the AUTH command."""
    yield message(credentials)
