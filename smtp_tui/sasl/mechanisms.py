"""Which mechanisms can be run, what each is worth, and which to take of those a server offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange

_NO_CHANNEL = Channel()


class Secret(Enum):
    """What a mechanism needs to know that nobody else may."""

    PASSWORD = "password"  # noqa: S105 - what it is called
    TOKEN = "access token"  # noqa: S105 - what it is called
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism; ``merit`` is why to take it, ``strength`` is comparable, higher is better.

    ``initial``: it begins with a response of ours. ``mutual``: the server proves itself as well.
    ``readable``: what is sent gives the secret away to whoever reads it. ``binds``: it needs a
    TLS session to bind to.
    """

    name: str
    strength: int
    merit: str
    rfc: str
    secret: Secret = Secret.PASSWORD
    initial: bool = True
    mutual: bool = False
    readable: bool = False
    binds: bool = False
    historic: bool = False
    needs_user: bool = True


_SCRAM = "never sends the password, and the server proves itself"
_PLUS = f"{_SCRAM}; bound to this TLS session, so that nobody can pass it on"

MECHANISMS: Mapping[str, Mechanism] = MappingProxyType(
    {
        each.name: each
        for each in (
            Mechanism(
                "PLAIN", 50, "sends the password itself; safe under verified TLS only",
                "RFC 4616", readable=True,
            ),
            Mechanism(
                "LOGIN", 45, "as PLAIN, in two answers; for servers that know no PLAIN",
                "draft-murchison-sasl-login", initial=False, readable=True,
            ),
            Mechanism(
                "CRAM-MD5", 30,
                "the password is not sent, but can be guessed from the answer",
                "RFC 2195", initial=False, historic=True,
            ),
            Mechanism(
                "SCRAM-SHA-1", 70, _SCRAM, "RFC 5802", mutual=True,
            ),
            Mechanism(
                "SCRAM-SHA-1-PLUS", 80, _PLUS, "RFC 5802",
                mutual=True, binds=True,
            ),
            Mechanism(
                "SCRAM-SHA-256", 72, _SCRAM, "RFC 7677", mutual=True,
            ),
            Mechanism(
                "SCRAM-SHA-256-PLUS", 82, _PLUS, "RFC 7677",
                mutual=True, binds=True,
            ),
            Mechanism(
                "SCRAM-SHA-512", 74, _SCRAM, "draft-melnikov-scram-sha-512",
                mutual=True,
            ),
            Mechanism(
                "SCRAM-SHA-512-PLUS", 84, _PLUS,
                "draft-melnikov-scram-sha-512", mutual=True, binds=True,
            ),
            Mechanism(
                "XOAUTH2", 60, "an access token in place of the password",
                "Google, Microsoft", secret=Secret.TOKEN, readable=True,
            ),
            Mechanism(
                "OAUTHBEARER", 61, "an access token in place of the password",
                "RFC 7628", secret=Secret.TOKEN, readable=True,
            ),
            Mechanism(
                "EXTERNAL", 65, "the client certificate of TLS says who you are",
                "RFC 4422", secret=Secret.NOTHING, needs_user=False,
            ),
            Mechanism(
                "ANONYMOUS", 10, "no password at all; the user name is only a trace",
                "RFC 4505", secret=Secret.NOTHING, needs_user=False,
            ),
            Mechanism(
                "DIGEST-MD5", 35, "the password is not sent, but MD5 is broken",
                "RFC 2831, RFC 6331", initial=False, mutual=True, historic=True,
            ),
        )
    }
)  # fmt: skip


def begin(name: str, credentials: Credentials, channel: Channel = _NO_CHANNEL) -> Exchange:
    """A new exchange of the mechanism ``name``, in upper or lower case.

    Raises ``CredentialsError`` for a mechanism that cannot be run; the exchange raises it when
    first asked if the credentials do not fit.
    """
    mechanism = MECHANISMS.get(name.upper())
    if mechanism is None:
        raise CredentialsError(
            f"This mechanism cannot be run for you: choose {', '.join(MECHANISMS)},"
            " or type AUTH and its answers by hand."
        )
    from smtp_tui.sasl.exchanges import EXCHANGES  # to list them it takes no cryptography

    return EXCHANGES[mechanism.name](credentials, channel)


def strongest(
    offered: Iterable[str], *, secret: Secret = Secret.PASSWORD, encrypted: bool = True,
    bindable: bool = True,
) -> Mechanism | None:  # fmt: skip
    """Which of the mechanisms a server offers to take with this kind of secret; None for none.

    Without encryption those that give the password away come last.
    """
    known = [MECHANISMS[name.upper()] for name in offered if name.upper() in MECHANISMS]
    fit = [each for each in known if each.secret is secret and (bindable or not each.binds)]
    return max(fit, key=lambda each: (encrypted or not each.readable, each.strength), default=None)
