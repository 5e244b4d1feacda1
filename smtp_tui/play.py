"""Plays an .smtp file without the window, reports as it goes and gives the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from smtp_tui.destination import Asked
from smtp_tui.keeping import Keeping, Paths
from smtp_tui.passwords import PasswordSource
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.sasl.mechanisms import Secret
from smtp_tui.smtp import events as smtp
from smtp_tui.stage import Stage, stage
from smtp_tui.transcript import sentences
from smtp_tui.transcript.course import Check, Result
from smtp_tui.transcript.differences import Difference, difference
from smtp_tui.transcript.echoes import BARE
from smtp_tui.transcript.given import Given
from smtp_tui.transcript.json_report import JsonReport
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.placeholders import PLACEHOLDERS
from smtp_tui.transcript.player import PATIENCE, Player
from smtp_tui.transcript.script import Script, parse
from smtp_tui.transcript.script_file import octets
from smtp_tui.transcript.text_report import FAILED, MET, TextReport
from smtp_tui.wire.events import Event, Told

_NOTHING = Secret.NOTHING


class RunError(Exception):
    """The script cannot be played as asked: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to play and how; ``file`` is a path, or ``-`` for standard input.

    ``targets`` are the servers, in turn; without any the settings or ``--practice`` name one.
    ``diff`` asks for the replies that differ from the script also where only their text does.
    """

    file: str
    asked: Asked
    targets: tuple[str, ...] = ()
    practice: bool = False
    json: bool = False
    diff: bool = False
    password: PasswordSource = field(default_factory=PasswordSource)
    paths: Paths = field(default_factory=Paths)


def run(request: Request) -> int:
    """Play the file on each server and report as it goes; gives the worst of the exit codes.

    Raises ``RunError``, and the errors of stage, script, format, files, target, settings, password,
    credentials and practice server, whose texts are sentences.
    """
    if request.file == "-" and request.password.stdin:
        raise RunError("standard input cannot give both the script and the password")
    script = parse(_read(request.file))
    with ExitStack() as stack:
        stages = [
            stack.enter_context(
                stage(replace(request.asked, target=target), with_practice=request.practice)
            )
            for target in request.targets or (request.asked.target,)
        ]
        veil = Veil()
        given = Given()
        keeping = Keeping(request.file, script, request.paths, veil, _complain, given)
        stack.callback(keeping.close)
        identities = _identities(script, stages, request.password)
        for each in identities:
            if each is not None:
                veil.learn(each.password.encode("utf-8", "surrogateescape"), BARE)
        given.take(*(each.password for each in identities if each is not None))
        plays = [
            _Play(request, script, at, each, veil, keeping, several=len(stages) > 1)
            for at, each in zip(stages, identities, strict=True)
        ]
        results: list[Result] = []
        for play in plays:
            results.append(play.play())
            if results[-1].outcome.of_signal:
                break
        if len(plays) > 1 and not request.json:
            _summarise(stages, results, veil)
        return max(keeping.finish(), *(int(result.outcome) for result in results))


class _Play:
    """The play on one server."""

    def __init__(
        self,
        request: Request,
        script: Script,
        at: Stage,
        credentials: Credentials | None,
        veil: Veil,
        keeping: Keeping,
        *,
        several: bool,
    ) -> None:
        self._request = request
        self._script = script
        self._at = at
        self._credentials = credentials
        self._veil = veil
        self._keeping = keeping
        self._several = several
        self._differences: list[Difference] = []
        self._report = (
            JsonReport(_write, veil, at.target.place if several else "")
            if request.json
            else TextReport(_write, veil)
        )

    def play(self) -> Result:
        """Play it, report, and give the result."""
        number = self._keeping.begin(self._at.target.place)
        player = Player(
            self._script,
            self._at.target,
            watch=self._watch,
            veil=self._veil,
            credentials=self._credentials,
            patience=self._at.timeout or PATIENCE,
            number=number,
        )
        result = player.play()
        self._keeping.end(result)
        if self._request.diff:
            self._report.differences(self._differences)
        self._report.result(result)
        if result.outcome and not result.outcome.of_signal:
            place = self._veil.visible(self._at.target.place)
            sentence = _verdict(result, self._veil)
            named = not self._several or sentence.startswith(place)
            _complain(sentence if named else f"{place}: {sentence}")
        return result

    def _watch(self, event: Event, check: Check | None) -> None:
        self._keeping.take(event, check)
        match event:
            case Told(event=smtp.Reply() | smtp.Unsolicited() as reply) if check is not None:
                found = difference(check, reply, self._veil)
                if found is not None:
                    self._differences.append(found)
        self._report.event(event, check)


def _read(file: str) -> bytes:
    try:
        if file == "-":
            return octets(sys.stdin.buffer)
        with open(file, "rb") as stream:
            return octets(stream)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RunError(f"{file} cannot be read: {reason}") from None


def _identities(
    script: Script, stages: Sequence[Stage], source: PasswordSource
) -> list[Credentials | None]:
    """Who signs in on each server; a password that is the same everywhere is asked for once."""
    read: dict[tuple[str, str], str] = {}

    def password(at: Stage) -> str:
        key = (at.user, at.target.host) if source.keyring else ("", "")
        if key not in read:
            read[key] = source.read(at.user, at.target.host)
        return read[key]

    found: list[Credentials | None] = []
    for at in stages:
        wanted = _wanted(script, at)
        if wanted is None:
            found.append(None)
        elif wanted is _NOTHING:
            found.append(Credentials(at.user, ""))
        elif at.practice is not None and not source.chosen:  # nobody has to be asked for these
            known = {Secret.PASSWORD: at.practice.password, Secret.TOKEN: at.practice.token}
            found.append(Credentials(at.user, known[wanted]))
        else:
            found.append(Credentials(at.user, password(at)))
    return found


def _wanted(script: Script, at: Stage) -> Secret | None:
    """The kind of secret that the placeholders need; None for a script without any."""
    names = script.placeholders
    if not names:
        return None
    if not at.user and any(PLACEHOLDERS[name].needs_user for name in names):
        raise RunError(f"the script uses {{{names[0]}}}: say who signs in with --user")
    kinds = (PLACEHOLDERS[name].secret for name in names)
    return next((kind for kind in kinds if kind is not _NOTHING), _NOTHING)


def _verdict(result: Result, veil: Veil) -> str:
    if result.trouble:
        return veil.visible(result.trouble)
    first, *more = result.failures
    sentence = sentences.failure(first, veil)
    return f"{sentence} (and {len(more)} more)" if more else sentence


def _summarise(stages: Sequence[Stage], results: Sequence[Result], veil: Veil) -> None:
    """One line a server, at the end."""
    places = [veil.visible(at.target.place) for at in stages]
    width = max(len(place) for place in places)
    for place, result in zip(places, results, strict=False):  # one may be the last by a signal
        tick = FAILED if result.outcome else MET
        _write(f"{tick} {place:<{width}}  {sentences.total(result)}")


def _complain(sentence: str) -> None:
    print(f"smtp-tui: {sentence}", file=sys.stderr)


def _write(line: str) -> None:
    print(line, flush=True)
