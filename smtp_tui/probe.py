"""``smtp-tui probe``: its options, and what one polite session with a server showed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from smtp_tui.arguments import Parser, add_connection, add_log, asked, fail

if TYPE_CHECKING:
    from smtp_tui.stage import Stage
    from smtp_tui.transcript.survey import Survey
    from smtp_tui.wire.events import Event

_HELP = """\
One connection: greeting, EHLO, STARTTLS, EHLO again, QUIT. Nothing is mailed, nobody signs in.
--timeout bounds connecting, the handshake and each reply (default: 30, 30 and 60 seconds).

exit codes: 0 as expected, 1 the server refused or stopped, 2 usage, 3 could not connect,
4 TLS failed or is not offered, 5 the server broke the protocol
"""


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("probe", "See what a server offers and how it encrypts.", _HELP)
    add_connection(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_log(parser)
    options = parser.read(arguments)

    # What probing takes to load is not loaded for --help.
    from smtp_tui.practice.listening import CannotListenError
    from smtp_tui.settings import SettingsError
    from smtp_tui.stage import StageError, stage
    from smtp_tui.transcript.log_writer import LogError
    from smtp_tui.wire.target import TargetError

    try:
        with stage(asked(options), with_practice=options.practice) as at:
            survey = _survey(at, options.log or "")
    except (StageError, SettingsError, TargetError, LogError) as error:
        return fail(str(error))
    except CannotListenError as error:
        return fail(str(error), 3)
    _report(survey, as_json=options.json)
    if survey.outcome:
        return fail(survey.error, int(survey.outcome))
    return 0


def _survey(at: Stage, log: str) -> Survey:
    from smtp_tui.transcript.log_writer import LogWriter
    from smtp_tui.transcript.surveyor import PATIENCE, Surveyor

    watchers: list[Callable[[Event], None]] = []
    with ExitStack() as stack:
        if log:
            writer = LogWriter(
                log, lambda sentence: print(f"smtp-tui: {sentence}", file=sys.stderr)
            )
            stack.callback(writer.close)
            watchers.append(writer.take)
        if sys.stderr.isatty():
            from smtp_tui.probe_progress import progress

            watchers.append(stack.enter_context(progress(at.target)))

        def watch(event: Event) -> None:
            for each in watchers:
                each(event)

        return Surveyor(at.target, patience=at.timeout or PATIENCE, watch=watch).survey()


def _report(survey: Survey, *, as_json: bool) -> None:
    if as_json:
        import json

        from smtp_tui.transcript.survey_json import document

        print(json.dumps(document(survey)), flush=True)
        return
    from smtp_tui.probe_report import Paper, show

    show(survey, Paper(highlight=False, markup=False, emoji=False))
