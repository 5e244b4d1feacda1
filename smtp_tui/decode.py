"""``smtp-tui decode``: takes a credential apart and says what is wrong with it."""

from __future__ import annotations

import getpass
import json
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from smtp_tui.arguments import Parser, fail
from smtp_tui.sasl.diagnosis import Diagnosis, Part, Severity
from smtp_tui.sasl.doctor import LONGEST, diagnose
from smtp_tui.smtp.visible import visible

_WIDTH = 92
_TERMINAL_LINE = 4095
"""Characters a terminal passes of one line; the rest of a longer one is lost."""

_MARKS = {Severity.WRONG: "✗", Severity.DOUBTFUL: "!", Severity.NOTE: "·"}
_DOTS = "••••••••"


_HELP = """\
A TOKEN on the command line can be read by every user of this machine while it runs, and stays in
the shell's history: prefer -, which reads standard input, and asks at a terminal without showing.

exit codes: 0 the string is right, 1 something is wrong with it, 2 usage
"""


class DecodeError(Exception):
    """There is nothing to take apart: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to take apart: the words of the command line, or ``-`` for standard input."""

    words: tuple[str, ...] = field(repr=False)
    reveal: bool = False
    json: bool = False


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("decode", "Take a credential apart and say what is wrong.", _HELP)
    parser.add_argument(
        "words", metavar="TOKEN", nargs="+", help="Base64 or an AUTH line; - is standard input"
    )
    parser.add_argument("--reveal", action="store_true", help="show what is secret")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.read(arguments)

    try:
        return decode(Request(tuple(options.words), options.reveal, options.json))
    except DecodeError as error:
        return fail(str(error))


def decode(request: Request) -> int:
    """Print the diagnosis; 0 if the string is right, 1 if something is wrong with it.

    Raises ``DecodeError``.
    """
    text = _read() if request.words == ("-",) else " ".join(request.words)
    diagnosis = diagnose(text, time.time())
    if request.json:
        print(json.dumps(_object(diagnosis, request.reveal), ensure_ascii=False))
    else:
        for line in _report(diagnosis, request.reveal):
            print(line)
    return 0 if diagnosis.right else 1


def _read() -> str:
    if not sys.stdin.isatty():
        from smtp_tui.transcript.json_dialogue import dialogue

        data = sys.stdin.buffer.read(4 * LONGEST + 1)
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        return dialogue(data.decode(encoding, "replace"))
    try:
        text = getpass.getpass("Base64 string or AUTH line (not shown): ")
    except EOFError:
        print(file=sys.stderr)  # the prompt's line goes on
        text = ""
    if len(text) >= _TERMINAL_LINE:
        raise DecodeError("a terminal cuts a line this long: give it from a file, with <")
    return text


# As text


def _report(diagnosis: Diagnosis, reveal: bool) -> Iterator[str]:
    yield diagnosis.verdict
    if diagnosis.parts:
        yield ""
        width = max(len(part.kind) for part in diagnosis.parts)
        for part in diagnosis.parts:
            yield f"  {part.kind:<{width}}  {_shown(part, reveal)}"
    for finding in diagnosis.findings:
        yield ""
        yield from _wrapped(f"{_MARKS[finding.severity]} {finding.sentence}", "  ")
        yield from _wrapped(finding.remedy, "    ")
    if diagnosis.corrected is not None:
        yield ""
        yield from _corrected(diagnosis, diagnosis.corrected, reveal)


def _shown(part: Part, reveal: bool) -> str:
    if not part.octets:
        return "∅"
    if part.secret and not reveal:
        return f"{_DOTS} {part.size}"
    return visible(part.octets)


def _corrected(diagnosis: Diagnosis, text: str, reveal: bool) -> Iterator[str]:
    yield "Corrected:" if diagnosis.certain else "Corrected, if that is what was meant:"
    if reveal:
        for line in text.split("\n"):
            yield f"  {visible(line)}"
    else:
        yield f"  {_DOTS} {len(text)} characters; --reveal shows them"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent.ljust(4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


# As JSON


def _object(diagnosis: Diagnosis, reveal: bool) -> dict[str, object]:
    """The diagnosis as one object; what is hidden is null."""
    return {
        "mechanism": diagnosis.mechanism or None,
        "right": diagnosis.right,
        "from_server": diagnosis.from_server,
        "parts": [
            {
                "kind": part.kind,
                "octets": len(part.octets),
                "secret": part.secret,
                "text": visible(part.octets) if reveal or not part.secret else None,
            }
            for part in diagnosis.parts
        ],
        "findings": [
            {
                "severity": finding.severity.value,
                "sentence": finding.sentence,
                "remedy": finding.remedy,
            }
            for finding in diagnosis.findings
        ],
        "correctable": diagnosis.corrected is not None,
        "certain": diagnosis.certain,
        "corrected": diagnosis.corrected if reveal else None,
    }
