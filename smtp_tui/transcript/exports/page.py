"""A session as an HTML page: one file, no script, nothing fetched from anywhere."""

from __future__ import annotations

from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.exports import look
from smtp_tui.transcript.exports.text import content
from smtp_tui.transcript.record import Record
from smtp_tui.transcript.xml_text import escaped

_STYLE = f"""\
body {{ background: {look.BACKGROUND}; color: {look.FOREGROUND}; margin: 2em;
  font: 14px/1.45 {look.FONT}; }}
p {{ color: {look.QUIET}; margin: 0 0 .3em; }}
table {{ border-collapse: collapse; margin-top: 1em; }}
td {{ padding: 0 .6em; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere; }}
td.q {{ color: {look.QUIET}; text-align: right; white-space: pre; }}
td.g {{ padding: 0 .3em; color: {look.BACKGROUND}; font-weight: bold; text-align: center; }}
"""


def write(excerpt: Excerpt) -> bytes:
    """The page; every line with time, letter, text and round trip."""
    heading = escaped(excerpt.heading)
    said = *excerpt.remarks, look.legend(excerpt.records)
    remarks = "".join(f"<p>{escaped(words)}</p>\n" for words in said if words)
    rows = "".join(_row(excerpt, record) for record in excerpt.records)
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{heading}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<p>{heading}.</p>\n{remarks}<table>\n{rows}</table>\n</body>\n</html>\n"
    )
    return page.encode("utf-8", "replace")


def _row(excerpt: Excerpt, record: Record) -> str:
    seen = record.protection.value if record.protection is not None else "not on the wire"
    return (
        f'<tr><td class="g" style="background: {look.gutter(record)}" title="{escaped(seen)}">'
        f"{look.sign(record)}</td>"
        f'<td class="q">{excerpt.seconds(record):.3f}</td>'
        f'<td style="color: {look.colour(record)}">{record.kind.letter}</td>'
        f'<td style="color: {look.colour(record)}">{escaped(content(record))}</td>'
        f'<td class="q">{look.round_trip(record)}</td></tr>\n'
    )
