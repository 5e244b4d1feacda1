"""What is wrong with a certificate, in a sentence that says what to do."""

from __future__ import annotations

from datetime import datetime

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.certificates import CertificateFacts, today

_MOST_NAMES = 4

Chain = tuple[CertificateFacts, ...]
"""Certificates as they came, the server's own first; at least one."""

SELF_SIGNED = (
    "The certificate is signed by itself alone, so nobody vouches for it:"
    " give it as the CA file if you know it."
)


def expired(chain: Chain) -> str:
    """One of them has expired."""
    now = today()
    for place, one in enumerate(chain):
        if one.not_after is not None and one.not_after < now:
            days = (now - one.not_after).days
            ago = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"
            return f"{_which(place, one)} expired on {day(one.not_after)} ({ago}): renew it."
    return "A certificate has expired: renew it."


def not_yet_valid(chain: Chain) -> str:
    """One of them is from the future."""
    now = today()
    for place, one in enumerate(chain):
        if one.not_before is not None and one.not_before > now:
            return (
                f"{_which(place, one)} is valid only from {day(one.not_before)}:"
                " check the clock of this computer."
            )
    return "A certificate is not valid yet: check the clock of this computer."


def wrong_host(chain: Chain, host: str) -> str:
    """The server's own does not hold the name that was asked for."""
    leaf = chain[0]
    wanted = visible(host)
    if not leaf.names:
        return f"The certificate names no host, so it does not vouch for {wanted}."
    names = [visible(name) for name in leaf.names[:_MOST_NAMES]]
    more = len(leaf.names) + leaf.more_names - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more else "")
    return f"The certificate is for {listed}, not for {wanted}: connect by a name it holds."


def unknown_authority(chain: Chain) -> str:
    """It ends at somebody who is not trusted."""
    return (
        f"The certificate comes from {_authority(chain[-1])}, which is not trusted here:"
        " give that authority's certificate as the CA file if you know it."
    )


def incomplete_chain(chain: Chain) -> str:
    """It stands alone, and its issuer is not trusted."""
    return (
        f"The certificate comes from {_authority(chain[-1])}, which is not trusted here, and the"
        " server sends no other: it lacks an intermediate certificate, or needs your CA file."
    )


def weak_key(message: str) -> str:
    """A key or a digest is below the level that is asked for."""
    return f"A key or digest in the certificate is too weak to be safe ({visible(message)})."


def refused(message: str) -> str:
    """Anything else that OpenSSL says of it."""
    return f"The certificate was refused: {visible(message)}."


def day(moment: datetime) -> str:
    """A date as it stands in a sentence."""
    return moment.strftime("%Y-%m-%d")


def _which(place: int, facts: CertificateFacts) -> str:
    if not place:
        return "The certificate"
    return f"The certificate of the authority “{visible(facts.subject)}”"


def _authority(facts: CertificateFacts) -> str:
    return f"“{visible(facts.issuer)}”" if facts.issuer else "an authority without a name"
