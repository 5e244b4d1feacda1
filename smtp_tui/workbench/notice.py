"""Notices: how long a sentence that was said to the person is true."""

from __future__ import annotations

from typing import Protocol

from smtp_tui.workbench.session import SessionView


class Holds(Protocol):
    """Whether a sentence is true in this state of the session."""

    def __call__(self, view: SessionView, /) -> bool: ...


class Tell(Protocol):
    """Shows a sentence as long as it holds, "" for none."""

    def __call__(self, sentence: str, holds: Holds = ..., /) -> None: ...


def always(_: SessionView) -> bool:
    """What does not depend on the session."""
    return True


def busy(view: SessionView) -> bool:
    """As long as the server has not answered or takes no commands."""
    return view.busy
