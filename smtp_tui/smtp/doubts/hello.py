"""Doubts about the name that EHLO, HELO or LHLO says (RFC 5321 2.3.5, 4.1.3, 4.1.4)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from smtp_tui.smtp.commands import GREETING_COMMANDS, lookup, verb_of
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Hello, State

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_RFC = "RFC 5321 4.1.4"


def doubts(line: bytes, state: State, *, lmtp: bool = False) -> Iterator[Advice]:
    """Whether verb and name suit the server; nothing for other commands."""
    verb = verb_of(line)
    if verb not in GREETING_COMMANDS:
        return
    yield from _protocol(verb, line, lmtp or state.hello is Hello.LHLO)
    yield from _name(line)


def _protocol(verb: bytes, line: bytes, lmtp: bool) -> Iterator[Advice]:
    right = b"LHLO" if lmtp else b"EHLO"
    if (verb == b"LHLO") is lmtp:
        return
    server = "an LMTP server is greeted" if lmtp else "LHLO is for LMTP: an SMTP server is greeted"
    fix = right + line.lstrip()[len(verb) :]
    yield Advice(Severity.WARNING, f"{server} with {right.decode()}", "RFC 2033 4.1", fix)


def _name(line: bytes) -> Iterator[Advice]:
    words = line.split()
    known = lookup(line)
    if len(words) < 2:
        yield Advice(Severity.WARNING, "a name is missing", known.rfc if known else "")
        return
    if len(words) > 2:
        yield Advice(Severity.WARNING, "the name is one word: servers refuse what follows it", _RFC)
    name = words[1].decode("utf-8", "replace")
    why = why_refused(name)
    if why:
        literal = as_literal(name).encode()
        fix = b" ".join((words[0], literal, *words[2:])) if literal else None
        yield Advice(Severity.WARNING, f"strict servers refuse this name: {why}", _RFC, fix)
    elif "." not in name and not name.startswith("["):
        yield Advice(
            Severity.NOTE,
            "a name without a dot is refused by some servers; what counts is that it resolves",
            "RFC 5321 2.3.5",
        )


def why_refused(name: str) -> str:
    """Why a strict server refuses a host name or an address in [ ]; "" for a good one."""
    if name.startswith("["):
        return "" if _is_literal(name) else "the address in [ ] is not one"
    if _is_address(name):
        return "an address stands in [ ]"
    if not name.isascii():
        return "characters beyond ASCII; the xn-- form is what is meant"
    if "_" in name:
        return "an underscore is no part of a host name"
    if name.endswith("."):
        return "it ends with a dot"
    if ".." in name:
        return "two dots stand in a row"
    if len(name) > 255 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return "it is no host name"
    if name.split(".")[-1].isdigit():
        return "its last part is a number"
    return ""


def as_literal(name: str) -> str:
    """An address put into brackets (RFC 5321 4.1.3); "" for what is none."""
    if not _is_address(name):
        return ""
    return f"[{'IPv6:' if ':' in name else ''}{name}]"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_literal(name: str) -> bool:
    inner = name[1:-1]
    if not name.endswith("]"):
        return False
    if inner[:5].lower() == "ipv6:":
        return ":" in inner[5:] and _is_address(inner[5:])
    return ":" in inner or _is_address(inner)
