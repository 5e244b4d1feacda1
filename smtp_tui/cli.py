"""The command line: reads the arguments and starts what they ask for.

Each subcommand imports what it needs when it runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from smtp_tui import __version__
from smtp_tui.arguments import (
    USAGE,
    Parser,
    add_connection,
    add_faults,
    add_log,
    add_passwords,
    asked,
    fail,
    faults,
    file_name,
    passwords,
    port,
)

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
BROKEN_PIPE = 141
"""128 and the number of SIGPIPE."""

_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Why output cannot be written."""

_LOGS_OF_TEXTUAL = ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG")
"""What makes the framework write every key pressed to a file or to another program."""

PICTURES = ("TEXTUAL_FPS", "240")
"""Pictures a second at most: after one that took long, as of a flooded log, the framework waits
up to two of these turns before it paints the next, and a key may be in it."""

_SUBCOMMANDS = {
    "run": "play an .smtp file without the window",
    "probe": "see what a server offers and how it encrypts",
    "diff": "compare two sessions, .smtp or log files",
    "auth": "print the AUTH string of a mechanism",
    "decode": "take a credential apart and say what is wrong with it",
    "explain": "say what a reply means and what to do about it",
    "practice": "run the practice server alone",
}

_USAGE = """\
smtp-tui [TARGET] [options]
       smtp-tui run FILE [TARGET …] [options]
       smtp-tui probe TARGET [options]
       smtp-tui diff FILE FILE [options]
       smtp-tui auth MECHANISM [options]
       smtp-tui decode TOKEN|- [options]
       smtp-tui explain REPLY|- [options]
       smtp-tui practice [options]"""

_HELP = f"""\
subcommands (each has its own --help):
{"".join(f"  {name:<10} {what}{chr(10)}" for name, what in _SUBCOMMANDS.items())}
TARGET is host, host:port, [v6]:port, smtp://… (plain), smtp+starttls://…, smtps://…,
lmtp://… or unix:/path; user@ may stand before the host. Port 465 means
implicit TLS, from the first octet, every other port STARTTLS, unless --tls says otherwise.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with these arguments (default: the process's), give the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no locale is a reason to stop
    if sys.stdin is None:  # closed by who started us
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    try:
        code = _leave_with(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()  # what cannot be written is found out here, not at the very end
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except OSError as error:
        if error.errno not in _OF_OUTPUT or error.filename is not None:
            raise
        _forget_output()
        return fail(f"the output cannot be written: {error.strerror}", USAGE)


def _leave_with(arguments: list[str]) -> int:
    """Do what the arguments ask for, and give the exit code."""
    try:
        with _ending_in_order():
            return _dispatch(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """While this lasts SIGTERM and SIGHUP end what goes on like an exit, so that it tidies up."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    asking = (signal.SIGTERM, signal.SIGHUP)
    taken = [each for each in asking if signal.getsignal(each) is signal.SIG_DFL]  # nohup holds
    for each in taken:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in taken:
            signal.signal(each, signal.SIG_DFL)


def _dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["run", *rest]:
            from smtp_tui import run

            return run.command(rest)
        case ["probe", *rest]:
            from smtp_tui import probe

            return probe.command(rest)
        case ["diff", *rest]:
            from smtp_tui import diff

            return diff.command(rest)
        case ["auth", *rest]:
            from smtp_tui import auth

            return auth.command(rest)
        case ["decode", *rest]:
            from smtp_tui import decode

            return decode.command(rest)
        case ["explain", *rest]:
            from smtp_tui import explain

            return explain.command(rest)
        case ["practice", *rest]:
            return _practice(rest)
        case _:
            return _window(arguments)


# The subcommands


def _practice(arguments: list[str]) -> int:
    from smtp_tui.practice.command import DEFAULT_STARTTLS_PORT, DEFAULT_TLS_PORT, serve
    from smtp_tui.practice.faults import FAULTS

    known = "".join(f"  {fault.value:<21}{facts.does}\n" for fault, facts in FAULTS.items())
    parser = Parser("practice", "Run the practice server alone.", f"faults:\n{known}")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the loopback address to listen on (%(default)s)"
    )
    parser.add_argument(
        "--starttls-port",
        type=port,
        default=DEFAULT_STARTTLS_PORT,
        metavar="PORT",
        help="the port for STARTTLS, 0 for any free one (%(default)s)",
    )
    parser.add_argument(
        "--tls-port",
        type=port,
        default=DEFAULT_TLS_PORT,
        metavar="PORT",
        help="the port for implicit TLS, 0 for any free one (%(default)s)",
    )
    add_faults(parser, "the faults are listed below")
    options = parser.read(arguments)
    return serve(options.host, options.starttls_port, options.tls_port, faults(options))


def _window(arguments: list[str]) -> int:
    gc.disable()  # until it is painted: what is made for it stays, there is nothing to collect
    parser = Parser("", "Open the terminal workbench for SMTP.", _HELP, _USAGE)
    parser.add_argument("--version", action="version", version=f"smtp-tui {__version__}")
    add_connection(parser)
    add_log(parser)
    parser.add_argument(
        "--open", metavar="FILE", type=file_name, help="show a script (.smtp) or a log (.jsonl)"
    )
    add_passwords(parser)
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        from smtp_tui.smtp.doubts.slips import did_you_mean

        if question := did_you_mean(arguments[0], _SUBCOMMANDS):
            parser.error(f"there is no subcommand {arguments[0]}: {question}")
    options = parser.read(arguments)
    if options.target in _SUBCOMMANDS:
        parser.error(f"write the subcommand first: smtp-tui {options.target} …")
    if options.practice and (options.target is not None or options.profile is not None):
        parser.error("--practice brings its own server: leave out the target and the profile")

    from smtp_tui.destination import find, without_server
    from smtp_tui.passwords import VARIABLE, PasswordError
    from smtp_tui.settings import SettingsError
    from smtp_tui.wire.target import TargetError

    wanted = asked(options)
    try:
        destination = find(wanted, os.environ)
    except (SettingsError, TargetError) as error:
        return fail(str(error))

    source = passwords(options)
    if source.stdin:
        parser.error("standard input is the keyboard here: use --password-command or --keyring")
    user, password = destination.user, ""
    if options.practice:
        from smtp_tui.practice.account import PRACTICE_ACCOUNT

        user = wanted.user or PRACTICE_ACCOUNT.user
    if user and (source.chosen or (source.in_environment and not options.practice)):
        try:
            password = source.read(user, destination.form.host)
        except PasswordError as error:
            return fail(str(error))

    if not sys.stdin.isatty():
        return fail("the workbench needs a terminal; smtp-tui run plays a script without one")

    for name in (VARIABLE, *_LOGS_OF_TEXTUAL):
        os.environ.pop(name, None)  # before anything reads them: children inherit, logs begin
    os.environ.setdefault(*PICTURES)  # what the person set holds
    if isinstance(sys.stderr, io.TextIOWrapper):  # on which the window is drawn
        sys.stderr.reconfigure(encoding="utf-8")  # what terminals speak, whatever the locale says

    from smtp_tui.workbench.app import Workbench
    from smtp_tui.workbench.ending import in_order

    workbench = Workbench(
        without_server(wanted, os.environ) if options.practice else destination.form,
        user=user,
        connect_at_once=wanted.target is not None,
        practice=options.practice,
        faults=wanted.faults,
        settings=destination.settings,
        profile=destination.profile,
        mechanism=destination.mechanism,
        password=password,
        log=options.log or "",
        file=options.open or "",
    )
    with in_order(workbench.leave):
        workbench.run()
    return workbench.return_code or 0


# Ends


def _forget_output() -> None:
    """Output goes nowhere: nothing must try to write the rest when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
