"""LOGIN: user name and password as two answers (draft-murchison-sasl-login)."""

from __future__ import annotations

from smtp_tui.sasl.credentials import (
    NO_INITIAL_RESPONSE,
    Channel,
    Credentials,
    Exchange,
    octets,
)


def answers(credentials: Credentials) -> tuple[bytes, bytes]:
    """Both answers before Base64, the user name first; raises ``CredentialsError``."""
    return octets("user name", credentials.user), octets("password", credentials.password)


def login(credentials: Credentials, _: Channel) -> Exchange:
    """Two answers in this order, whatever the prompts say: servers word them as they like."""
    user, password = answers(credentials)
    yield NO_INITIAL_RESPONSE
    yield user
    yield password
