"""Commands with arguments, put together from a form: what each asks for and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from smtp_tui.smtp.parameters import xtext
from smtp_tui.smtp.state import State


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to fill in: its name and what belongs there."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Builder:
    """A command to fill in; ``write`` gives its line for what was filled in by name."""

    verb: str
    blanks: tuple[Blank, ...]
    write: Callable[[Mapping[str, str]], str]


_ATTRIBUTES = {
    "NAME": "the client's host name, or [UNAVAILABLE]",
    "ADDR": "the client's address; IPv6 as IPV6:…",
    "PORT": "the client's port",
    "PROTO": "SMTP or ESMTP",
    "HELO": "the name it greeted with",
    "LOGIN": "as whom it signed in",
    "IDENT": "the mail's name at the client",
    "SOURCE": "LOCAL or REMOTE",
    "DESTADDR": "the address it connected to",
    "DESTPORT": "the port it connected to",
}
_USUAL = {
    "XCLIENT": ("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"),
    "XFORWARD": ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"),
}


def builders(state: State) -> tuple[Builder, ...]:
    """The commands there are; attributes are those the server named, else the usual ones."""
    return (
        *(_with_attributes(verb, state) for verb in _USUAL),
        Builder("ETRN", (Blank("Domain", "a host, @domain for all below, #queue"),), _one("ETRN")),
        Builder("VRFY", (Blank("Who", "a user name or an address"),), _one("VRFY")),
        Builder("EXPN", (Blank("List", "the name of a mailing list"),), _one("EXPN")),
        Builder("HELP", (Blank("Topic", "a command, or nothing"),), _one("HELP")),
        Builder("NOOP", (Blank("Words", "anything, or nothing"),), _one("NOOP")),
    )


def _with_attributes(verb: str, state: State) -> Builder:
    entry = state.extensions.get(verb)
    named = tuple(name.upper() for name in entry.arguments) if entry is not None else ()
    blanks = tuple(Blank(name, _ATTRIBUTES.get(name, "")) for name in named or _USUAL[verb])

    def write(values: Mapping[str, str]) -> str:
        given = ((blank.name, values.get(blank.name, "")) for blank in blanks)
        return " ".join([verb, *(f"{name}={xtext(value)}" for name, value in given if value)])

    return Builder(verb, blanks, write)


def _one(verb: str) -> Callable[[Mapping[str, str]], str]:
    def write(values: Mapping[str, str]) -> str:
        return " ".join([verb, *filter(None, values.values())])

    return write
