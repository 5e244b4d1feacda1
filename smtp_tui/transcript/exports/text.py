"""A session as plain text with the marks of swaks, which people of mail read at a glance.

``===`` our words, ``***`` what is wrong; ``->`` from the client, ``<-`` from the server, with ``~``
for the dash where it was encrypted; ``**>`` and ``<**`` (``*~>`` and ``<~*`` encrypted) what is out
of order: a refusal, octets that are no reply, a line without its line end.
"""

from __future__ import annotations

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.masking import mask
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection

_SENT = {(False, True): " ->", (True, True): " ~>", (False, False): "**>", (True, False): "*~>"}
_CAME = {(False, True): "<- ", (True, True): "<~ ", (False, False): "<**", (True, False): "<~*"}


def write(excerpt: Excerpt) -> bytes:
    """Every line with its mark; the first ones say what is hidden."""
    lines = [f"=== {excerpt.heading}.", *(f"=== {words}" for words in excerpt.remarks)]
    lines += [f"{mark(record)} {content(record)}".rstrip() for record in excerpt.records]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def mark(record: Record) -> str:
    """The three characters before a line."""
    encrypted = record.protection not in (None, Protection.CLEAR)
    match record.kind:
        case Kind.CLIENT:
            return _SENT[encrypted, record.raw.endswith(b"\r\n")]
        case Kind.SERVER:
            return _CAME[encrypted, record.raw[:1] in (b"2", b"3")]
        case Kind.FAULT:
            return _CAME[encrypted, False]
        case Kind.ALARM:
            return "***"
        case _:
            return "==="


def content(record: Record) -> str:
    """What was said, safe in any terminal, with words in the place of secrets."""
    if not record.raw:
        return visible(record.note)
    raw = record.content
    pieces: list[str] = []
    position = 0
    for start, end in record.secrets:
        pieces += [visible(raw[position:start]), mask(record.label, end - start)]
        position = end
    return "".join((*pieces, visible(raw[position:])))
