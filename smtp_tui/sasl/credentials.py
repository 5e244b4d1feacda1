"""Credentials and the shape of a mechanism."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who wants to sign in; neither user nor password appears in a ``repr``."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    authorization: str = field(default="", repr=False)


class CredentialsError(ValueError):
    """The credentials cannot be put into the mechanism's form; the text says why."""


Exchange = Generator[bytes | None, bytes, None]
"""Yields responses (decoded; None cancels) and is sent challenges (decoded).

The first thing yielded is the initial response, or ``NO_INITIAL_RESPONSE``.
"""

NO_INITIAL_RESPONSE = None
