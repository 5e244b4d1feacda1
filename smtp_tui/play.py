"""Plays an .smtp file without the window, reports as it goes and gives the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from smtp_tui.destination import Asked, find, practice
from smtp_tui.passwords import PasswordSource
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.sasl.mechanisms import Secret
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
from smtp_tui.wire.target import Target

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


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a script is played, and as whom; the password is read only if a script needs it.

    ``known`` are secrets that nobody has to be asked for.
    """

    target: Target
    patience: float
    user: str = field(repr=False)
    known: Mapping[Secret, str] = field(default_factory=dict, repr=False)


def run(request: Request) -> int:
    """Play the file and report as it goes.

    Raises ``RunError``, and the errors of script, target, settings, password, credentials and
    practice server, whose texts are sentences.
    """
    if request.file == "-" and request.password.stdin:
        raise RunError("standard input cannot give both the script and the password")
    script = parse(_read(request.file))
    with _stage(request) as stage:
        credentials = _credentials(script, stage, request.password)
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
            stage.target,
            watch=watch,
            veil=veil,
            credentials=credentials,
            patience=stage.patience,
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


@contextmanager
def _stage(request: Request) -> Iterator[_Stage]:
    if not request.practice:
        yield _server(request.asked)
        return
    from smtp_tui.practice.server import PracticeServer

    wanted = request.asked
    if wanted.target is not None or wanted.profile is not None:
        raise RunError("--practice brings its own server: leave out the target and the profile")
    with PracticeServer() as server:
        at = server.address
        target = practice(wanted, at.host, at.starttls_port, at.tls_port, at.ca_file)
        known = (
            {}
            if request.password.chosen
            else {
                Secret.PASSWORD: at.password,
                Secret.TOKEN: at.token,
            }
        )
        yield _Stage(target, wanted.timeout or PATIENCE, wanted.user or at.user, known)


def _server(wanted: Asked) -> _Stage:
    destination = find(wanted, os.environ)
    for problem in destination.problems:
        print(f"smtp-tui: ignored: {problem}", file=sys.stderr)
    if destination.target is None:
        raise RunError("there is no server to connect to: name a target or use --practice")
    target = destination.target
    return _Stage(target, destination.timeout or PATIENCE, destination.user)


def _credentials(script: Script, stage: _Stage, source: PasswordSource) -> Credentials | None:
    """What fills the placeholders; None for a script without any."""
    names = script.placeholders
    if not names:
        return None
    if not stage.user and any(PLACEHOLDERS[name].needs_user for name in names):
        raise RunError(f"the script uses {{{names[0]}}}: say who signs in with --user")
    if not any(PLACEHOLDERS[name].needs_password for name in names):
        return Credentials(stage.user, "")
    wanted = next(each for name in names if (each := PLACEHOLDERS[name].secret) is not _NOTHING)
    password = stage.known.get(wanted)
    if password is None:
        password = source.read(stage.user, stage.target.host)
    return Credentials(stage.user, password)


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
