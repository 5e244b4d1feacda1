"""The parameters of MAIL and RCPT: which extension brings each and what its value looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from smtp_tui.smtp import paths

_XTEXT = re.compile(rb"[!-*,-<>-~]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known of one parameter.

    ``value`` is a regular expression for its whole value, "" where it has none. ``ready`` are
    values to offer; … in them stands for what the person fills in. ``example`` is a whole value,
    to be shown. ``xtext``: the value is
    encoded as RFC 3461 4 has it.
    """

    name: str
    verb: bytes
    extension: str
    value: str
    ready: tuple[str, ...]
    example: str
    meaning: str
    rfc: str
    xtext: bool = False

    def fits(self, value: str | None) -> bool:
        """Whether a value, None for none at all, has the form it should have."""
        if value is None or not self.value:
            return value is None and not self.value
        return re.fullmatch(self.value, value) is not None

    def needs(self, value: str | None) -> str:
        """The extension that brings this value; of BODY=BINARYMIME another (RFC 3030 3)."""
        binary = self.name == "BODY" and (value or "").upper() == "BINARYMIME"
        return "BINARYMIME" if binary else self.extension

    @property
    def written(self) -> tuple[str, ...]:
        """The parameter with each of its ready values, as it stands in a command."""
        return tuple(f"{self.name}={value}" if value else self.name for value in self.ready)


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter on a line: its name in upper case, its value, and where it stands."""

    name: str
    value: str | None
    start: int
    end: int


@cache
def parameters() -> Mapping[tuple[bytes, str], Parameter]:
    """Every known parameter by verb and upper-case name, in the order of the table."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "parameters.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    found = (
        Parameter(
            name=name,
            verb=row["verb"].encode("ascii"),
            extension=row["extension"],
            value=row["value"],
            ready=tuple(row["ready"]),
            example=row.get("example", row["ready"][0]),
            meaning=row["meaning"],
            rfc=row["rfc"],
            xtext=row.get("xtext", False),
        )
        for name, row in table.items()
    )
    return {(each.verb, each.name): each for each in found}


def of_verb(verb: bytes) -> tuple[Parameter, ...]:
    """The parameters that MAIL or RCPT takes."""
    return tuple(each for each in parameters().values() if each.verb == verb)


def given(line: bytes) -> tuple[bytes, tuple[Given, ...]] | None:
    """The verb of a MAIL or RCPT line and its parameters; None for a line without a path."""
    begun = paths.head(line)
    end = paths.path_end(line, begun.end) if begun is not None and begun.right else None
    if begun is None or end is None:
        return None
    return begun.verb.upper(), tuple(_words(line, end))


def xtext(value: str) -> str:
    """A value encoded for where only printable ASCII may stand (RFC 3461 4); UTF-8 beneath."""
    octets = value.encode("utf-8", "surrogateescape")
    return "".join(
        chr(octet) if _XTEXT.fullmatch(bytes([octet])) else f"+{octet:02X}" for octet in octets
    )


def _words(line: bytes, start: int) -> Iterator[Given]:
    for word in re.finditer(rb"\S+", line[start:]):
        name, equals, value = word[0].decode("utf-8", "replace").partition("=")
        yield Given(
            name.upper(), value if equals else None, start + word.start(), start + word.end()
        )
