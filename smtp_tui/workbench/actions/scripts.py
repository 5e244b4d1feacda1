"""Actions: scripts, played line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Open(UserAction):
    """Open an .smtp file, to be played line by line."""

    id, keys, title, group = "script-open", "alt+o", "Open a script", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.opening.ask()


class Next(UserAction):
    """Say the next line of the script and wait for its reply; again goes on without it."""

    id, keys, title, group = "script-next", "alt+n", "Next line of the script", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.step()


class Here(UserAction):
    """Play the script to the cursor; after the end of a connection say all of it again."""

    id, keys, title, group = "script-here", "alt+r", "Run to here, or replay", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.run_here()


class All(UserAction):
    """Play the script to its end, or to the first reply that is not as expected."""

    id, keys, title, group = "script-all", "alt+a", "Run the whole script", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.run_all()


class Close(UserAction):
    """Pause the script while it runs; else close it."""

    id, keys, title, group = "script-close", "alt+p", "Pause or close the script", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.leave()


class CompareWithScript(UserAction):
    """Show the script beside what came of it, what differs marked."""

    id, keys, title, group = "script-compare", "", "Compare with the script", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import comparing

        comparing.with_script(screen)


class CompareTwo(UserAction):
    """Show two transcripts side by side: files, this session, or its last two connections."""

    id, keys, title, group = "compare-two", "", "Compare two transcripts", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import comparing

        comparing.ask(screen)


class OpenLog(UserAction):
    """Open a log file, of any size, to be read: what --log or ctrl+s wrote as JSON lines."""

    id, keys, title, group = "open-log", "", "Open a log file", "Scripts"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.playing.opening.ask_for_log()


ACTIONS: tuple[type[UserAction], ...] = (
    Open, Next, Here, All, Close, CompareWithScript, CompareTwo,
    OpenLog,
)  # fmt: skip
