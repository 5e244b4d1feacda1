"""Arguments: the parser of every subcommand, the options they share, how usage errors end."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from smtp_tui.destination import Asked
    from smtp_tui.passwords import PasswordSource
    from smtp_tui.practice.faults import Fault, Faults
    from smtp_tui.settings import Profile

USAGE = 2

_LONGEST = 86_400
"""Seconds in a day: no wait in a dialogue is longer."""


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
            names = [_name(each) for each in unknown if each.startswith("-")]
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
        more = "" if "--help" in message else f" (see {self.prog} --help)"
        raise SystemExit(fail(message + more))


def _name(option: str) -> str:
    """The option's name alone: a value may be joined to it, as in ``--name=v`` and ``-nv``."""
    return option.partition("=")[0] if option.startswith("--") else option[:2]


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


def add_log(parser: Parser) -> None:
    """Let the parser take a log file."""
    parser.add_argument(
        "--log",
        metavar="FILE",
        type=output_file,
        help="append all that is said to a file, without secrets",
    )


def file_name(text: str) -> str:
    """The name of a file; an empty one is a variable of the shell that is not set."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    return text


def output_file(text: str) -> str:
    """The name of a file to write; a lone dash would make a file that nobody meant."""
    if text == "-":
        raise argparse.ArgumentTypeError("- is no file: standard output is /dev/stdout")
    return file_name(text)


def passwords(options: argparse.Namespace) -> PasswordSource:
    """The source those options name."""
    from smtp_tui.passwords import PasswordSource

    return PasswordSource(options.password_stdin, options.password_command, options.keyring)


def add_connection(parser: Parser, *, several: bool = False) -> None:
    """Let the parser take a target, or ``several``, and how to connect to it."""
    if several:
        parser.add_argument(
            "targets",
            metavar="TARGET",
            nargs="*",
            default=[],
            help="the servers to connect to, in turn",
        )
        parser.set_defaults(target=None)
    else:
        parser.add_argument("target", metavar="TARGET", nargs="?", help="the server to connect to")
    parser.add_argument(
        "--practice", action="store_true", help="start the practice server and connect to it"
    )
    add_faults(parser)
    group = parser.add_argument_group("connection")
    group.add_argument("--profile", metavar="NAME", help="a profile from the settings file")
    group.add_argument(
        "--tls", choices=("none", "starttls", "implicit"), help="how encryption begins"
    )
    group.add_argument(
        "--ca-file",
        metavar="F",
        help="PEM file of the authorities to trust instead of the system's",
    )
    group.add_argument(
        "--insecure",
        action="store_true",
        help="accept any certificate, and let credentials go out unprotected",
    )
    group.add_argument("--ehlo", metavar="NAME", help="the name that a composed EHLO says")
    group.add_argument("--user", metavar="U", help="who signs in")
    group.add_argument(
        "--timeout", metavar="S", type=_seconds, help="seconds to wait, for each step"
    )
    family = group.add_mutually_exclusive_group()
    for number in "46":
        family.add_argument(
            f"-{number}",
            dest="family",
            action="store_const",
            const=number,
            help=f"use IPv{number} only",
        )
    _add_encryption(parser)


def _add_encryption(parser: Parser) -> None:
    """How TLS is spoken, beyond the mode."""
    group = parser.add_argument_group("TLS")
    for option, metavar, text in _ENCRYPTION:
        group.add_argument(option, metavar=metavar, help=text)


_ENCRYPTION = (
    ("--sni", "NAME", "announce this name instead of the host's; none announces none"),
    ("--verify-name", "NAME", "the name the certificate must be for instead of the host's"),
    ("--tls-min", "V", "the lowest version: 1.0, 1.1, 1.2 (as by default) or 1.3"),
    ("--tls-max", "V", "the highest version"),
    ("--ciphers", "LIST", "ciphers for TLS 1.2 and below, as openssl ciphers takes them"),
    ("--client-cert", "F", "PEM file of a certificate to show to a server that asks for one"),
    ("--client-key", "F", "PEM file of its key, if it is not in the same file"),
    ("--key-log", "F", "write the session's secrets there, for Wireshark; SSLKEYLOGFILE does too"),
    ("--alpn", "NAMES", "protocols to offer, separated by spaces"),
)


_LISTED = "smtp-tui practice --help lists the faults"


def add_faults(parser: Parser, listed: str = _LISTED) -> None:
    """Let the parser take faults for the practice server; ``listed`` says where they are."""
    parser.add_argument(
        "--fault",
        metavar="X",
        type=_fault,
        action="append",
        default=[],
        help=f"let the practice server misbehave, again for one more; {listed}",
    )


def faults(options: argparse.Namespace) -> Faults:
    """The faults those options name; leaves where they exclude each other."""
    from smtp_tui.practice.faults import FaultError, combined

    if options.fault and not getattr(options, "practice", True):
        raise SystemExit(fail("--fault is about the practice server: say --practice too"))
    try:
        return combined(options.fault)
    except FaultError as error:
        raise SystemExit(fail(str(error))) from None


def asked(options: argparse.Namespace) -> Asked:
    """What those options say of the connection."""
    from pathlib import Path

    from smtp_tui.destination import Asked
    from smtp_tui.wire.target import Family, TlsMode

    return Asked(
        target=options.target,
        profile=options.profile,
        tls=TlsMode(options.tls) if options.tls else None,
        ca_file=Path(options.ca_file) if options.ca_file else None,
        insecure=options.insecure,
        ehlo=options.ehlo,
        user=options.user,
        timeout=options.timeout,
        family=Family(options.family) if options.family else None,
        faults=faults(options),
        encryption=_encryption(options),
    )


def _encryption(options: argparse.Namespace) -> Profile:
    """What they say of TLS; leaves with the exit code for wrong usage if it makes no sense."""
    from pathlib import Path

    from smtp_tui.settings.fields import from_plain

    keys = [option.removeprefix("--").replace("-", "_") for option, _, _ in _ENCRYPTION]
    said = {key: getattr(options, key) for key in keys if getattr(options, key) is not None}

    def refuse(key: str, text: str) -> None:
        raise SystemExit(fail(f"--{key.replace('_', '-')}: {text}"))

    return from_plain("", said, Path(), refuse)


def port(text: str) -> int:
    """A port number as an argument; 0 is any free one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port from 0 to 65535 is meant")
    return int(text)


def _fault(text: str) -> Fault:
    from smtp_tui.practice.faults import FaultError, named

    try:
        return named(text)
    except FaultError as error:
        words = f"{error}; smtp-tui practice --help says what each does"
        raise argparse.ArgumentTypeError(words) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"seconds above 0 and at most {_LONGEST} are meant")
    return seconds


def fail(text: str, code: int = USAGE) -> int:
    """Say one line on standard error and give the exit code."""
    from smtp_tui.smtp.visible import visible

    print(f"smtp-tui: {visible(text)}", file=sys.stderr)
    return code
