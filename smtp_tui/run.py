"""``smtp-tui run``: its options, and how each of its ends is told."""

from __future__ import annotations

from collections.abc import Sequence

from smtp_tui.arguments import (
    Parser,
    add_connection,
    add_log,
    add_passwords,
    asked,
    fail,
    output_file,
    passwords,
)

_HELP = """\
exit codes: 0 as expected, 1 not as expected, 2 usage, 3 could not connect,
4 TLS failed, 5 the server broke the protocol
"""


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("run", "Play an .smtp file without the window.", _HELP)
    parser.add_argument("file", metavar="FILE", help="the .smtp file; - is standard input")
    add_connection(parser, several=True)
    parser.add_argument("--json", action="store_true", help="report one JSON object a line")
    parser.add_argument(
        "--diff", action="store_true", help="show how the replies differ from the file's, text too"
    )
    _add_files(parser)
    add_passwords(parser)
    options = parser.read(arguments)

    # What playing takes to load is not loaded for --help.
    from smtp_tui.keeping import Paths
    from smtp_tui.passwords import PasswordError
    from smtp_tui.play import Request, RunError, run
    from smtp_tui.practice.listening import CannotListenError
    from smtp_tui.sasl.credentials import CredentialsError
    from smtp_tui.settings import SettingsError
    from smtp_tui.stage import StageError
    from smtp_tui.transcript.exports.formats import FormatError
    from smtp_tui.transcript.exports.saving import SaveError
    from smtp_tui.transcript.log_writer import LogError
    from smtp_tui.transcript.script import ScriptError
    from smtp_tui.wire.target import TargetError

    request = Request(
        file=options.file,
        asked=asked(options),
        targets=tuple(options.targets),
        practice=options.practice,
        json=options.json,
        diff=options.diff,
        password=passwords(options),
        paths=Paths(options.log or "", tuple(options.export), options.format, options.junit or ""),
    )
    try:
        return run(request)
    except ScriptError as error:
        return fail(f"{options.file}, {error}")
    except (
        FormatError,
        SaveError,
        LogError,
        RunError,
        StageError,
        PasswordError,
        CredentialsError,
        SettingsError,
        TargetError,
    ) as error:
        return fail(str(error))
    except CannotListenError as error:
        return fail(str(error), 3)


def _add_files(parser: Parser) -> None:
    add_log(parser)
    parser.add_argument(
        "--export",
        metavar="FILE",
        type=output_file,
        action="append",
        default=[],
        help="write the session, without secrets, to a file that ends in .smtp, .txt, .jsonl,"
        " .html or .svg; may be given more than once",
    )
    parser.add_argument(
        "--format",
        choices=("smtp", "text", "json", "html", "svg"),
        default="",
        help="the format of every --export, whatever its name ends in",
    )
    parser.add_argument(
        "--junit",
        metavar="FILE",
        type=output_file,
        help="write a report for a build server",
    )
