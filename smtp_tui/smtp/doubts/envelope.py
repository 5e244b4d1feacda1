"""Doubts about MAIL and RCPT lines: how the path is written, and their parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.amounts import human_size
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.parameters import Given, Parameter, given, parameters
from smtp_tui.smtp.state import State

_PATH = re.compile(rb"(MAIL\s+FROM|RCPT\s+TO)(\s*:)?(\s*)(.*)", re.IGNORECASE | re.DOTALL)
_SWAPPED = re.compile(rb"(MAIL)\s+TO\b|(RCPT)\s+FROM\b", re.IGNORECASE)
_BARE_ADDRESS = re.compile(rb"([^<>\s]+@[^<>\s]+)(.*)", re.DOTALL)
_WANTED = {b"MAIL": b"FROM", b"RCPT": b"TO"}


def doubts(line: bytes, state: State) -> Iterator[Advice]:
    """What is doubtful about an envelope command; nothing for other commands."""
    swapped = _SWAPPED.match(line)
    if swapped is not None:
        verb = (swapped[1] or swapped[2]).upper()
        right = verb + b" " + _WANTED[verb]
        yield Advice(
            Severity.WARNING,
            f"{verb.decode()} goes with {_WANTED[verb].decode()}",
            "RFC 5321 4.1.1",
            right + line[swapped.end() :],
        )
        return
    match = _PATH.match(line)
    if match is not None:
        yield from _path(match)
        yield from _parameters(line, state)
        yield from _script(line, state)


def _path(match: re.Match[bytes]) -> Iterator[Advice]:
    verb, colon, space, path = match[1], match[2], match[3], match[4]
    bare = _BARE_ADDRESS.match(path)
    if colon is None:
        yield Advice(
            Severity.WARNING,
            f"a colon is missing after {verb.split()[-1].decode().upper()}",
            "RFC 5321 4.1.1",
            verb + b":" + (b"<" + bare[1] + b">" + bare[2] if bare is not None else path),
        )
    elif bare is not None:
        yield Advice(
            Severity.WARNING,
            "the address should stand in <>",
            "RFC 5321 4.1.2",
            verb + b":<" + bare[1] + b">" + bare[2],
        )
    elif space and path:
        yield Advice(
            Severity.WARNING,
            f"no space after {verb.split()[-1].decode().upper()}: strict servers answer 501 or 555",
            "RFC 5321 3.3",
            verb + b":" + path,
        )
    elif path.startswith(b"<") and b">" not in path:
        yield Advice(Severity.NOTE, "the > is missing", "RFC 5321 4.1.2", match[0].rstrip() + b">")
    elif path == b"<>" and verb.upper().startswith(b"RCPT"):
        yield Advice(Severity.WARNING, "a recipient cannot be empty", "RFC 5321 4.1.2")


def _parameters(line: bytes, state: State) -> Iterator[Advice]:
    found = given(line)
    if found is None:
        return
    verb, words = found
    for word in words:
        known = parameters().get((verb, word.name))
        if known is None:
            yield from _unknown(verb, word)
            continue
        yield from _value(known, word, state.extensions)
        if state.hello is not None and (wanted := _missing(known, word, state.extensions)):
            belongs = "" if wanted == word.name else f", which {word.name} belongs to"
            text = f"the server does not offer {wanted}{belongs}"
            yield Advice(Severity.WARNING, text, known.rfc)


def _unknown(verb: bytes, word: Given) -> Iterator[Advice]:
    other = b"RCPT" if verb == b"MAIL" else b"MAIL"
    elsewhere = parameters().get((other, word.name))
    if elsewhere is not None:
        yield Advice(Severity.WARNING, f"{word.name} belongs to {other.decode()}", elsewhere.rfc)
    else:
        yield Advice(
            Severity.NOTE, "a parameter that is not known here; it is sent", "RFC 5321 4.1.1.11"
        )


def _missing(known: Parameter, word: Given, offered: Extensions) -> str:
    """The extension that the server does not offer although the parameter needs it."""
    wanted = known.extension
    if known.name == "BODY" and (word.value or "").upper() == "BINARYMIME":
        wanted = "BINARYMIME"
    return "" if wanted in offered else wanted


def _value(known: Parameter, word: Given, offered: Extensions) -> Iterator[Advice]:
    if word.value is not None and "…" in word.value:
        yield Advice(Severity.WARNING, f"fill in the value of {word.name}", known.rfc)
    elif not known.fits(word.value):
        text = _form(known) if known.value else "takes no value"
        yield Advice(Severity.WARNING, f"{word.name} {text}", known.rfc)
    elif known.name == "SIZE" and offered.size is not None and int(word.value or 0) > offered.size:
        yield Advice(
            Severity.WARNING,
            f"the server takes at most {human_size(offered.size)} a message: 552 is to be expected",
            known.rfc,
        )


def _form(known: Parameter) -> str:
    ready = next((each for each in known.ready if "…" not in each), "")
    encoded = ", other octets written as +XX" if known.xtext else ""
    return f"should look as in {known.name}={ready or 'value'}{encoded}"


def _script(line: bytes, state: State) -> Iterator[Advice]:
    """Addresses beyond ASCII need the extension and its parameter (RFC 6531 3.4)."""
    if line.isascii():
        return
    if "SMTPUTF8" not in state.extensions:
        yield Advice(
            Severity.WARNING,
            "characters beyond ASCII, and the server does not offer SMTPUTF8",
            "RFC 6531 3.3",
        )
    elif line[:4].upper() == b"MAIL" and b"SMTPUTF8" not in line.upper().split():
        yield Advice(
            Severity.WARNING,
            "characters beyond ASCII want the parameter SMTPUTF8",
            "RFC 6531 3.4",
            line.rstrip() + b" SMTPUTF8",
        )
