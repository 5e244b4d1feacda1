"""Messages to begin with, their date and identifiers filled in (RFC 5322 3.6)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

# The test file of eicar.org, in two parts that no scanner knows.
_EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS" + "-TEST-FILE!$H+H*"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """One message to begin with; ``mail`` and ``rcpt`` are parameters for the envelope."""

    id: str
    name: str
    about: str
    text: str
    mail: str = ""
    rcpt: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A template filled in."""

    text: str
    mail: str = ""
    rcpt: str = ""


@cache
def templates() -> Mapping[str, Template]:
    """Every template by its id, in the order of the table."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "templates.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    return {
        id: Template(
            id,
            row["name"],
            row["about"],
            row["text"].removeprefix("\n"),
            row.get("mail", ""),
            row.get("rcpt", ""),
        )
        for id, row in table.items()
    }


def fill(template: Template, *, sender: str, recipient: str, now: datetime) -> Draft:
    """The message for these addresses; ``now`` is its date, with a time zone.

    Every call gives other identifiers.
    """
    ident = secrets.token_hex(8)
    domain = sender.rpartition("@")[2] or "localhost"
    values = {
        "sender": f"<{sender}>",
        "recipient": f"<{recipient}>",
        "date": written(now),
        "message_id": f"<{ident}@{domain}>",
        "ident": ident,
        "long": (string.ascii_lowercase * 39)[:998],
        "eicar": _EICAR,
    }
    return Draft(
        _filled(template.text, values),
        _filled(template.mail, values),
        _filled(template.rcpt, values),
    )


def written(moment: datetime) -> str:
    """A moment as a message writes it, whatever the locale (RFC 5322 3.3)."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day} {month} {moment:%Y %H:%M:%S %z}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
