"""The crash report: where a fault of this program is, without anything that was typed.

The framework's own report shows the variables of every function on the way, passwords among them.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator

from smtp_tui.smtp.secrets import in_command
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.masking import Veil

_MOST_FRAMES = 40
_LONGEST = 2000
"""Characters of what an exception says."""


def report(error: BaseException, secrets: Iterable[str]) -> str:
    """The traceback of an error and of those it came from, with ``secrets`` covered."""
    veil = Veil()
    for secret in secrets:
        veil.learn(secret.encode("utf-8", "surrogatepass"), "secret")
    whole = traceback.TracebackException.from_exception(error, limit=-_MOST_FRAMES)
    return "\n".join(_lines(whole, veil))


def _lines(error: traceback.TracebackException, veil: Veil) -> Iterator[str]:
    if error.__cause__ is not None:
        yield from _lines(error.__cause__, veil)
        yield "From this came:"
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _lines(error.__context__, veil)
        yield "While this was handled:"
    for frame in error.stack:
        yield f"  {visible(frame.filename)}:{frame.lineno} in {frame.name}"
        yield f"    {visible(frame.line or '')}"
    name = _name(error)
    said = str(error)[:_LONGEST].encode("utf-8", "surrogatepass")
    yield f"{name}: {veil.visible(said, in_command(said))}"


def _name(error: traceback.TracebackException) -> str:
    """The name of its type, without a module."""
    if sys.version_info >= (3, 13):
        return error.exc_type_str.rpartition(".")[2] or "error"
    return error.exc_type.__name__ if error.exc_type is not None else "error"
