"""Which service a port belongs to, told by its first line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is not SMTP; ``advice`` says where to go instead."""

    name: str
    starts: tuple[bytes, ...]
    holds: tuple[bytes, ...]
    advice: str

    @property
    def sentence(self) -> str:
        """What it is and what to do, for a person."""
        return f"This is {self.name}: {self.advice}."

    def begins(self, line: bytes) -> bool:
        """Whether a line, in upper case, is how it begins."""
        if not line.startswith(self.starts):
            return False
        return not self.holds or any(word in line for word in self.holds)


def service_of(line: bytes) -> Service | None:
    """The service whose first line that is; None for SMTP and for the unknown."""
    upper = line[:512].upper()
    if not upper.startswith(_starts()):
        return None
    return next((service for service in _services() if service.begins(upper)), None)


@cache
def _starts() -> tuple[bytes, ...]:
    return tuple(start for service in _services() for start in service.starts)


@cache
def _services() -> tuple[Service, ...]:
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "services.toml"
    return tuple(
        Service(row["name"], _octets(row["starts"]), _octets(row.get("holds", ())), row["advice"])
        for row in tomllib.loads(file.read_text("utf-8"))["service"]
    )


def _octets(texts: list[str] | tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode("latin-1").upper() for text in texts)
