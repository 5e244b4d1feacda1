"""An envelope as MAIL and RCPT lines: addresses in <>, parameters encoded as each has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from smtp_tui.smtp.parameters import Parameter, given, of_verb, xtext
from smtp_tui.smtp.paths import pieces

_ENCODED = re.compile(r"\+([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Envelope:
    """``mail`` and ``rcpt`` are values by name of the parameter, as a person writes them.

    A value is "" for a parameter that has none.
    """

    sender: str = field(default="", repr=False)
    recipients: tuple[str, ...] = field(default=(), repr=False)
    mail: Mapping[str, str] = field(default_factory=dict)
    rcpt: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        """MAIL, then RCPT for each recipient (RFC 5321 4.1.1.2, 4.1.1.3)."""
        mail = "".join(f" {word}" for word in _words(b"MAIL", self.mail))
        rcpt = "".join(f" {word}" for word in _words(b"RCPT", self.rcpt))
        return (
            f"MAIL FROM:{_path(self.sender)}{mail}",
            *(f"RCPT TO:{_path(recipient)}{rcpt}" for recipient in self.recipients),
        )


def addresses(text: str) -> tuple[str, ...]:
    """The addresses in a text, parted by commas, semicolons or spaces, without their <>.

    A quoted local part stays whole; a name before an address in <> is left out.
    """
    found = [piece.decode("utf-8", "replace") for piece in pieces(text.encode("utf-8", "replace"))]
    bracketed = any(_is_bracketed(piece) for piece in found)
    kept = (each for each in found if "@" in each or not bracketed or _is_bracketed(each))
    return tuple(each.strip("<>") for each in kept if each.strip("<>"))


def _is_bracketed(piece: str) -> bool:
    return piece.startswith("<") and piece.endswith(">")


def encoded(parameter: Parameter, value: str) -> str:
    """The value as it stands on the wire (RFC 3461 4; of ORCPT only what follows its type)."""
    if not parameter.xtext or value == "<>":
        return value
    kind, semicolon, rest = value.partition(";")
    if parameter.name == "ORCPT" and semicolon:
        return f"{kind};{xtext(rest)}"
    return f"rfc822;{xtext(value)}" if parameter.name == "ORCPT" else xtext(value)


def values_of(verb: str, parameters: str) -> dict[str, str]:
    """The values in parameters as they stand behind a path, decoded."""
    found = given(f"{verb}:<> {parameters}".encode("utf-8", "replace"))
    known = {each.name: each for each in of_verb(verb[:4].encode())}
    words = found[1] if found is not None else ()
    return {
        word.name: _decoded(known[word.name], word.value) for word in words if word.name in known
    }


def _decoded(parameter: Parameter, value: str | None) -> str:
    if value is None or not parameter.xtext:
        return value or ""
    octets = _ENCODED.sub(lambda code: chr(int(code[1], 16)), value).encode("latin-1", "replace")
    return octets.decode("utf-8", "replace")


def _path(address: str) -> str:
    return f"<{address}>"


def _chosen(verb: bytes, values: Mapping[str, str]) -> Iterator[tuple[Parameter, str]]:
    for parameter in of_verb(verb):
        if parameter.name in values:
            yield parameter, encoded(parameter, values[parameter.name])


def _words(verb: bytes, values: Mapping[str, str]) -> Iterator[str]:
    for parameter, value in _chosen(verb, values):
        yield f"{parameter.name}={value}" if value else parameter.name
