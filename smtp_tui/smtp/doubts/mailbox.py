"""Doubts about an address as it stands between < and > (RFC 5321 4.1.2, 4.1.3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from smtp_tui.smtp.doubts import hello
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.paths import QUOTED, pieces

_RFC = "RFC 5321 4.1.2"
_ROUTE = re.compile(rb"@[^:@\s]+(?:,@[^:@\s,]+)*:")
_QUOTED = re.compile(QUOTED + rb'(?:@[^@"\s]*)?', re.DOTALL)
_LINK = re.compile(rb"\s*mailto:\s*", re.IGNORECASE)
_SPECIAL = re.compile(rb'[\x00-\x20()<>\[\]:;\\,"\x7f]')
_VALUE = re.compile(rb"(?<!\S)[A-Za-z0-9-]+=\S*")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 255
"""Octets (RFC 5321 4.5.3.1.1, 4.5.3.1.2)."""

SEVERAL = Advice(
    Severity.WARNING,
    "one address a command; send a RCPT for each",
    "RFC 5321 3.3",
    action="envelope",
)

Rule = Callable[[bytes], Advice | None]


def doubt(address: bytes) -> Advice | None:
    """The first thing doubtful about an address; its fix is the address as it should be."""
    return next((found for rule in _RULES if (found := rule(address)) is not None), None)


def is_several(text: bytes) -> bool:
    """Whether more than one address stands in a text; values of parameters are none."""
    text = _VALUE.sub(b"", text)
    return sum(b"@" in piece.strip(b"<>") for piece in pieces(text)) > 1


def _warning(text: str, fix: bytes | None = None, rfc: str = _RFC) -> Advice:
    return Advice(Severity.WARNING, text, rfc, fix)


# The rules, in the order in which they are asked


def _link(address: bytes) -> Advice | None:
    found = _LINK.match(address)
    if found is None:
        return None
    return _warning("mailto: is for links, not for addresses", address[found.end() :])


def _blank(address: bytes) -> Advice | None:
    stripped = address.strip()
    if not stripped or stripped == address:
        return None
    return _warning("no space belongs inside the <>", stripped)


def _several(address: bytes) -> Advice | None:
    return SEVERAL if is_several(_without_route(address)) else None


def _halves(address: bytes) -> Advice | None:
    local, at, domain = _parts(address)
    if not address:
        return None
    if not at:
        if local.lower() == b"postmaster":
            return None
        return Advice(Severity.NOTE, "no domain: many servers refuse that, some add theirs", _RFC)
    if not local:
        return _warning("the part before the @ is missing")
    return None if domain else _warning("the domain behind the @ is missing")


def _local(address: bytes) -> Advice | None:
    local, _, _ = _parts(address)
    if len(local) > _LONGEST_LOCAL:
        return _warning(
            f"{len(local)} octets before the @: a server need not take more than {_LONGEST_LOCAL}",
            rfc="RFC 5321 4.5.3.1.1",
        )
    if _QUOTED.fullmatch(local):
        return None
    if b"@" in local:
        return _warning("more than one @: before the last it has to be quoted")
    special = _SPECIAL.search(local)
    if special is not None:
        what = "a space" if special[0].isspace() else special[0].decode("latin-1")
        what = what if what.isprintable() else "a control character"
        return _warning(f'{what} before the @ has to be quoted: "a b"@example.org')
    if b".." in local:
        return _warning("two dots in a row before the @")
    if local.startswith(b".") or local.endswith(b"."):
        return _warning("the part before the @ may not begin or end with a dot")
    return None


def _domain(address: bytes) -> Advice | None:
    _, _, domain = _parts(address)
    if not domain or not domain.isascii():
        return None
    if domain.endswith(b".") and not domain.endswith(b".."):
        return _warning("a domain ends without a dot", address[:-1])
    why = hello.why_refused(domain.decode("ascii"))
    if not why:
        return None
    literal = hello.as_literal(domain.decode("ascii"))
    fix = address[: -len(domain)] + literal.encode() if literal else None
    return _warning(f"servers refuse this domain: {why}", fix, "RFC 5321 2.3.5")


_RULES: tuple[Rule, ...] = (_link, _blank, _several, _local, _halves, _domain)


def _parts(address: bytes) -> tuple[bytes, bytes, bytes]:
    """Local part, @ and domain; a route before them is obsolete and ignored (RFC 5321 4.1.2)."""
    address = _without_route(address)
    if _QUOTED.fullmatch(address):
        local, at, domain = address.rpartition(b'"@')
        return (local + b'"', b"@", domain) if at else (address, b"", b"")
    if b"@" not in address:
        return address, b"", b""
    return address.rpartition(b"@")


def _without_route(address: bytes) -> bytes:
    route = _ROUTE.match(address)
    return address[route.end() :] if route is not None else address
