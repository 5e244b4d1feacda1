"""``smtp-tui diff``: two sessions compared, exchange by exchange."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smtp_tui.arguments import Parser, fail

if TYPE_CHECKING:
    from smtp_tui.transcript.comparison import Exchange, Pair
    from smtp_tui.transcript.script import Script

_HELP = """\
A file is a script (.smtp) or a log (--log, --export FILE.jsonl), of which the newest
connection is taken. Replies differ by reply code or enhanced status code.
exit codes: 0 no difference, 1 differences, 2 usage
"""
_MARKS = ("- ", "+ ")
_MOST_MESSAGE = 3


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("diff", "Compare two sessions and show the replies that differ.", _HELP)
    parser.add_argument("first", metavar="FILE", help="a script or a log file")
    parser.add_argument("second", metavar="FILE", help="another one")
    parser.add_argument("--text", action="store_true", help="let other words be a difference, too")
    parser.add_argument("--json", action="store_true", help="one JSON object a pair of exchanges")
    options = parser.read(arguments)

    from smtp_tui.transcript.comparison import Verdict, compare
    from smtp_tui.transcript.script import ScriptError
    from smtp_tui.transcript.side import of_file

    scripts: list[Script] = []
    for file in (options.first, options.second):
        try:
            side = of_file(Path(file))
            scripts.append(side.script)
            if side.remark:
                print(f"smtp-tui: {side.name}: {side.remark}", file=sys.stderr)
        except ScriptError as error:
            return fail(f"{file}, {error}")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return fail(f"{file} cannot be read: {reason}")
    pairs = compare(*scripts)
    other = [
        pair
        for pair in pairs
        if pair.verdict.differs or (options.text and pair.verdict is Verdict.OTHER_TEXT)
    ]
    if options.json:
        for pair in pairs:
            print(json.dumps(_object(pair)))
    else:
        for pair in other:
            print("\n".join(_lines(pair)))
        print(_total(len(other), len(pairs)))
    return 1 if other else 0


def _total(differing: int, pairs: int) -> str:
    from smtp_tui.smtp.amounts import counted

    if not differing:
        return "no difference"
    verb = "differs" if differing == 1 else "differ"
    return f"{differing:,} of {counted(pairs, 'exchange')} {verb}"


def _lines(pair: Pair) -> Iterator[str]:
    """A pair for a person: what was said, and under it both replies."""
    from smtp_tui.transcript.comparison import Verdict

    match pair.verdict:
        case Verdict.ONLY_LEFT | Verdict.ONLY_RIGHT:
            mark = _MARKS[pair.left is None]
            yield from (mark + line for line in (*_said(pair), *_replies(pair.left or pair.right)))
        case _:
            yield from (f"  {line}" for line in _said(pair))
            for mark, exchange in zip(_MARKS, (pair.left, pair.right), strict=True):
                yield from (mark + line for line in _replies(exchange))


def _said(pair: Pair) -> list[str]:
    from smtp_tui.smtp.amounts import counted
    from smtp_tui.smtp.visible import visible
    from smtp_tui.transcript.comparison import GREETING, UNASKED

    exchange = pair.left or pair.right
    said = exchange.said if exchange is not None else ()
    if said in ((GREETING,), (UNASKED,)):
        return []
    lines = [f"C: {visible(line)}" for line in said]
    if len(lines) > _MOST_MESSAGE:
        lines[_MOST_MESSAGE:] = [f"   … and {counted(len(said) - _MOST_MESSAGE, 'line')} more"]
    return lines


def _replies(exchange: Exchange | None) -> list[str]:
    from smtp_tui.smtp.visible import visible

    lines: list[str] = []
    for reply in exchange.replies if exchange is not None else ():
        lines += [f"S: {reply.pattern}-{visible(text)}" for text in reply.texts[:-1]]
        lines.append(f"S: {reply.pattern} {visible(reply.texts[-1])}".rstrip())
    return lines or ["(no reply)"]


def _object(pair: Pair) -> dict[str, object]:
    """A pair for a program; a side is null where it has no such exchange."""

    def side(exchange: Exchange | None) -> list[str] | None:
        return None if exchange is None else _replies(exchange)

    return {
        "said": _said(pair),
        "verdict": pair.verdict.name.lower(),
        "first": side(pair.left),
        "second": side(pair.right),
    }
