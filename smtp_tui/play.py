"""Plays an .smtp file without the window, reports as it goes and gives the exit code."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from smtp_tui.destination import Asked
from smtp_tui.passwords import PasswordSource
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.sasl.mechanisms import Secret
from smtp_tui.stage import Stage, stage
from smtp_tui.transcript import sentences
from smtp_tui.transcript.course import Check, Result
from smtp_tui.transcript.json_report import JsonReport
from smtp_tui.transcript.log_writer import LogWriter
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.placeholders import PLACEHOLDERS
from smtp_tui.transcript.player import PATIENCE, Player
from smtp_tui.transcript.script import Script, parse
from smtp_tui.transcript.text_report import TextReport
from smtp_tui.wire.events import Event

_NOTHING = Secret.NOTHING


class RunError(Exception):
    """The script cannot be played as asked: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to play and how; ``file`` is a path, or ``-`` for standard input."""

    file: str
    asked: Asked
    practice: bool = False
    json: bool = False
    password: PasswordSource = field(default_factory=PasswordSource)
    log: str | None = None


def run(request: Request) -> int:
    """Play the file and report as it goes.

    Raises ``RunError``, and the errors of stage, script, target, settings, password, credentials
    and practice server, whose texts are sentences.
    """
    if request.file == "-" and request.password.stdin:
        raise RunError("standard input cannot give both the script and the password")
    script = parse(_read(request.file))
    with stage(request.asked, with_practice=request.practice) as at:
        credentials = _credentials(script, at, request.password)
        veil = Veil()
        if credentials is not None:
            veil.learn(credentials.password.encode("utf-8", "surrogateescape"), "password")
        report = (JsonReport if request.json else TextReport)(_write, veil)
        log = LogWriter(request.log, _complain) if request.log else None

        def watch(event: Event, check: Check | None) -> None:
            if log is not None:
                log.take(event)
            report.event(event, check)

        player = Player(
            script,
            at.target,
            watch=watch,
            veil=veil,
            credentials=credentials,
            patience=at.timeout or PATIENCE,
        )
        try:
            result = player.play()
        finally:
            if log is not None:
                log.close()
        report.result(result)
        if result.outcome:
            print(f"smtp-tui: {_verdict(result, veil)}", file=sys.stderr)
        return int(result.outcome)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RunError(f"{file} cannot be read: {reason}") from None


def _credentials(script: Script, at: Stage, source: PasswordSource) -> Credentials | None:
    """What fills the placeholders; None for a script without any."""
    names = script.placeholders
    if not names:
        return None
    if not at.user and any(PLACEHOLDERS[name].needs_user for name in names):
        raise RunError(f"the script uses {{{names[0]}}}: say who signs in with --user")
    if not any(PLACEHOLDERS[name].needs_password for name in names):
        return Credentials(at.user, "")
    wanted = next(each for name in names if (each := PLACEHOLDERS[name].secret) is not _NOTHING)
    if at.practice is not None and not source.chosen:  # nobody has to be asked for these
        known = {Secret.PASSWORD: at.practice.password, Secret.TOKEN: at.practice.token}
        return Credentials(at.user, known[wanted])
    return Credentials(at.user, source.read(at.user, at.target.host))


def _verdict(result: Result, veil: Veil) -> str:
    if result.trouble:
        return veil.visible(result.trouble)
    first, *more = result.failures
    sentence = sentences.failure(first, veil)
    return f"{sentence} (and {len(more)} more)" if more else sentence


def _complain(sentence: str) -> None:
    print(f"smtp-tui: {sentence}", file=sys.stderr)


def _write(line: str) -> None:
    print(line, flush=True)
