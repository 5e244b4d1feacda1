"""Actions: what is done with credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class CopyToken(UserAction):
    """Copy the Base64 string of the credentials, without line end."""

    id, keys, title, group = "copy-token", "ctrl+y", "Copy Base64 string", "Credentials"
    footer, rank = "Copy Base64", 12

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.copy_token()


class CopyCommand(UserAction):
    """Copy the whole AUTH line, as other programs want it typed."""

    id, keys, title, group = "copy-command", "shift+f8", "Copy AUTH line", "Credentials"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.copy_command()


class InsertToken(UserAction):
    """Put the AUTH line, or the answer to a challenge, on the command line, as a placeholder."""

    id, keys, title, group = "insert-token", "ctrl+f", "Insert into the command line", "Credentials"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.insert_token()


class Reveal(UserAction):
    """Show password and Base64 string for five seconds."""

    id, keys, title, group = "reveal", "ctrl+r", "Reveal secrets", "Credentials"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.reveal()


class Mend(UserAction):
    """Take away what came along when user or password was pasted: spaces, line ends, quotes."""

    id, keys, title, group = "mend", "f12", "Mend user and password", "Credentials"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.mend()


class Decode(UserAction):
    """Take a Base64 credential apart that was made elsewhere, and say what is wrong with it."""

    id, keys, title, group = "decode", "shift+f7", "Decode a credential", "Credentials"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.decode()


ACTIONS: tuple[type[UserAction], ...] = (
    CopyToken,
    CopyCommand,
    InsertToken,
    Reveal,
    Mend,
    Decode,
)
