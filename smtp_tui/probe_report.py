"""A survey for people: tables that fit the terminal, plain text in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.extensions import Extension, Extensions, meaning
from smtp_tui.smtp.remarks import Kind, remarks
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.survey import Survey
from smtp_tui.transcript.timings import Outcome, Span, Step, Timings
from smtp_tui.transcript.waterfall import draw, duration
from smtp_tui.transcript.wording import MODES
from smtp_tui.wire.target import TlsMode

_MOST_KEYWORDS = 60
_MOST_MECHANISMS = 20
_MOST_LINES = 10
_LONGEST = 200
_MOST_ALARMS = 10
_ROOMY = 100
"""Columns from which on the documents are named beside what they define."""

_QUIET = "dim"
_REMARKS = {
    Kind.GOOD: ("✓", "green"),
    Kind.NOTE: ("·", _QUIET),
    Kind.WARNING: ("!", "yellow"),
}
_MARKS = {
    Outcome.BUSY: ("▤", ""),
    Outcome.DONE: ("■", "green"),
    Outcome.REFUSED: ("✗", "red"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.DROPPED: ("□", _QUIET),
}
_BARS = {Step.LOOKUP: "blue", Step.CONNECT: "blue", Step.HANDSHAKE: "green"}


class Paper(Console):
    """The terminal or file it is printed on; that its reader left is told to the caller."""

    def on_broken_pipe(self) -> None:
        """Raises what the other subcommands meet then, in place of an exit code of Rich's own."""
        raise BrokenPipeError


def show(survey: Survey, console: Console) -> None:
    """Print the whole report."""
    from smtp_tui.probe_tls import tls_section

    console.print(_heading(survey))
    _section(console, "Greeting", _greeting(survey.greeting))
    _section(console, "Alarms", _alarms(survey))
    _section(console, "Capabilities", _capabilities(survey, roomy=console.width >= _ROOMY))
    if survey.offered is not None:
        _section(console, "Authentication", _authentication(survey))
    if survey.target.tls is not TlsMode.NONE:
        _section(console, "TLS", tls_section(survey))
    _section(console, "Remarks", _remarks(survey))
    _section(console, "Times", _times(survey.timings, console.width - 2))


def _section(console: Console, title: str, parts: Iterable[RenderableType]) -> None:
    """A titled part of the report; nothing at all where there is nothing to say."""
    parts = list(parts)
    if not parts:
        return
    console.print()
    console.print(Text(title, "bold"))
    for part in parts:
        console.print(Padding(part, (0, 0, 0, 2), expand=False))


def _heading(survey: Survey) -> Text:
    target = survey.target
    words = [MODES[target.tls]]
    if survey.address and survey.address != target.place:
        words.append(visible(survey.address))
    if target.tls is not TlsMode.NONE and not target.verify:
        words.append("certificate not checked")
    return Text.assemble((visible(target.place), "bold"), "  ", (" · ".join(words), _QUIET))


def _greeting(reply: smtp.Reply | None) -> Iterator[Text]:
    if reply is None:
        return
    for line in reply.lines[:_MOST_LINES]:
        yield Text(f"{reply.code} {_short(line)}")
    if len(reply.lines) > _MOST_LINES:
        yield Text(f"… {counted(len(reply.lines) - _MOST_LINES, 'more line')}", _QUIET)


def _alarms(survey: Survey) -> Iterator[Text]:
    for alarm in survey.alarms[:_MOST_ALARMS]:
        yield Text.assemble(("! ", "bold red"), (visible(alarm.text), "red"))
        if alarm.data:
            yield Text(f"  {_short(alarm.data)}")


def _remarks(survey: Survey) -> Iterator[RenderableType]:
    table = _grid()
    for remark in remarks(survey.before_tls, survey.after_tls, None):
        mark, style = _REMARKS[remark.kind]
        rfc = (f"  {remark.rfc}", _QUIET) if remark.rfc else ""
        table.add_row(Text(mark, style), Text.assemble(remark.text, rfc))
    for note in survey.notes:
        table.add_row(Text("·", _QUIET), Text(visible(note)))
    if table.row_count:
        yield table


def _sides(survey: Survey) -> list[Extensions]:
    """What was offered, in clear and inside TLS, as far as it was asked for."""
    return [side for side in (survey.before_tls, survey.after_tls) if side is not None]


# Capabilities


def _capabilities(survey: Survey, *, roomy: bool) -> Iterator[RenderableType]:
    sides = _sides(survey)
    keywords = list(dict.fromkeys(keyword for side in sides for keyword in side))
    if survey.hello == "HELO":
        yield Text("None are named in reply to HELO.", _QUIET)
    elif sides and not keywords:
        yield Text("None.", _QUIET)
    if not keywords:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=_QUIET)
    table.add_column("keyword", overflow="fold", max_width=24)
    names = ["before TLS", "after TLS"] if len(sides) == 2 else ["arguments"]
    for name in names:
        table.add_column(name, overflow="fold", max_width=26)
    table.add_column("meaning", overflow="fold")
    for keyword in keywords[:_MOST_KEYWORDS]:
        entries = [side.get(keyword) for side in sides]
        table.add_row(*_row(keyword, entries, roomy=roomy))
    yield table
    if len(keywords) > _MOST_KEYWORDS:
        yield Text(f"… {len(keywords) - _MOST_KEYWORDS:,} more", _QUIET)


def _row(keyword: str, entries: list[Extension | None], *, roomy: bool) -> Iterator[Text]:
    kept = len({entry.arguments if entry else None for entry in entries}) == 1
    yield Text(_short(keyword) or "(empty)", "" if kept else "bold")
    for entry in entries:
        if entry is None:
            yield Text("–", _QUIET)
        else:
            yield Text(_short(" ".join(entry.arguments)) or "✓", "" if kept else "bold")
    known = meaning(next(entry for entry in reversed(entries) if entry is not None))
    if known is None or keyword == "AUTH":
        yield Text("mechanisms to sign in with" if keyword == "AUTH" else "", _QUIET)
    else:
        yield Text.assemble(known.text, (f"  {known.rfc}" if roomy else "", _QUIET))


def _authentication(survey: Survey) -> Iterator[RenderableType]:
    """Each mechanism: where it is offered, and what it is worth."""
    sides = _sides(survey)
    names = list(dict.fromkeys(name for side in sides for name in side.mechanisms))
    if not names:
        yield Text("Not offered.", _QUIET)
        return
    table = _grid()
    for name in names[:_MOST_MECHANISMS]:
        offered = _where([name in side.mechanisms for side in sides])
        table.add_row(Text(_short(name)), Text(offered, _QUIET), _merit(name))
    yield table
    if len(names) > _MOST_MECHANISMS:
        yield Text(f"… {len(names) - _MOST_MECHANISMS:,} more", _QUIET)


def _where(offered: list[bool]) -> str:
    match offered:
        case [True, False]:
            return "before TLS only"
        case [False, True]:
            return "after TLS only"
    return ""


def _merit(name: str) -> Text:
    known = MECHANISMS.get(name)
    if known is None:
        return Text("")
    return Text.assemble((known.merit, _QUIET), ("  historic", "yellow") if known.historic else "")


# Times


def _times(timings: Timings, width: int) -> Iterator[RenderableType]:
    if not timings.spans or timings.ended is None:
        return
    cells = max(10, min(60, (width - 26) // 2))
    fall = draw(timings, timings.ended, cells)
    table = _grid()
    for least in (1, 10, cells, 8):
        table.add_column(no_wrap=True, min_width=least)
    table.add_column(overflow="fold")
    table.add_row("", "", Text(fall.axis, _QUIET), "", "")
    for bar in fall.bars:
        span = bar.span
        mark, style = _MARKS[span.outcome]
        colour = style if style in ("red", _QUIET) else _BARS.get(span.step, "cyan")
        table.add_row(
            Text(mark, style),
            Text(span.name),
            Text(" " * bar.indent + bar.blocks, colour),
            Text(duration(span.seconds(timings.ended)), justify="right"),
            _words(span, timings.ended),
        )
    yield table


def _words(span: Span, now: float) -> Text:
    text = "" if span.text == "connected" else span.text
    words = [visible(word) for word in (span.subject, text, span.remark(now)) if word]
    return Text(" · ".join(words), _QUIET if span.outcome is not Outcome.FAILED else "red")


def _grid() -> Table:
    return Table.grid(padding=(0, 2, 0, 0))


def _short(text: str | bytes) -> str:
    shown = visible(text[:_LONGEST])
    return f"{shown}…" if len(text) > _LONGEST else shown
