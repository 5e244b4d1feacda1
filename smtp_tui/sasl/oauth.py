"""XOAUTH2 and OAUTHBEARER: an access token in place of a password (Google; RFC 7628)."""

from __future__ import annotations

from smtp_tui.sasl.credentials import (
    Channel,
    Credentials,
    CredentialsError,
    Exchange,
    octets,
    without,
)

_SEPARATOR = b"\x01"


def xoauth2_message(credentials: Credentials) -> bytes:
    """The octets before Base64; raises ``CredentialsError``."""
    user = without("\x01", "^A", "user name", credentials.user, "XOAUTH2")
    return b"user=" + user + _SEPARATOR + _bearer(credentials, "XOAUTH2") + _SEPARATOR * 2


def oauthbearer_message(credentials: Credentials, channel: Channel) -> bytes:
    """The octets before Base64; raises ``CredentialsError``."""
    identity = credentials.authorization or credentials.user
    name = without("\x01", "^A", "user name", identity, "OAUTHBEARER")
    name = name.replace(b"=", b"=3D").replace(b",", b"=2C")
    fields = [b"n,a=" + name + b"," if name else b"n,,"]
    if channel.host:
        fields.append(b"host=" + octets("host", channel.host))
    if channel.port:
        fields.append(b"port=%d" % channel.port)
    fields.append(_bearer(credentials, "OAUTHBEARER"))
    return _SEPARATOR.join(fields) + _SEPARATOR * 2


def xoauth2(credentials: Credentials, _: Channel) -> Exchange:
    """One message; a challenge is the server's reason to refuse, answered by an empty line."""
    yield xoauth2_message(credentials)
    yield b""


def oauthbearer(credentials: Credentials, channel: Channel) -> Exchange:
    """One message; a challenge is the server's reason to refuse (RFC 7628 3.2.3)."""
    yield oauthbearer_message(credentials, channel)
    yield _SEPARATOR


def _bearer(credentials: Credentials, mechanism: str) -> bytes:
    if not credentials.password:
        raise CredentialsError("The access token is missing: it goes where the password does.")
    return b"auth=Bearer " + without("\x01", "^A", "token", credentials.password, mechanism)
