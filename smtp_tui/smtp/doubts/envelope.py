"""Doubts about MAIL and RCPT lines: how the path is written, and their parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from smtp_tui.smtp import paths
from smtp_tui.smtp.amounts import human_size
from smtp_tui.smtp.doubts import path, slips
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.parameters import Given, Parameter, given, parameters
from smtp_tui.smtp.paths import Head
from smtp_tui.smtp.state import State

_NO_COLON = re.compile(rb"(FROM|TO)\s*[;.,=]+\s*", re.IGNORECASE)
"""Another mark in the place of the colon."""


def doubts(line: bytes, state: State) -> Iterator[Advice]:
    """What is doubtful about an envelope command; nothing for other commands."""
    begun = paths.head(line)
    if begun is None:
        return
    found = _head(begun, line)
    if found is not None:
        yield found
    if begun.space and begun.colon and not path.is_missing(line[begun.end :]):
        yield _space_behind(begun, line)
    about = path.doubt(line[begun.end :]) if begun.right and begun.end < len(line) else None
    if about is not None:
        fix = line[: begun.end] + about.fix if about.fix is not None else None
        yield replace(about, fix=fix)
    elif begun.right and line[begun.end :] == b"<>" and begun.verb.upper() == b"RCPT":
        yield Advice(Severity.WARNING, "a recipient cannot be empty", "RFC 5321 4.1.2")
    if about is None or about.fix is not None:
        readable = line if about is None else line[: begun.end] + (about.fix or b"")
        yield from _parameters(readable, state)
        yield from _script(readable, state)


def is_slip(line: bytes) -> bool:
    """Whether something before the parameters can be mended with certainty."""
    begun = paths.head(line)
    if begun is None:
        return False
    about = path.doubt(line[begun.end :]) if begun.right else None
    mendable = about is not None and about.fix is not None
    return bool(begun.space or begun.before) or not begun.right or mendable


def _head(begun: Head, line: bytes) -> Advice | None:
    """What is wrong before the path: the word, the spaces around it, the colon."""
    verb, wanted = begun.verb.upper(), paths.WANTED[begun.verb.upper()]
    word, rest = begun.word.upper(), line[begun.end :]
    named = wanted.decode()
    right = begun.verb + b" " + (begun.word if word == wanted else wanted) + b":" + rest
    if not rest and wanted.startswith(word):
        text = f"the address is missing: {verb.decode()} {named}:<address>"
        return Advice(Severity.NOTE, text, "RFC 5321 4.1.1")
    if word == wanted and not begun.gap:
        text = f"{verb.decode()} {named} is two words"
    elif word == wanted and not begun.colon:
        text = f"a colon is missing after {named}"
    elif word == wanted and begun.before:
        text = f"no space before the colon: {named}: is written together"
    elif word == wanted:
        return None
    elif word in paths.WANTED.values():
        text, right = _other(begun, right)
    elif not word and (mistyped := _NO_COLON.match(rest)) is not None:
        text = f"a colon belongs behind {named}"
        said = mistyped[1] if mistyped[1].upper() == wanted else wanted
        right = begun.verb + b" " + said + b":" + rest[mistyped.end() :]
    elif not word and rest:
        text = f"{named} is missing: {verb.decode()} {named}:<address>"
        right = right if rest[:1] == b"<" or b"@" in rest else b""
    else:
        text = f"{verb.decode()} goes with {named}:<address>"
        right = right if slips.is_slip(word, wanted) and (begun.colon or rest[:1] == b"<") else b""
    return Advice(Severity.WARNING, text, "RFC 5321 4.1.1", right or None)


def _other(begun: Head, right: bytes) -> tuple[str, bytes]:
    """The word of the other verb: written as one word nobody knows which of the two is meant."""
    verb = begun.verb.upper().decode()
    if begun.gap:
        return f"{verb} goes with {paths.WANTED[begun.verb.upper()].decode()}", right
    return "MAIL FROM: names the sender, RCPT TO: a recipient", b""


def _space_behind(begun: Head, line: bytes) -> Advice:
    after = begun.word.upper().decode("ascii") or "the colon"
    head = line[: begun.end - len(begun.space)]
    return Advice(
        Severity.WARNING,
        f"no space after {after}: some answer 501 or 555",
        "RFC 5321 3.3",
        head + line[begun.end :],
    )


def _parameters(line: bytes, state: State) -> Iterator[Advice]:
    found = given(line)
    if found is None:
        return
    verb, words = found
    names = [word.name for word in words]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        known = parameters().get((verb, name))
        if known is not None:
            yield Advice(Severity.WARNING, f"{name} is given more than once", "RFC 5321 4.1.1.11")
    for word in words:
        known = parameters().get((verb, word.name))
        if known is None:
            yield from _unknown(verb, word)
            continue
        yield from _value(known, word, state.extensions)
        wanted = known.needs(word.value)
        if state.hello is not None and wanted not in state.extensions:
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
    encoded = ", other octets written as +XX" if known.xtext else ""
    return f"should look as in {known.name}={known.example}{encoded}"


def _script(line: bytes, state: State) -> Iterator[Advice]:
    """Addresses beyond ASCII need the extension and its parameter (RFC 6531 3.4)."""
    if line.isascii() or (state.hello is None and "SMTPUTF8" not in state.extensions):
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
