"""Each check of a certificate by itself, also of those that OpenSSL did not come to.

OpenSSL stops at the first fault. What it did not reach is judged here from the certificates
themselves: only to be shown, for whether a session is verified is decided by OpenSSL.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import certificate_faults as faults
from smtp_tui.wire.certificate_parts import alternative_names
from smtp_tui.wire.certificates import CertificateFacts, describe, today
from smtp_tui.wire.events import TlsFacts, Verification
from smtp_tui.wire.server_names import matching
from smtp_tui.wire.tls_failures import TlsProblem, kind_of_certificate

_MOST_LOOKED_AT = 20
_LEAST_BITS = {"RSA": 2048, "DSA": 2048, "EC": 224}
_WEAK_DIGESTS = ("md5", "sha1")
_NOT_ASKED = "Not checked: this connection was made without verification."
_NOT_REACHED = "Not checked: OpenSSL stopped at another fault before."


class Check(Enum):
    """What is asked of a certificate."""

    ROOT = "trusted root"
    NAME = "name"
    DATES = "dates"
    STRENGTH = "key and signature"


class Outcome(Enum):
    """What came of a check."""

    PASSED = "✓"
    FAILED = "✗"
    UNCHECKED = "·"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check, what came of it, and why in one sentence (its foreign words made visible).

    ``matched`` is the alternative name that holds the server's name, foreign and raw; only of
    the check of the name, and "" where none does.
    """

    check: Check
    outcome: Outcome
    reason: str
    matched: str = ""


def judge(facts: TlsFacts, now: datetime | None = None) -> tuple[Verdict, ...]:
    """The four verdicts in the order of ``Check``; none where no certificate came. Never raises."""
    if not facts.chain:
        return ()
    said = facts.verification
    if facts.verified and not said.asked:
        said = Verification(True, said.name)
    chain = tuple(describe(der) for der in facts.chain[:_MOST_LOOKED_AT])
    kind = kind_of_certificate(said.code, len(facts.chain)) if said.code else None
    built = said.asked and kind not in _WITHOUT_ROOT
    path = tuple(describe(der) for der in said.path[:_MOST_LOOKED_AT]) if built else ()
    return (
        _root(said, kind, chain, path),
        _name(facts, said, kind, chain),
        _dates(kind, path or chain, now or today()),
        _strength(said, kind, path or chain),
    )


_WITHOUT_ROOT = frozenset(
    {
        TlsProblem.SELF_SIGNED,
        TlsProblem.UNKNOWN_AUTHORITY,
        TlsProblem.INCOMPLETE_CHAIN,
        TlsProblem.CERTIFICATE,
    }
)


def _root(
    said: Verification, kind: TlsProblem | None, chain: faults.Chain, path: faults.Chain
) -> Verdict:
    if not said.asked:
        return Verdict(Check.ROOT, Outcome.UNCHECKED, _NOT_ASKED)
    match kind:
        case TlsProblem.SELF_SIGNED:
            return Verdict(Check.ROOT, Outcome.FAILED, faults.SELF_SIGNED)
        case TlsProblem.UNKNOWN_AUTHORITY:
            return Verdict(Check.ROOT, Outcome.FAILED, faults.unknown_authority(chain))
        case TlsProblem.INCOMPLETE_CHAIN:
            return Verdict(Check.ROOT, Outcome.FAILED, faults.incomplete_chain(chain))
        case TlsProblem.CERTIFICATE:
            return Verdict(Check.ROOT, Outcome.FAILED, faults.refused(said.message))
        case None:
            pass
        case _ if not _signed_by_each_other(said.path):
            return Verdict(Check.ROOT, Outcome.UNCHECKED, _NOT_REACHED)
    root = visible((path or chain)[-1].subject) or "an authority without a name"
    return Verdict(Check.ROOT, Outcome.PASSED, f"It leads to “{root}”, which is trusted here.")


def _signed_by_each_other(path: tuple[bytes, ...]) -> bool:
    """Whether each certificate is signed by the next; OpenSSL looks at that last of all."""
    from cryptography import x509

    with suppress(Exception):  # the parser has an error for every malformation
        certificates = [x509.load_der_x509_certificate(der) for der in path]
        for one, issuer in pairwise(certificates):
            one.verify_directly_issued_by(issuer)
        return bool(path)
    return False


def _name(
    facts: TlsFacts, said: Verification, kind: TlsProblem | None, chain: faults.Chain
) -> Verdict:
    wanted = visible(said.name)
    if not said.name:
        return Verdict(Check.NAME, Outcome.UNCHECKED, "Not checked: no name was asked for.")
    matched = matching_name(facts.chain[0], said.name)
    if kind is TlsProblem.WRONG_HOST or not (matched or facts.verified):
        return Verdict(Check.NAME, Outcome.FAILED, faults.wrong_host(chain, said.name))
    same = not matched or matched.lower() == said.name.lower()
    by = "" if same else f" by {visible(matched)}"
    return Verdict(Check.NAME, Outcome.PASSED, f"It is for {wanted}{by}.", matched)


def matching_name(der: bytes, wanted: str) -> str:
    """The alternative name of a certificate that holds a server's name or address, else ""."""
    from cryptography import x509

    with suppress(Exception):
        return matching(alternative_names(x509.load_der_x509_certificate(der)), wanted)
    return ""


def _dates(kind: TlsProblem | None, chain: faults.Chain, now: datetime) -> Verdict:
    leaf = chain[0]
    early = any(one.not_before is not None and one.not_before > now for one in chain)
    late = any(one.not_after is not None and one.not_after < now for one in chain)
    if late or kind is TlsProblem.EXPIRED:
        return Verdict(Check.DATES, Outcome.FAILED, faults.expired(chain))
    if early or kind is TlsProblem.NOT_YET_VALID:
        return Verdict(Check.DATES, Outcome.FAILED, faults.not_yet_valid(chain))
    days = leaf.days_left(now)
    if leaf.not_after is None or leaf.not_before is None or days is None:
        return Verdict(Check.DATES, Outcome.UNCHECKED, "The dates could not be read.")
    left = counted(days, "day")
    until = faults.day(leaf.not_after)
    return Verdict(Check.DATES, Outcome.PASSED, f"It is valid until {until}: {left} left.")


def _strength(said: Verification, kind: TlsProblem | None, chain: faults.Chain) -> Verdict:
    if kind is TlsProblem.WEAK_KEY:
        return Verdict(Check.STRENGTH, Outcome.FAILED, faults.weak_key(said.message))
    for place, one in enumerate(chain):
        if weak := _weakness(one, last=place > 0 and place == len(chain) - 1):
            return Verdict(Check.STRENGTH, Outcome.FAILED, faults.weak_key(weak))
    leaf = chain[0]
    if not leaf.key or not leaf.signature:
        return Verdict(Check.STRENGTH, Outcome.UNCHECKED, "Key or signature could not be read.")
    words = f"Its key is {visible(leaf.key)}, signed with {visible(leaf.signature)}."
    return Verdict(Check.STRENGTH, Outcome.PASSED, words)


def _weakness(facts: CertificateFacts, *, last: bool) -> str:
    """What is too weak; a root is trusted for itself, so its signature does not matter."""
    kind, _, _ = facts.key.partition(" ")
    if 0 < facts.key_bits < _LEAST_BITS.get(kind, 0):
        return f"{facts.key} bits"
    digest = facts.signature.lower()
    signed = not (last and facts.self_issued)
    return facts.signature if signed and any(weak in digest for weak in _WEAK_DIGESTS) else ""
