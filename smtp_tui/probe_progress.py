"""While a probe waits: one line on the terminal that says what for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.timings import Span, Step, Timings, advance
from smtp_tui.wire.events import Event, Note
from smtp_tui.wire.target import Target


@contextmanager
def progress(target: Target) -> Iterator[Callable[[Event], None]]:
    """Shows the line on standard error; gives what has to be told every event."""
    console = Console(stderr=True, highlight=False)
    place = visible(target.place)
    timings = Timings()
    note = ""
    with console.status(Text(f"{place}: connecting …")) as status:

        def watch(event: Event) -> None:
            nonlocal timings, note
            if isinstance(event, Note):
                note = f" ({visible(event.text).rstrip('.')})"
            after = advance(timings, event)
            if after is timings and not isinstance(event, Note):
                return
            timings = after
            waiting = [span for span in timings.spans if span.ended is None]
            if waiting:
                status.update(Text(f"{place}: {_waiting(waiting[-1])} …{note}"))

        yield watch


def _waiting(span: Span) -> str:
    about = f" {visible(span.subject)}" if span.subject else ""
    name = "the greeting" if span.step is Step.GREETING else span.name
    return f"waiting for {name}{about}"
