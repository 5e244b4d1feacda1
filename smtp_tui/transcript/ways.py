"""The keys that lines name where the person can do something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ways:
    """A key for each, "" where there is none."""

    explain: str = ""
    connect: str = "f5"
    starttls: str = "f6"
    other_way: str = "ctrl+t"


BY_DEFAULT = Ways()
"""What the keys are unless the person chose others."""

NONE = Ways("", "", "", "")
"""For what is read later, or without the window."""
