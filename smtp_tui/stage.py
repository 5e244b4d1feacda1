"""Where a subcommand does its work: the server asked for, or a practice server while it lasts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from smtp_tui.destination import Asked, find, practice
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.context import check
from smtp_tui.wire.target import Target

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress


class StageError(Exception):
    """There is no server to work with: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A server and who signs in; ``timeout`` in seconds is None where nobody set one.

    ``practice`` is the practice server's address with its account, None for any other server.
    """

    target: Target
    user: str
    timeout: float | None
    practice: PracticeAddress | None = field(default=None, repr=False)


@contextmanager
def stage(wanted: Asked, *, with_practice: bool) -> Iterator[Stage]:
    """The server that was asked for; ``with_practice`` runs one of our own meanwhile.

    Raises ``StageError``, and the errors of target, settings and practice server. What in settings
    and environment is ignored is said on standard error.
    """
    if not with_practice:
        yield _server(wanted)
        return
    from smtp_tui.practice.server import PracticeServer

    if wanted.target is not None or wanted.profile is not None:
        raise StageError("--practice brings its own server: leave out the target and the profile")
    with PracticeServer(faults=wanted.faults) as server:
        at = server.address
        target = practice(wanted, os.environ, at)
        check(target)
        yield Stage(target, wanted.user or at.user, wanted.timeout, at)


def _server(wanted: Asked) -> Stage:
    destination = find(wanted, os.environ)
    for problem in destination.problems:
        print(f"smtp-tui: ignored: {visible(str(problem))}", file=sys.stderr)
    if destination.target is None:
        raise StageError("there is no server to connect to: name a target or use --practice")
    check(destination.target)
    return Stage(destination.target, destination.user, destination.timeout)
