"""A session as an .smtp file: it can be played again, with placeholders for what was secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.exports.text import content
from smtp_tui.transcript.placeholders import names_in
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.roles import Role, Roles
from smtp_tui.transcript.script import (
    ClientLine,
    ExpectedReply,
    Remark,
    Script,
    Step,
    parse,
    serialise,
)

_REPLY = re.compile(rb"([2-5][0-9]{2})([ -]?)(.*)", re.DOTALL)
_UNWRITABLE = re.compile(rb"[\r\n\0]")


def write(excerpt: Excerpt) -> bytes:
    """The newest connection on which anything was said; what no script can say becomes a note."""
    return serialise(_Writer(excerpt).steps())


def as_script(excerpt: Excerpt) -> Script:
    """The same, read back."""
    return timed(excerpt)[0]


def timed(excerpt: Excerpt) -> tuple[Script, tuple[float | None, ...]]:
    """The same, and how many seconds each of its replies took, where that is known."""
    writer = _Writer(excerpt)
    script = parse(serialise(writer.steps()))
    count = len(script.expected)
    if len(writer.took) != count:  # replies that no server gives: the script joins some of them
        return script, (None,) * count
    return script, tuple(writer.took)


class _Writer:
    """Makes the steps of one connection from its records."""

    def __init__(self, excerpt: Excerpt) -> None:
        self._excerpt = excerpt
        self._roles = Roles()
        self._greeted = False
        self._texts: list[bytes] = []  # the lines of a reply that goes on
        self._begun: float | None = None  # how long that one took
        self.took: list[float | None] = []
        """Of each reply, once it was given."""

    def steps(self) -> Iterator[Step]:
        """All of them, in order."""
        chosen, others = _chosen(self._excerpt.records)
        excerpt = self._excerpt.of(chosen)
        yield _comment(f"{excerpt.heading}.")
        for words in excerpt.remarks:
            yield _comment(words)
        if others:
            yield _comment(f"{counted(others, 'other connection')} had lines of the client, too.")
        yield _comment("Play it again: smtp-tui run FILE TARGET")
        for record in excerpt.records:
            yield from self._steps(record)

    def _steps(self, record: Record) -> Iterator[Step]:
        role = self._roles.of(record)
        match record.kind:
            case Kind.CLIENT:
                yield from self._client(record, role)
            case Kind.SERVER:
                yield from self._server(record)
            case Kind.FAULT:
                yield _note(f"no reply: {visible(record.content)}")
            case Kind.ALARM:
                yield _note(f"! {visible(record.note)}")
            case _:
                yield _note(visible(record.note))

    def _client(self, record: Record, role: Role | None) -> Iterator[Step]:
        line = record.content
        if role is Role.CHUNK and self._roles.chunk_left < 0:
            yield _note("the next line holds the end of a chunk, which had no line end")
        if not record.raw.endswith(b"\r\n"):
            bare = record.raw.endswith(b"\n")
            yield _note(f"the next line had {'LF alone as' if bare else 'no'} line end")
            line = line.removesuffix(b"\n")
        if role in (Role.COMMAND, Role.ANSWER):
            name = self._roles.placeholder or (record.label if record.secrets else "")
            if record.secrets and not _is_placeholder(name):
                yield _note(f"no script can say this: {visible(line)}")
                return
            if next(names_in(line), None) is not None:
                yield _note(f"the braces of this line would be filled: {visible(line)}")
                return
            for start, end in reversed(record.secrets):
                line = line[:start] + b"{%s}" % name.encode("ascii") + line[end:]
        if _UNWRITABLE.search(line):
            yield _note(f"no script can say this: {visible(line)}")
        else:
            yield ClientLine(line)

    def _server(self, record: Record) -> Iterator[Step]:
        match = _REPLY.fullmatch(record.content.removesuffix(b"\n"))
        if match is None or record.note.startswith("no line end"):
            yield _note(f"no reply: {visible(record.content)}")
            return
        code, sign, text = match.groups()
        greeting = record.offset < 0 and not self._greeted
        if record.offset < 0 and not greeting and code != b"421":
            yield _note(f"unasked: {visible(record.content)}")
            return
        if not self._texts:
            self._begun = record.elapsed
        words = content(record)[4:] if record.secrets else visible(text)
        self._texts.append(words.encode("utf-8"))
        if sign != b"-":
            self._greeted = True
            self.took.append(self._begun)
            yield ExpectedReply(code.decode("ascii"), tuple(self._texts))
            self._texts.clear()


def _chosen(records: tuple[Record, ...]) -> tuple[int, int]:
    """The connection to write, and how many others would have been worth it."""
    spoken = dict.fromkeys(each.connection for each in records if each.kind is Kind.CLIENT)
    if not spoken:
        return (records[-1].connection if records else 0), 0
    return max(spoken), len(spoken) - 1


def _is_placeholder(name: str) -> bool:
    return bool(name) and next(names_in(b"{%s}" % name.encode("ascii")), "") == name


def _comment(text: str) -> Remark:
    return Remark(f"# {text}".encode())


def _note(text: str) -> Remark:
    return Remark(f"*: {text}".encode())
