"""One doubt about a line before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How sure it is that something will go wrong."""

    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Advice:
    """One doubt about a line; ``fix`` is the line as it should be, where that is certain.

    ``action`` is the id of what the workbench can do about it, "" for nothing.
    """

    severity: Severity
    text: str
    rfc: str = ""
    fix: bytes | None = field(default=None, repr=False)
    action: str = ""
