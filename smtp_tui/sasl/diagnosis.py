"""A diagnosis: what a pasted credential is, what is wrong with it, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How sure it is that a server will not take the string."""

    WRONG = "wrong"
    DOUBTFUL = "doubtful"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a credential: ``kind`` names it, ``secret`` says whether it must be masked.

    The octets may come from anywhere: they pass ``visible()`` before any screen.
    """

    kind: str
    octets: bytes = field(repr=False)
    secret: bool = False

    @property
    def size(self) -> str:
        """How long it is, in words."""
        return f"{len(self.octets)} octet{'' if len(self.octets) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of what went wrong, one of what to do; neither repeats a secret."""

    severity: Severity
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor says of a pasted text.

    ``mechanism`` is "" where none was recognised. ``parts`` are what the string holds, as it was
    meant. ``corrected`` is what to send instead (with AUTH in front if it was pasted so, a line
    for each answer), None where nothing is to be corrected or nobody can know; ``certain`` says
    that there is no other sensible reading. ``from_server`` marks a challenge.
    """

    mechanism: str
    parts: tuple[Part, ...] = ()
    findings: tuple[Finding, ...] = ()
    corrected: str | None = field(default=None, repr=False)
    certain: bool = True
    from_server: bool = False

    @property
    def right(self) -> bool:
        """Whether nothing is wrong with it; it may be doubtful."""
        return all(finding.severity is not Severity.WRONG for finding in self.findings)

    @property
    def verdict(self) -> str:
        """What it is and whether it is right, in one line."""
        name = self.mechanism or "no known mechanism"
        if self.from_server:
            name += ", from the server"
        kinds = [finding.severity for finding in self.findings]
        if faults := kinds.count(Severity.WRONG):
            return f"{name}: {faults} {'thing is' if faults == 1 else 'things are'} wrong"
        if Severity.DOUBTFUL in kinds:
            return f"{name}: right in form, but doubtful"
        return f"{name}: right"


@dataclass(frozen=True, slots=True)
class Reading:
    """How octets read as one mechanism.

    ``healed`` are the octets as they should be, an item for each answer; None where unknown.
    """

    mechanism: str
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...] = ()
    healed: tuple[bytes, ...] | None = field(default=None, repr=False)
    certain: bool = True
    from_server: bool = False


def wrong(sentence: str, remedy: str = "") -> Finding:
    """A finding that explains a refusal."""
    return Finding(Severity.WRONG, sentence, remedy)


def doubtful(sentence: str, remedy: str = "") -> Finding:
    """A finding that may explain a refusal."""
    return Finding(Severity.DOUBTFUL, sentence, remedy)


def note(sentence: str, remedy: str = "") -> Finding:
    """A finding that is good to know."""
    return Finding(Severity.NOTE, sentence, remedy)
