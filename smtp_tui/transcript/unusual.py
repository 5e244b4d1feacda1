"""What is unusual about the octets of a line: named, counted, with the rule it breaks."""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.smtp.advice import AUTH_RESPONSE_LIMIT, COMMAND_LIMIT, TEXT_LIMIT
from smtp_tui.transcript.record import Kind, Record

_CONTROLS = bytes(octet for octet in (*range(1, 32), 127) if octet not in b"\t\r\n")
_HIGH = bytes(range(128, 256))


def unusual(record: Record, limit: int = COMMAND_LIMIT) -> tuple[str, ...]:
    """One phrase for each; ``limit`` is how many octets the line may have with its CRLF."""
    return tuple(_phrases(record.raw, limit)) if record.raw else ()


def limit_of(record: Record, *, answer: bool, text: bool) -> int:
    """How long that line may be: an answer to a challenge, message text, or anything else."""
    if record.kind is Kind.CLIENT and answer:
        return AUTH_RESPONSE_LIMIT
    return TEXT_LIMIT if record.kind is Kind.CLIENT and text else COMMAND_LIMIT


def _phrases(raw: bytes, limit: int) -> Iterator[str]:
    body = raw.removesuffix(b"\n").removesuffix(b"\r")
    if not raw.endswith(b"\n"):
        yield "no line end"
    elif not raw.endswith(b"\r\n"):
        yield "ends with LF alone, without CR (RFC 5321 2.3.8)"
    if bare := body.count(b"\r"):
        yield f"{_counted(bare, 'CR')} within the line (RFC 5321 2.3.8)"
    if nul := body.count(b"\0"):
        yield f"{nul} NUL"
    if controls := len(body) - len(body.translate(None, _CONTROLS)):
        yield f"{controls} control character{'s' if controls > 1 else ''}"
    if high := len(body) - len(body.translate(None, _HIGH)):
        yield f"{high} octet{'s' if high > 1 else ''} above 127, {_charset(body)}"
    if len(raw) > limit:
        yield f"{len(raw):,} octets, more than {limit:,} (RFC 5321 4.5.3.1)"


def _charset(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "no UTF-8"
    return "UTF-8"


def _counted(number: int, what: str) -> str:
    return f"a {what}" if number == 1 else f"{number} {what}s"
