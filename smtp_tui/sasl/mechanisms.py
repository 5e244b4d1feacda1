"""Which mechanisms can be run, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from smtp_tui.sasl.credentials import Credentials, CredentialsError, Exchange
from smtp_tui.sasl.login import login
from smtp_tui.sasl.plain import plain

MECHANISMS: Mapping[str, Callable[[Credentials], Exchange]] = MappingProxyType(
    {"PLAIN": plain, "LOGIN": login}
)


def begin(name: str, credentials: Credentials) -> Exchange:
    """A new exchange of the mechanism ``name``, in upper or lower case.

    Raises ``CredentialsError`` for a mechanism that cannot be run; the exchange raises it when
    first asked if the credentials do not fit.
    """
    mechanism = MECHANISMS.get(name.upper())
    if mechanism is None:
        raise CredentialsError(
            f"This mechanism cannot be run for you: choose {' or '.join(MECHANISMS)},"
            " or type AUTH and its answers by hand."
        )
    return mechanism(credentials)
