"""Actions: what is done with the line that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Complete(UserAction):
    """List how the command line can go on: verbs, addresses, parameters, mechanisms."""

    id, keys, title, group = "complete", "ctrl+space,ctrl+@", "List completions", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.completing.list()


class Raw(UserAction):
    """Type octets with escapes such as \\r \\n \\0 \\xHH, sent exactly; once more: lines again."""

    id, keys, title, group = "raw", "alt+x", "Raw octets", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.composer.toggle_raw()


class History(UserAction):
    """List what was sent before, to take a line from it; nothing is sent and no secret is kept."""

    id, keys, title, group = "history", "alt+h", "History", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.recalling.show()


class Build(UserAction):
    """Fill in XCLIENT, XFORWARD, ETRN, VRFY, EXPN, HELP or NOOP; the line is not sent."""

    id, keys, title, group = "build", "", "Build a command", "Command line"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.screens.builder import build

        build(screen)


class Message(UserAction):
    """Write a whole message, from a template or a file, and send it by DATA or BDAT."""

    id, keys, title, group = "message", "f9", "Message", "Message"
    footer, rank = "Message", 7

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.drafting.open()


class DryRun(UserAction):
    """Let every mail end with RSET where its text would be sent; once more: send for real."""

    id, keys, title, group = "dry-run", "alt+d", "Dry run", "Message"

    @staticmethod
    def run(screen: MainScreen) -> None:
        operator = screen.operator
        operator.dry_run = not operator.dry_run
        screen.say(
            "Dry run: RSET goes out where message text would begin."
            if operator.dry_run
            else "Messages are sent for real again."
        )
        screen.composer.mark("dry run" if operator.dry_run else "")


ACTIONS: tuple[type[UserAction], ...] = (Complete, Raw, History, Build, Message, DryRun)
