"""EXTERNAL and ANONYMOUS: signing in without a password (RFC 4422 appendix A, RFC 4505)."""

from __future__ import annotations

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange, without

_LONGEST_TRACE = 255
"""Characters of the trace (RFC 4505 2)."""


def external_message(credentials: Credentials) -> bytes:
    """The identity to act as, empty for the one TLS proves; raises ``CredentialsError``."""
    what = "authorization identity"
    return without("\0", "NUL", what, credentials.authorization, "EXTERNAL")


def anonymous_message(credentials: Credentials) -> bytes:
    """The trace: whatever one wants to be known by, or nothing; raises ``CredentialsError``."""
    if len(credentials.user) > _LONGEST_TRACE:
        raise CredentialsError(f"A trace has at most {_LONGEST_TRACE} characters (RFC 4505 2).")
    return without("\0", "NUL", "trace", credentials.user, "ANONYMOUS")


def external(credentials: Credentials, _: Channel) -> Exchange:
    """One message."""
    yield external_message(credentials)


def anonymous(credentials: Credentials, _: Channel) -> Exchange:
    """One message."""
    yield anonymous_message(credentials)
