"""``smtp-tui explain``: says what a reply means and what to do about it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Sequence

from smtp_tui.arguments import USAGE, Parser, fail
from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.explain import ANSWERED, Explanation, Suggestion, explain
from smtp_tui.smtp.provider_notes import Note
from smtp_tui.smtp.quoted import Quoted, find
from smtp_tui.smtp.visible import visible

_WIDTH = 92
_MOST = 1024 * 1024
"""Characters read of standard input."""
_SHOWN = 8
"""Lines of the reply that are repeated, of each so many characters:"""
_LONGEST = 400

_HELP = """\
REPLY is what a server answered, with or without its enhanced status code, or a code alone: 550 or
5.7.8. - reads it, all its lines, from standard input; a whole log may be given, whose first
refusal is explained.

exit codes: 0 explained, 2 there is no reply code in it
"""


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("explain", "Say what a reply means and what to do about it.", _HELP)
    parser.add_argument("words", metavar="REPLY", nargs="+", help="the reply; - is standard input")
    parser.add_argument(
        "--verb", default="", help="the command it answers, as RCPT; greeting, auth and body too"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.read(arguments)

    quoted = find(_read() if options.words == ["-"] else " ".join(options.words))
    if quoted is None:
        return fail("there is no reply code in that: give it as 550, 5.7.8 or 535-5.7.8 …", USAGE)
    verb = _verb(options.verb) or quoted.verb
    found = explain(quoted.code, quoted.enhanced, quoted.lines, verb)
    if options.json:
        print(json.dumps(_object(found), ensure_ascii=False))
    else:
        for line in _report(found, quoted):
            print(line)
    return 0


def _read() -> str:
    if sys.stdin.isatty():
        print("Paste the reply, then ctrl+d on a line of its own.", file=sys.stderr)
    from smtp_tui.transcript.json_dialogue import dialogue

    return dialogue(sys.stdin.buffer.read(_MOST).decode("utf-8", "replace"))


def _verb(name: str) -> bytes:
    verb = name.strip().upper()
    if verb in ("GREETING", "BODY") or verb.startswith("("):
        return f"({verb.strip('()').lower()})".encode("ascii", "replace")
    return verb.encode("ascii", "replace")


# As text


def _report(found: Explanation, quoted: Quoted) -> Iterator[str]:
    yield f"{found.title}: {found.outcome}"
    said = any(text.strip(b" .") != (quoted.enhanced or "").encode() for text in quoted.lines)
    if said:
        yield from _repeated(quoted)
    yield ""
    yield from _codes(found)
    if not said and not found.verb and found.basic is not None:
        for verb, meaning in found.basic.by_verb:
            answered = ANSWERED.get(verb, verb)
            yield from _wrapped(f"as the answer to {answered}: {meaning}", "  · ", "    ")
    for sentence in (*found.contradictions, *_mixed(quoted)):
        yield ""
        yield from _wrapped(sentence, "  ✗ ", "    ")
    for note in found.notes:
        yield ""
        yield from _note(note)
    if found.suggestion is not None and (words := _in_the_window(found.suggestion)):
        yield ""
        yield from _wrapped(words, "  In the window: ", "    ")


def _repeated(quoted: Quoted) -> Iterator[str]:
    """The reply that is explained, of a long one the head."""
    for text in quoted.lines[:_SHOWN]:
        yield f"  │ {visible(text[:_LONGEST])}"
    if len(quoted.lines) > _SHOWN:
        yield f"  │ … {counted(len(quoted.lines) - _SHOWN, 'more line')}"


def _codes(found: Explanation) -> Iterator[str]:
    width = max(len(code) for code, _ in found.rows)
    for code, words in found.rows:
        yield from _wrapped(words, f"  {code:<{width}}  ", " " * (width + 4))


def _mixed(quoted: Quoted) -> Iterator[str]:
    codes = dict.fromkeys(quoted.codes)
    if len(codes) > 1:
        yield f"The lines of the reply have different codes: {', '.join(map(str, codes))}."


def _note(note: Note) -> Iterator[str]:
    named = note.provider.partition(" ")[0] in note.meaning
    yield from _wrapped(note.meaning if named else f"{note.provider}: {note.meaning}", "  ")
    yield from _wrapped(note.todo, "  → ", "    ")
    yield from _wrapped(f"source: {note.source}", "    ")
    if note.url:
        yield f"    {note.url}"


def _in_the_window(suggestion: Suggestion) -> str:
    """What to press or type there, the keys as they are by default."""
    if suggestion.line:
        return suggestion.line
    from smtp_tui.workbench.actions import ACTIONS

    action = ACTIONS.get(suggestion.action)
    return f"{action.keys.split(',')[0]} ({action.title})" if action is not None else ""


def _wrapped(text: str, indent: str, rest: str | None = None) -> list[str]:
    """The text in lines, "RFC" and its number never apart."""
    lines = textwrap.wrap(
        text.replace("RFC ", "RFC\xa0"), _WIDTH,
        initial_indent=indent, subsequent_indent=indent if rest is None else rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\xa0", " ") for line in lines]


# As JSON


def _object(found: Explanation) -> dict[str, object]:
    basic, status, suggestion = found.basic, found.status, found.suggestion
    return {
        "code": basic.code if basic is not None else None,
        "enhanced": status.code if status is not None else None,
        "verb": found.verb or None,
        "outcome": found.outcome,
        "hint": found.hint or None,
        "basic": None
        if basic is None
        else {"text": basic.text or None, "about": basic.about or None, "rfc": basic.rfc or None},
        "status": None
        if status is None
        else {
            "outcome": status.outcome,
            "subject": status.subject or None,
            "name": status.name or None,
            "text": status.text or None,
            "rfc": status.rfc or None,
        },
        "notes": [
            {
                "provider": note.provider or None,
                "meaning": note.meaning,
                "todo": note.todo,
                "source": note.source,
                "url": note.url or None,
                "action": note.action or None,
                "line": note.line or None,
            }
            for note in found.notes
        ],
        "contradictions": list(found.contradictions),
        "suggestion": None
        if suggestion is None
        else {
            "text": suggestion.text,
            "action": suggestion.action or None,
            "line": suggestion.line or None,
        },
    }
