"""``smtp-tui probe``: its options, and what one polite session with a server showed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtp_tui.arguments import Parser, add_connection, asked, fail

if TYPE_CHECKING:
    from smtp_tui.stage import Stage
    from smtp_tui.transcript.survey import Survey

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
    options = parser.read(arguments)

    # What probing takes to load is not loaded for --help.
    from smtp_tui.practice.listening import CannotListenError
    from smtp_tui.settings import SettingsError
    from smtp_tui.stage import StageError, stage
    from smtp_tui.wire.target import TargetError

    try:
        with stage(asked(options), with_practice=options.practice) as at:
            survey = _survey(at)
    except (StageError, SettingsError, TargetError) as error:
        return fail(str(error))
    except CannotListenError as error:
        return fail(str(error), 3)
    _report(survey, as_json=options.json)
    if survey.outcome:
        return fail(survey.error, int(survey.outcome))
    return 0


def _survey(at: Stage) -> Survey:
    from smtp_tui.transcript.surveyor import PATIENCE, Surveyor

    patience = at.timeout or PATIENCE
    if not sys.stderr.isatty():
        return Surveyor(at.target, patience=patience).survey()
    from smtp_tui.probe_progress import progress

    with progress(at.target) as watch:
        return Surveyor(at.target, patience=patience, watch=watch).survey()


def _report(survey: Survey, *, as_json: bool) -> None:
    if as_json:
        import json

        from smtp_tui.transcript.survey_json import document

        print(json.dumps(document(survey)), flush=True)
        return
    from rich.console import Console

    from smtp_tui.probe_report import show

    show(survey, Console(highlight=False, markup=False, emoji=False))
