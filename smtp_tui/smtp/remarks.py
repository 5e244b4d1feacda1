"""Remarks: what is good, noteworthy or wrong in what a server offers, and when it offers it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.smtp.amounts import human_size
from smtp_tui.smtp.extensions import Extension, Extensions
from smtp_tui.smtp.visible import visible

_MOST_NAMES = 5
_LONGEST_NAME = 40
_BLOT = re.compile("X{4,}[A-C]?")
_EXPECTED_TO_GO = {"STARTTLS", "AUTH"}


class Kind(Enum):
    """What a remark is worth."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about what is offered, safe to show, and the document that says so."""

    kind: Kind
    text: str
    rfc: str = ""


def remarks(
    before_tls: Extensions | None,
    after_tls: Extensions | None,
    after_auth: Extensions | None,
    *,
    coded: bool = False,
) -> tuple[Remark, ...]:
    """What to say of the capabilities named in clear, inside TLS and after signing in.

    None stands for what was not asked for; with implicit TLS ``before_tls`` is None. ``coded``:
    replies carried enhanced status codes. Warnings come first, then what is good, then notes.
    """
    found = [
        *_encryption(before_tls, after_tls),
        *_sign_in(before_tls, after_tls),
        *_after_sign_in(after_tls or before_tls, after_auth),
    ]
    latest = next((each for each in (after_auth, after_tls, before_tls) if each is not None), None)
    if latest is not None:
        found += [*_together(latest), *_form(latest), *_codes(latest, coded)]
    found += _blotted_out(before_tls or after_tls or after_auth)
    order = [Kind.WARNING, Kind.GOOD, Kind.NOTE]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: order.index(each.kind)))


def _encryption(before: Extensions | None, after: Extensions | None) -> Iterator[Remark]:
    if before is not None and after is None and "STARTTLS" not in before:
        yield Remark(
            Kind.WARNING,
            "No STARTTLS is offered: the server has no TLS on this port,"
            " or somebody on the way took the offer out.",
            "RFC 3207 6",
        )
    if before is not None and after is not None and "STARTTLS" not in before:
        yield Remark(Kind.NOTE, "TLS began although STARTTLS was not offered.", "RFC 3207 4")
    if after is not None and "STARTTLS" in after:
        yield Remark(
            Kind.WARNING,
            "STARTTLS is still offered inside TLS, which the standard forbids.",
            "RFC 3207 4.2",
        )
    if before is not None and "REQUIRETLS" in before:
        yield Remark(
            Kind.NOTE, "REQUIRETLS is offered in clear, but works inside TLS only.", "RFC 8689 4.2"
        )
    if before is None or after is None:
        return
    went = [name for name in before if name not in after and name not in _EXPECTED_TO_GO]
    if went:
        yield Remark(Kind.NOTE, f"Inside TLS no longer offered: {_names(went)}.")
    yield from _size_changed(before, after, "inside TLS")


def _sign_in(before: Extensions | None, after: Extensions | None) -> Iterator[Remark]:
    clear = before.mechanisms if before is not None else ()
    inside = after.mechanisms if after is not None else ()
    if before is not None and not clear and inside:
        yield Remark(
            Kind.GOOD,
            "AUTH is offered only after TLS: no password is asked for in clear.",
            "RFC 8314 3.3",
        )
    readable = [name for name in clear if name in MECHANISMS and MECHANISMS[name].readable]
    if readable:
        yield Remark(
            Kind.WARNING,
            f"AUTH {_names(readable)} is offered in clear: whoever listens can read the password.",
            "RFC 4954 4",
        )
    elif clear:
        yield Remark(
            Kind.NOTE,
            f"AUTH {_names(clear)} is offered in clear: others can see who signs in,"
            " and change what is said after it.",
            "RFC 4954 9",
        )
    went = [name for name in clear if name not in inside]
    if inside and went:
        yield Remark(Kind.NOTE, f"Mechanisms that went with TLS: {_names(went)}.")
    offered = inside or clear
    if offered and all(name in MECHANISMS and MECHANISMS[name].historic for name in offered):
        yield Remark(
            Kind.WARNING,
            f"Only mechanisms given up as weak are offered: {_names(offered)}.",
            "RFC 6331, RFC 8314",
        )
    if after is not None and not offered:
        yield Remark(
            Kind.NOTE,
            "No AUTH is offered: usual where mail comes in for a domain, not where people send.",
            "RFC 6409 4.3",
        )


def _after_sign_in(before: Extensions | None, after: Extensions | None) -> Iterator[Remark]:
    if before is None or after is None:
        return
    came = [name for name in after if name not in before]
    went = [name for name in before if name not in after]
    same = [name for name in after if name in before and name != "SIZE"]
    changed = [name for name in same if after[name].arguments != before[name].arguments]
    parts = ((came, "came"), (went, "went"), (changed, "changed"))
    said = [f"{_names(names)} {what}" for names, what in parts if names]
    if said:
        yield Remark(Kind.NOTE, f"Capabilities differ after AUTH: {'; '.join(said)}.")
    yield from _size_changed(before, after, "after AUTH")


def _size_changed(before: Extensions, after: Extensions, when: str) -> Iterator[Remark]:
    if "SIZE" not in before or "SIZE" not in after or before.size == after.size:
        return
    old, new = (human_size(each.size) if each.size else "no limit" for each in (before, after))
    yield Remark(Kind.NOTE, f"The largest message is {new} {when}, {old} before.", "RFC 1870 4")


def _together(offered: Extensions) -> Iterator[Remark]:
    """Capabilities that need another one."""
    if "SMTPUTF8" in offered and "8BITMIME" not in offered:
        yield Remark(
            Kind.WARNING, "SMTPUTF8 is offered without 8BITMIME, which it needs.", "RFC 6531 3.1"
        )
    if "BINARYMIME" in offered and "CHUNKING" not in offered:
        yield Remark(
            Kind.WARNING, "BINARYMIME is offered without CHUNKING, which it needs.", "RFC 3030 3"
        )
    if "TURN" in offered:
        yield Remark(
            Kind.WARNING,
            "TURN gives a domain's mail to whoever says its name; the standard advises against it.",
            "RFC 5321 F.1",
        )
    if "XCLIENT" in offered:
        yield Remark(
            Kind.NOTE,
            "XCLIENT is offered: this server trusts you to speak as any other client.",
            "Postfix XCLIENT_README",
        )


def _form(offered: Extensions) -> Iterator[Remark]:
    """How the lines are written."""
    legacy = [entry.legacy for entry in offered.entries if entry.keyword == "AUTH"]
    if legacy and all(legacy):
        yield Remark(
            Kind.WARNING,
            "Mechanisms are named in the old AUTH= form only, which standard clients pass over.",
            "RFC 4954 3",
        )
    elif any(legacy):
        yield Remark(
            Kind.NOTE, "AUTH is told in the old AUTH= form too, for very old clients.", "RFC 4954 3"
        )
    if twice := _twice(offered.entries):
        yield Remark(
            Kind.WARNING,
            f"Named more than once: {_names(twice)}; clients differ in which they believe.",
            "RFC 5321 4.1.1.1",
        )
    if "" in offered:
        yield Remark(
            Kind.WARNING, "A line of the reply to EHLO holds no keyword.", "RFC 5321 4.1.1.1"
        )


def _codes(offered: Extensions, coded: bool) -> Iterator[Remark]:
    if coded and "ENHANCEDSTATUSCODES" not in offered:
        yield Remark(
            Kind.NOTE,
            "Replies carry enhanced status codes although ENHANCEDSTATUSCODES is not offered.",
            "RFC 2034 3",
        )


def _blotted_out(offered: Extensions | None) -> Iterator[Remark]:
    """Firewalls that inspect SMTP write Xs over keywords they do not let pass."""
    blots = [name for name in offered or () if _BLOT.fullmatch(name)]
    if blots:
        yield Remark(
            Kind.WARNING,
            f"{_names(blots)} stands where a firewall on the way has written over a capability,"
            " mostly STARTTLS.",
            "Cisco ASA manual",
        )


def _twice(entries: Iterable[Extension]) -> list[str]:
    counted = Counter(entry.keyword for entry in entries if entry.keyword and not entry.legacy)
    return [keyword for keyword, count in counted.items() if count > 1]


def _names(names: Iterable[str]) -> str:
    """Some foreign names, safe and not too many."""
    all_names = [visible(name[:_LONGEST_NAME]) for name in names]
    more = len(all_names) - _MOST_NAMES
    shown = " ".join(all_names[:_MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown
