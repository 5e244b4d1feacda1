"""Actions: what is done with the window itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Help(UserAction):
    """Keys, a first session line by line, and what the marks in the log mean."""

    id, keys, title, group = "help", "f1", "Help", "Window"
    footer, rank, in_dialogs = "Help", 1, True

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.show_help()


class Setup(UserAction):
    """Go to connection and credentials; where the window is narrow they open as a drawer."""

    id, keys, title, group = "setup", "f2", "Setup", "Window"
    footer, rank = "Setup", 4

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.toggle_setup()


class Jump(UserAction):
    """Show a letter on every pane and field; press it to go there."""

    id, keys, title, group = "jump", "ctrl+o", "Jump", "Window"
    footer, rank = "Jump", 9
    priority = True  # the letter may be typed before anything else is asked about it

    @staticmethod
    def run(screen: MainScreen) -> None:
        if screen.app.screen is screen:
            from smtp_tui.workbench.screens.jump import jump

            jump(screen)


class Palette(UserAction):
    """Every action by name."""

    id, keys, title, group = "palette", "ctrl+p,ctrl+backslash", "Command palette", "Window"
    footer, rank = "Palette", 2

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.app.action_command_palette()


class Quit(UserAction):
    """Leave at once; an open connection is dropped. Asks first where unsent text would be lost."""

    id, keys, title, group = "quit", "ctrl+q", "Quit", "Window"
    footer, rank, priority = "Quit", 3, True

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import losing

        losing.leave(screen)


FIRST: tuple[type[UserAction], ...] = (Help, Setup)
"""What stands at the left of the bar of keys."""
LAST: tuple[type[UserAction], ...] = (Jump, Quit, Palette)
"""What stands at its right."""
