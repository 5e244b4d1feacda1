"""What the person is asked before something leaves that cannot be taken back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """``facts`` are names with what they are, ``warning`` says what would happen.

    ``keep`` and ``go`` are the words of the two answers. The texts are safe for a terminal.
    """

    title: str
    warning: str
    facts: tuple[tuple[str, str], ...] = ()
    keep: str = "No"
    go: str = "Yes"
