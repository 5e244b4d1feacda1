"""CRAM-MD5: a keyed digest of the server's challenge (RFC 2195)."""

from __future__ import annotations

import hmac

from smtp_tui.sasl.credentials import (
    NO_INITIAL_RESPONSE,
    Channel,
    Credentials,
    CredentialsError,
    Exchange,
    octets,
)


def response(credentials: Credentials, challenge: bytes) -> bytes:
    """User name, space and 32 hexadecimal digits; raises ``CredentialsError``."""
    if not challenge:
        raise CredentialsError("The challenge is empty: CRAM-MD5 needs one to compute with.")
    password = octets("password", credentials.password)
    digest = hmac.new(password, challenge, "md5").hexdigest()
    return octets("user name", credentials.user) + b" " + digest.encode("ascii")


def cram_md5(credentials: Credentials, _: Channel) -> Exchange:
    """Waits for the challenge and answers it."""
    challenge = yield NO_INITIAL_RESPONSE
    yield response(credentials, challenge)
