"""The form of a log file: JSON lines, one object for each line of a session.

Every object has ``kind`` (``opening note hint alarm client server fault``), ``wall`` (seconds since
the epoch), ``at`` (seconds of a clock that nobody sets) and ``connection`` (its number within one
run of the program; an ``opening`` begins it). Where there is something to say they have also

- ``run``: a number that the lines of one run of the program have in common,
- ``raw``: the octets of the wire with their line end, each octet the character of its number
  (Latin-1); asterisks stand for the octets of secrets,
- ``protection``: ``clear``, ``verified`` or ``unverified``, what an onlooker saw of them,
- ``secrets``: pairs of start and end of those in ``raw``, and ``label``, of which kind they are,
- ``offset``: of a client's line how many octets were sent before it on the connection, of a
  server's line the ``offset`` of the line that it answers,
- ``verb``: what a server's line answers, a verb or ``(greeting)``, ``(auth)``, ``(body)``,
- ``pieces``: in how many writes or reads the line came, where it was more than one, and
  ``joined``: whether the first of them began with the line before,
- ``elapsed``: seconds that the server took to answer,
- ``note``: words of the program.
"""

from __future__ import annotations

import json
import re

from smtp_tui.smtp.commands import verbs
from smtp_tui.smtp.events import Span
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.wire.events import Protection

_PROTECTIONS = {
    Protection.CLEAR: "clear",
    Protection.VERIFIED: "verified",
    Protection.UNVERIFIED: "unverified",
    Protection.OUTDATED: "outdated",
}
_BY_NAME = {name: protection for protection, name in _PROTECTIONS.items()}
_LABEL = re.compile(r"[A-Za-z0-9_. -]{0,40}")
_LARGEST = 2**53
_SHORT = 64 * 1024
_VALUES = rb'(?: [^"\[{]{0,5000} "[^"\\]*+ (?: \\. [^"\\]*+ )*+" ){0,100}+ [^"\[{]{0,5000}'
_FLAT = re.compile(
    rb"\s* \{ %b (?: \[ [][0-9,\ ]{0,100000} \] %b )? \} \s*" % (_VALUES, _VALUES), re.VERBOSE
)
"""An object of few values that hold no others, but for one list of spans."""
_VERB = re.compile(r"[A-Za-z0-9()-]{0,40}")


def written(record: Record, run: int = 0) -> bytes:
    """One line of the file, with its line end; secrets must have been taken out before."""
    values: dict[str, object] = {
        "kind": record.kind.value,
        "wall": round(record.wall, 6),
        "at": round(record.at, 6),
        "connection": record.connection,
    }
    if run:
        values["run"] = run
    if record.raw:
        values["raw"] = record.raw.decode("latin-1")
    if record.protection is not None:
        values["protection"] = _PROTECTIONS[record.protection]
    if record.secrets:
        values["secrets"] = record.secrets
        values["label"] = record.label
    if record.offset >= 0:
        values["offset"] = record.offset
    if record.verb.startswith("(") or record.verb.encode() in verbs():
        values["verb"] = record.verb  # any other may be a credential astray
    if record.pieces > 1:
        values["pieces"] = record.pieces
    if record.joined:
        values["joined"] = True
    if record.elapsed is not None:
        values["elapsed"] = round(record.elapsed, 6)
    if record.note:
        values["note"] = record.note
    return json.dumps(values).encode("ascii") + b"\n"


def read(line: bytes) -> Record:
    """The record of one line; ``ValueError``, with the reason in words, where it holds none."""
    if len(line) > _SHORT and _FLAT.fullmatch(line) is None:
        raise ValueError("it is no JSON of this form")  # and may be of one that fills all memory
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")
    try:
        return _record(_Values(values))
    except KeyError as error:
        raise ValueError(f"its {error.args[0]} is missing or makes no sense") from None


class _Values:
    """The values of an object by name, each checked; ``KeyError`` with the name of a bad one."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        value = self._values.get(name, "")
        if not isinstance(value, str):
            raise KeyError(name)
        return value

    def words(self, name: str) -> str:
        """Text that can be written as UTF-8, but for octets that were none."""
        value = self.text(name)
        try:
            value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise KeyError(name) from None
        return value

    def whole(self, name: str, least: int) -> int:
        value = self._values.get(name, least)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < _LARGEST:
            raise KeyError(name)
        return value

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise KeyError(name)
        return value

    def seconds(self, name: str) -> float:
        value = self._values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise KeyError(name)
        if not abs(value) < _LARGEST:  # which no NaN is
            raise KeyError(name)
        return float(value)

    def spans(self, name: str, end: int) -> tuple[Span, ...]:
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise KeyError(name)
        spans: list[Span] = []
        position = 0
        for pair in value:
            match pair:
                case [int() as start, int() as stop] if position <= start < stop <= end:
                    spans.append((start, stop))
                    position = stop
                case _:
                    raise KeyError(name)
        return tuple(spans)


def _record(values: _Values) -> Record:
    try:
        kind = Kind(values.text("kind"))
    except ValueError:
        raise KeyError("kind") from None
    try:
        raw = values.text("raw").encode("latin-1")
    except UnicodeEncodeError:
        raise KeyError("raw") from None
    label = values.text("label")
    protection = _BY_NAME.get(values.text("protection"))
    if _LABEL.fullmatch(label) is None:
        raise KeyError("label")
    if _VERB.fullmatch(values.text("verb")) is None:
        raise KeyError("verb")
    if protection is None and "protection" in values:
        raise KeyError("protection")
    return Record(
        kind,
        values.seconds("at"),
        values.whole("connection", 0),
        protection,
        raw,
        values.spans("secrets", len(raw)),
        label,
        values.seconds("elapsed") if "elapsed" in values else None,
        values.words("note"),
        values.whole("offset", -1),
        values.seconds("wall"),
        values.text("verb"),
        max(1, values.whole("pieces", 0)),
        values.flag("joined"),
        values.whole("run", 0),
    )
