"""Actions: what is done with a session for others to see, or to do again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class Save(UserAction):
    """Save the session as a script that runs again, text, a page or a picture; without secrets."""

    id, keys, title, group = "save", "ctrl+s", "Save the session", "Sharing"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import sharing

        sharing.ask(screen)


class Screenshot(UserAction):
    """Save a picture of the window (SVG) in the folder you started in; secrets stay masked."""

    id, keys, title, group = "screenshot", "", "Save a screenshot", "Sharing"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench import sharing

        sharing.picture(screen)


class _Copy(UserAction):
    """What is common to the tools."""

    keys, group = "", "Sharing"
    tool = ""

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from smtp_tui.workbench import sharing

        sharing.copy(screen, cls.tool)


class CopySwaks(_Copy):
    """Copy a swaks command that does what this session did; the password comes from a variable."""

    id, title, tool = "copy-swaks", "Copy as swaks command", "swaks"


class CopyOpenssl(_Copy):
    """Copy a pipeline into openssl s_client that says what this session said."""

    id, title, tool = "copy-openssl", "Copy as openssl s_client pipeline", "openssl"


class CopyCurl(_Copy):
    """Copy a curl command that does what this session did; the password comes from a variable."""

    id, title, tool = "copy-curl", "Copy as curl command", "curl"


class CopyPython(_Copy):
    """Copy a Python program that does what this session did with smtplib."""

    id, title, tool = "copy-python", "Copy as Python program", "smtplib"


ACTIONS: tuple[type[UserAction], ...] = (
    Save, Screenshot, CopySwaks, CopyOpenssl, CopyCurl, CopyPython,
)  # fmt: skip
