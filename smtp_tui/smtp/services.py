"""Which service a port belongs to, told by its first line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_LOOKED_AT = 512
"""Octets of the line."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is not SMTP; ``advice`` says where to go instead."""

    name: str
    advice: str

    @property
    def sentence(self) -> str:
        """What it is and what to do, for a person."""
        return f"This is {self.name}: {self.advice}."


def service_of(line: bytes) -> Service | None:
    """The service whose first line that is; None for SMTP and for the unknown."""
    beginnings, services = _known()
    found = beginnings.match(line, 0, _LOOKED_AT)
    return services[found.lastindex - 1] if found is not None and found.lastindex else None


@cache
def _known() -> tuple[re.Pattern[bytes], tuple[Service, ...]]:
    """How the services begin, in one expression with a group for each, and the services."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "services.toml"
    rows = tomllib.loads(file.read_text("utf-8"))["service"]
    beginnings = b"|".join(b"(%s)" % _beginning(row) for row in rows)
    services = tuple(Service(row["name"], row["advice"]) for row in rows)
    return re.compile(beginnings, re.IGNORECASE | re.DOTALL), services


def _beginning(row: dict[str, list[str]]) -> bytes:
    start = b"(?:%s)" % b"|".join(map(_octets, row["starts"]))
    words = b"|".join(map(_octets, row.get("holds", ())))
    return start + b"(?=.*(?:%s))" % words if words else start


def _octets(text: str) -> bytes:
    return re.escape(text.encode("latin-1"))
