"""Arguments: the parser every subcommand uses, the password options, and how usage errors end."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from smtp_tui.passwords import PasswordSource

USAGE = 2


class Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and repeats nothing that may be a secret."""

    def __init__(
        self, subcommand: str, description: str, epilog: str = "", usage: str | None = None
    ) -> None:
        super().__init__(
            prog=f"smtp-tui {subcommand}".rstrip(),
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The options; leaves with the exit code for wrong usage if they make no sense."""
        if any(each.partition("=")[0] in PASSWORD_OPTIONS for each in arguments):
            self.error(
                "a password on the command line can be read by every user of this machine:"
                " use --password-stdin, --password-command or SMTP_TUI_PASSWORD"
            )
        options, unknown = self.parse_known_intermixed_args(self._joined(arguments))
        if unknown:
            names = [each.partition("=")[0] for each in unknown if each.startswith("-")]
            self.error(
                f"there is no option {names[0]}" if names else "there are too many arguments"
            )
        return options

    def _joined(self, arguments: Sequence[str]) -> list[str]:
        """The arguments, a negative number joined to the option it follows.

        argparse, for the sake of -4 and -6, would take it for an option that does not exist.
        """
        joined: list[str] = []
        for each in arguments:
            before = self._option_string_actions.get(joined[-1]) if joined else None
            negative = re.fullmatch(r"-[\d.]+", each) and each not in self._option_string_actions
            if negative and before is not None and before.nargs is None:
                joined[-1] += f"={each}"
            else:
                joined.append(each)
        return joined

    def error(self, message: str) -> NoReturn:
        """Say it and leave."""
        raise SystemExit(fail(f"{message} (see {self.prog} --help)"))


PASSWORD_OPTIONS = ("--password", "--pass", "--token")


def add_passwords(parser: Parser) -> None:
    """Let the parser take where the password comes from."""
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    sources.add_argument(
        "--password-command",
        metavar="CMD",
        default="",
        help="take the password from what a command prints",
    )
    sources.add_argument(
        "--keyring", action="store_true", help="take the password from the system keyring"
    )


def passwords(options: argparse.Namespace) -> PasswordSource:
    """The source those options name."""
    from smtp_tui.passwords import PasswordSource

    return PasswordSource(options.password_stdin, options.password_command, options.keyring)


def fail(text: str, code: int = USAGE) -> int:
    """Say one line on standard error and give the exit code."""
    from smtp_tui.smtp.visible import visible

    print(f"smtp-tui: {visible(text)}", file=sys.stderr)
    return code
