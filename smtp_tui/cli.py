"""The command line: reads the arguments and starts what they ask for.

Each subcommand imports what it needs when it runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtp_tui import __version__
from smtp_tui.arguments import Parser, add_passwords, fail, passwords

if TYPE_CHECKING:
    from smtp_tui.destination import Asked

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
BROKEN_PIPE = 141
"""128 and the number of SIGPIPE."""

_LONGEST = 86_400
"""Seconds in a day: no wait in a dialogue is longer."""

_SUBCOMMANDS = {
    "run": "play an .smtp file without the window",
    "auth": "print the AUTH string of a mechanism",
    "decode": "take a credential apart and say what is wrong with it",
    "practice": "run the practice server alone",
}

_USAGE = """\
smtp-tui [TARGET] [options]
       smtp-tui run FILE [TARGET] [options]
       smtp-tui auth MECHANISM [options]
       smtp-tui decode TOKEN|- [options]
       smtp-tui practice [options]"""

_HELP = f"""\
subcommands (each has its own --help):
{"".join(f"  {name:<10} {what}{chr(10)}" for name, what in _SUBCOMMANDS.items())}
TARGET is host, host:port, [v6]:port, smtp://… (plain), smtp+starttls://…, smtps://…,
lmtp://… or unix:/path; user@ may stand before the host. Port 465 means TLS from the
first octet, every other port STARTTLS, unless --tls says otherwise.
"""

_RUN_HELP = """\
exit codes: 0 as expected, 1 not as expected, 2 usage, 3 could not connect,
4 TLS failed, 5 the server broke the protocol
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with these arguments (default: the process's), give the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no locale is a reason to stop
    try:
        return _dispatch(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE


def _dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["run", *rest]:
            return _run(rest)
        case ["auth", *rest]:
            from smtp_tui import auth

            return auth.command(rest)
        case ["decode", *rest]:
            from smtp_tui import decode

            return decode.command(rest)
        case ["practice", *rest]:
            return _practice(rest)
        case _:
            return _window(arguments)


# The subcommands


def _run(arguments: list[str]) -> int:
    parser = Parser("run", "Play an .smtp file without the window.", _RUN_HELP)
    parser.add_argument("file", metavar="FILE", help="the .smtp file; - is standard input")
    _add_connection(parser)
    parser.add_argument("--json", action="store_true", help="report one JSON object a line")
    add_passwords(parser)
    options = parser.read(arguments)

    from smtp_tui.passwords import PasswordError
    from smtp_tui.practice.listening import CannotListenError
    from smtp_tui.run import Request, RunError, run
    from smtp_tui.sasl.credentials import CredentialsError
    from smtp_tui.settings import SettingsError
    from smtp_tui.transcript.script import ScriptError
    from smtp_tui.wire.target import TargetError

    request = Request(
        file=options.file,
        asked=_asked(options),
        practice=options.practice,
        json=options.json,
        password=passwords(options),
    )
    try:
        return run(request)
    except ScriptError as error:
        return fail(f"{options.file}, {error}")
    except (RunError, PasswordError, CredentialsError, SettingsError, TargetError) as error:
        return fail(str(error))
    except CannotListenError as error:
        return fail(str(error), 3)


def _practice(arguments: list[str]) -> int:
    from smtp_tui.practice.command import DEFAULT_STARTTLS_PORT, DEFAULT_TLS_PORT, serve

    parser = Parser("practice", "Run the practice server alone.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the loopback address to listen on (%(default)s)"
    )
    parser.add_argument(
        "--starttls-port",
        type=_port,
        default=DEFAULT_STARTTLS_PORT,
        metavar="PORT",
        help="the port for STARTTLS, 0 for any free one (%(default)s)",
    )
    parser.add_argument(
        "--tls-port",
        type=_port,
        default=DEFAULT_TLS_PORT,
        metavar="PORT",
        help="the port for implicit TLS, 0 for any free one (%(default)s)",
    )
    options = parser.read(arguments)
    return serve(options.host, options.starttls_port, options.tls_port)


def _window(arguments: list[str]) -> int:
    parser = Parser("", "Open the terminal workbench for SMTP.", _HELP, _USAGE)
    parser.add_argument("--version", action="version", version=f"smtp-tui {__version__}")
    _add_connection(parser)
    add_passwords(parser)
    options = parser.read(arguments)
    if options.target in _SUBCOMMANDS:
        parser.error(f"write the subcommand first: smtp-tui {options.target} …")
    if options.practice and (options.target is not None or options.profile is not None):
        parser.error("--practice brings its own server: leave out the target and the profile")

    from smtp_tui.destination import find
    from smtp_tui.passwords import PasswordError
    from smtp_tui.settings import SettingsError
    from smtp_tui.wire.target import TargetError

    asked = _asked(options)
    try:
        destination = find(asked, os.environ)
    except (SettingsError, TargetError) as error:
        return fail(str(error))

    source = passwords(options)
    if source.stdin:
        parser.error("standard input is the keyboard here: use --password-command or --keyring")
    password = ""
    if destination.user and not options.practice and (source.chosen or source.in_environment):
        try:
            password = source.read(destination.user, destination.form.host)
        except PasswordError as error:
            return fail(str(error))

    if not sys.stdin.isatty():
        return fail("the workbench needs a terminal; smtp-tui run plays a script without one")

    from smtp_tui.workbench.app import Workbench

    workbench = Workbench(
        asked.layer().target() if options.practice else destination.form,
        user="" if options.practice else destination.user,
        connect_at_once=asked.target is not None,
        practice=options.practice,
        settings=destination.settings,
        profile=destination.profile,
        mechanism=destination.mechanism,
        password=password,
    )
    workbench.run()
    return workbench.return_code or 0


# Arguments


def _add_connection(parser: Parser) -> None:
    parser.add_argument("target", metavar="TARGET", nargs="?", help="the server to connect to")
    parser.add_argument(
        "--practice", action="store_true", help="start the practice server and connect to it"
    )
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


def _asked(options: argparse.Namespace) -> Asked:
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
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"seconds above 0 and at most {_LONGEST} are meant")
    return seconds


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port from 0 to 65535 is meant")
    return int(text)


# Ends


def _forget_output() -> None:
    """Whoever read the output left: nothing must try to write the rest when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
