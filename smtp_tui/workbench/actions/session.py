"""Actions: what is done with the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.smtp.state import Phase, Security
from smtp_tui.workbench.actions.base import UserAction
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class OtherWay(UserAction):
    """Reconnect the other way: the one the last message suggests."""

    id, keys, title = "other-way", "ctrl+t", "Reconnect the other way"
    footer, rank, only_when_useful = "Other way", 0, True

    @staticmethod
    def check(view: SessionView) -> bool:
        return view.remedy is not None

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.connect_other_way()


class Connect(UserAction):
    """Connect up to the greeting; a connection that is open is closed first."""

    id, keys, title = "connect", "f5,ctrl+n", "Connect"
    footer, rank = "Connect", 2

    @classmethod
    def place(cls, view: SessionView) -> int:
        """While there is a connection, to hang up is closer at hand."""
        return 9 if view.live else cls.rank

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.connect()


class HangUp(UserAction):
    """Say QUIT and close; asked twice, close at once."""

    id, keys, title = "hang-up", "ctrl+g,shift+f5", "Hang up"
    footer, rank, only_when_useful = "Hang up", 3, True

    @staticmethod
    def check(view: SessionView) -> bool:
        return view.live

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.operator.hang_up()


class StartTls(UserAction):
    """Send STARTTLS and begin encryption when the server agrees."""

    id, keys, title = "starttls", "f6", "STARTTLS"
    footer, rank = "STARTTLS", 5

    @staticmethod
    def check(view: SessionView) -> bool:
        return (
            view.takes_lines
            and view.state.phase is Phase.COMMAND
            and view.state.security is Security.PLAIN
        )

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.operator.start_tls()


class Authenticate(UserAction):
    """Sign in with the chosen mechanism, user and password, to its end."""

    id, keys, title = "auth", "f7", "AUTH"
    footer, rank = "AUTH", 6

    @staticmethod
    def check(view: SessionView) -> bool:
        return view.takes_lines and view.state.phase is Phase.COMMAND

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.authenticate()


class Send(UserAction):
    """Send the command line as it stands; enter does so too while it has the focus."""

    id, keys, title = "send", "f8,ctrl+j", "Send"
    footer, rank = "Send", 8

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.composer.submit()


class PracticeServer(UserAction):
    """Start the practice server, an SMTP server inside this program, and connect to it."""

    id, keys, title = "practice", "f4", "Practice server"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.start_practice()


class PracticeFault(UserAction):
    """Start the practice server with something wrong with it, to see what is said of that."""

    id, keys, title = "fault", "shift+f4", "Practice server with a fault"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.screens.faults import choose

        choose(screen)


class PracticeMails(UserAction):
    """Show the mails that the practice server accepted."""

    id, keys, title = "mails", "f3", "Mails of the practice server"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.show_mails()


class SaveProfile(UserAction):
    """Keep the connection settings under a name; never the password."""

    id, keys, title = "save-profile", "shift+f2", "Save as profile"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.save_profile()


class Abort(UserAction):
    """Copy what is selected; else close what is connecting or waits; else say how to quit."""

    id, keys, title = "abort", "ctrl+c", "Abort"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.abort()


ACTIONS: tuple[type[UserAction], ...] = (
    OtherWay,
    Connect,
    HangUp,
    StartTls,
    Authenticate,
    Send,
    PracticeServer,
    PracticeFault,
    PracticeMails,
    SaveProfile,
    Abort,
)
