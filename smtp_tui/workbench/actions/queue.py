"""Actions: what is done with lines that wait to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Queue(UserAction):
    """Let the typed line wait in the queue instead of sending it; go to the lines that wait."""

    id, keys, title, group = "queue", "alt+q", "Queue", "Queue"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.queueing.put()


class Envelope(UserAction):
    """Fill in sender, recipients and parameters; the lines wait in the queue."""

    id, keys, title, group = "envelope", "shift+f9", "Envelope", "Message"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import enveloping

        enveloping.build(screen)


class _Run(UserAction):
    """What is common to the ways to send the queue."""

    keys, group = "", "Queue"
    pace = ""

    @staticmethod
    def check(view: SessionView) -> bool:
        return view.takes_lines

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from smtp_tui.workbench.queueing import Pace

        screen.queueing.run(Pace[cls.pace])


class RunLines(_Run):
    """Send the lines of the queue one by one, each after the reply to the one before."""

    id, title, pace = "queue-lines", "Send the queue one by one", "LINE"


class RunGroups(_Run):
    """Send the queue in groups as PIPELINING allows them, each as one write."""

    id, title, pace = "queue-groups", "Send the queue in groups", "GROUP"


class RunWhole(_Run):
    """Send the whole queue as one write, whatever is in it."""

    id, title, pace = "queue-whole", "Send the queue as one write", "WHOLE"


ACTIONS: tuple[type[UserAction], ...] = (Queue, Envelope, RunLines, RunGroups, RunWhole)
