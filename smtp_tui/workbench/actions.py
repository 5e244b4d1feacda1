"""What a person can do: one class an action, from which come key, footer, palette and help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from smtp_tui.smtp.state import Phase, Security
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class UserAction:
    """One action; its docstring is what help and palette say about it.

    ``footer`` is its word in the bar of keys ("" keeps it out), ``rank`` decides who stays there
    when the window is narrow: the lowest do. ``only_when_useful`` hides it there instead of
    showing it dim.
    """

    id: ClassVar[str]
    keys: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[str] = "Session"
    footer: ClassVar[str] = ""
    rank: ClassVar[int] = 50
    only_when_useful: ClassVar[bool] = False
    priority: ClassVar[bool] = False

    @staticmethod
    def check(view: SessionView) -> bool:
        """Whether it makes sense now."""
        return True

    @staticmethod
    def run(screen: MainScreen) -> None:
        """Do it."""
        raise NotImplementedError

    @classmethod
    def help(cls) -> str:
        """One sentence for palette and help."""
        return cls.__doc__ or ""


class Help(UserAction):
    """Keys, a first session line by line, and what the marks in the log mean."""

    id, keys, title, group = "help", "f1", "Help", "Window"
    footer, rank = "Help", 1

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


class Connect(UserAction):
    """Connect up to the greeting; a connection that is open is closed first."""

    id, keys, title = "connect", "f5,ctrl+n", "Connect"
    footer, rank = "Connect", 2

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.connect()


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


class HangUp(UserAction):
    """Say QUIT and close; asked twice, close at once."""

    id, keys, title = "hang-up", "ctrl+g,shift+f5", "Hang up"
    footer, rank, only_when_useful = "Hang up", 8, True

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
    footer, rank = "Send", 7

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.composer.submit()


class PracticeServer(UserAction):
    """Start the practice server, an SMTP server inside this program, and connect to it."""

    id, keys, title = "practice", "f4", "Practice server"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.start_practice()


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


class Jump(UserAction):
    """Show a letter on every pane and field; press it to go there."""

    id, keys, title, group = "jump", "ctrl+o", "Jump", "Window"
    footer, rank = "Jump", 9

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.jump()


class CopyToken(UserAction):
    """Copy the Base64 string of the credentials, without line end."""

    id, keys, title, group = "copy-token", "ctrl+y", "Copy Base64 string", "Credentials"
    footer, rank = "Copy Base64", 10

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


class Abort(UserAction):
    """Copy what is selected; else close what is connecting or waits; else say how to quit."""

    id, keys, title = "abort", "ctrl+c", "Abort"

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.abort()


class Palette(UserAction):
    """Every action by name."""

    id, keys, title, group = "palette", "ctrl+p,ctrl+backslash", "Command palette", "Window"
    footer, rank = "Palette", 11

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.app.action_command_palette()


class Quit(UserAction):
    """Leave at once; an open connection is dropped."""

    id, keys, title, group = "quit", "ctrl+q", "Quit", "Window"
    footer, rank, priority = "Quit", 3, True

    @staticmethod
    def run(screen: MainScreen) -> None:
        screen.app.call_later(screen.app.action_quit)


ACTIONS: Mapping[str, type[UserAction]] = {
    action.id: action
    for action in (
        Help,
        Setup,
        OtherWay,
        Connect,
        HangUp,
        StartTls,
        Authenticate,
        Send,
        PracticeServer,
        PracticeMails,
        SaveProfile,
        Jump,
        CopyToken,
        CopyCommand,
        InsertToken,
        Reveal,
        Mend,
        Decode,
        Abort,
        Quit,
        Palette,
    )
}


def bindings() -> Iterator[Binding]:
    """The keys of all actions, re-mappable by the action's id."""
    for action in ACTIONS.values():
        yield Binding(
            action.keys,
            f"do({action.id!r})",
            action.title,
            tooltip=action.help(),
            priority=action.priority,
            id=action.id,
        )
