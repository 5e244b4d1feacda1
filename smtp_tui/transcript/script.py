"""The ``.smtp`` format: a dialogue as every RFC prints it, read into a script and written back.

One line of a file is one of these; blanks before it do not count, nor do blank lines:

``C: EHLO me``
    A line to send, exactly: one space after the colon is taken away, ``C:`` is an empty line.
    Lines in a row go out together, without waiting. Outside of message text ``{PLAIN}`` and its
    like stand for what the credentials produce; all other braces are braces.
``S: 250 text``
    A reply to wait for: the n-th reply of the server is held against the n-th one expected. The
    first is the greeting, unless the file begins with a line to send and no 220 answers it:
    then the greeting is waited for and has to be a 2xx. ``x`` is any digit and the text does not
    count. Several lines of one reply count once: those with a hyphen behind the code go on
    (``S: 250-one``, ``S: 250 two``), and so do lines with the same code for which nothing was
    sent that wants a reply. Behind message text each is a reply of its own, as in LMTP.
``# text`` and ``*: text``
    A comment and a note, which nothing happens to.
``C: <opens connection>``
    What is done rather than said, as RFCs print it, is a note too: words in ``<>`` behind ``C:``
    (outside of message text), ``S:``, ``C & S:`` or nothing.

What follows ``C: DATA`` up to ``C: .`` is message text, unless the reply expected to DATA is one
that refuses it. What follows ``C: BDAT n`` is message text for n octets. Files are octets with
line ends LF or CRLF; UTF-8 and Latin-1 pass unchanged and a byte order mark is skipped.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.placeholders import PLACEHOLDERS, names_in

_EXPECTATION = re.compile(rb"([2-5xX][0-9xX]{2})(?:([ -])(.*))?", re.DOTALL)
_BDAT = re.compile(rb"BDAT[ \t]+([0-9]{1,18})\b", re.IGNORECASE)
_BASE64_WORD = re.compile(rb"[A-Za-z0-9+/_-]{6,}={0,2}")
_DONE = re.compile(rb"<[A-Za-z][^<>@]* [^<>@]*>")
_DONE_BY = re.compile(rb"(?:S: *|[CS] ?& ?[CS]: *)?" + _DONE.pattern + rb"\s*")
_UNSENDABLE = {0x00: "NUL", 0x0A: "LF", 0x0D: "CR"}
_EXCERPT = 40
_MOST_LINES = 2_000_000
"""Each takes a few hundred octets of memory."""


class ScriptError(ValueError):
    """A script that cannot be read, or written: one sentence with the line number."""

    def __init__(self, number: int, found: str, expected: str) -> None:
        super().__init__(f"line {number}: found {found}, expected {expected}")
        self.number = number
        self.found = found
        self.expected = expected


class Kind(Enum):
    """What a line to send is to the server."""

    COMMAND = "a command, or an answer to a challenge"
    MESSAGE = "message text: only after 354"
    CHUNK = "message text that goes out behind its BDAT"


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A line to send, without its line end and with its placeholders as written."""

    line: bytes = field(repr=False)
    kind: Kind = Kind.COMMAND
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ExpectedReply:
    """One reply: ``pattern`` is its code with ``x`` for any digit, ``texts`` are its lines."""

    pattern: str
    texts: tuple[bytes, ...] = (b"",)
    number: int = field(default=0, compare=False)

    def matches(self, code: int) -> bool:
        """Whether a reply with that code is the expected one."""
        digits = str(code)
        return len(digits) == len(self.pattern) and all(
            wanted in ("x", digit) for wanted, digit in zip(self.pattern, digits, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """A whole comment (``# …``) or note (``*: …``)."""

    line: bytes
    number: int = field(default=0, compare=False)


Step = ClientLine | ExpectedReply | Remark


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of a dialogue in their order."""

    steps: tuple[Step, ...]

    @property
    def expected(self) -> tuple[ExpectedReply, ...]:
        """The replies to wait for."""
        return tuple(step for step in self.steps if isinstance(step, ExpectedReply))

    @property
    def expects_greeting(self) -> bool:
        """Whether the first reply expected is the greeting, rather than the answer to a line."""
        return _expects_greeting(self.steps)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the placeholders used, each once, in the order of their first use."""
        return tuple(
            dict.fromkeys(
                name
                for step in self.steps
                if isinstance(step, ClientLine) and step.kind is Kind.COMMAND
                for name in names_in(step.line)
            )
        )


def parse(data: bytes) -> Script:
    """Read a file's octets. Raises ``ScriptError`` with the number of the first bad line."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ScriptError(1, "UTF-16", "a file saved as UTF-8")
    if data.count(b"\n") > _MOST_LINES:
        raise ScriptError(_MOST_LINES + 1, "another line", f"{_MOST_LINES:,} at the most")
    steps = _Steps()
    unfinished: int | None = None  # where in ``steps`` a reply stands that goes on
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        step = _step(line.removesuffix(b"\r"), number)
        match step:
            case None:
                continue
            case _Fragment() if unfinished is not None:
                steps.join(unfinished, _continuation(steps.kept[unfinished], step))
                if step.last:
                    unfinished = None
            case _Fragment():
                unfinished = None if step.last else len(steps.kept)
                steps.kept.append(ExpectedReply(step.pattern, (step.text,), number))
            case ClientLine():
                unfinished = None
                steps.kept.append(step)
            case Remark():
                steps.kept.append(step)
    script = Script(tuple(_understood(steps.whole())))
    _check_placeholders(script)
    return script


def serialise(steps: Iterable[Step]) -> bytes:
    """Write steps as a file with LF line ends; ``parse`` gives them back.

    Raises ``ScriptError`` for a line that no file can hold because of a CR, LF or NUL in it; the
    line number is that in the file.
    """
    lines: list[bytes] = []
    for step in steps:
        for line in _written(step):
            lines.append(line)
            _check_octets(line, len(lines))
    return b"".join(line + b"\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Fragment:
    """One ``S:`` line."""

    pattern: str
    text: bytes
    last: bool
    number: int


def _step(line: bytes, number: int) -> ClientLine | Remark | _Fragment | None:
    _check_octets(line, number)
    start = line.lstrip(b" \t")
    if _DONE_BY.fullmatch(start):
        return Remark(start, number)
    match start[:2]:
        case b"":
            return None
        case b"C:":
            return ClientLine(start[2:].removeprefix(b" "), number=number)
        case b"S:":
            return _fragment(start, number)
        case b"*:":
            return Remark(start, number)
        case _ if start.startswith(b"#"):
            return Remark(start, number)
        case _:
            raise ScriptError(number, _excerpt(start), "a line that begins with C:, S:, *: or #")


def _fragment(line: bytes, number: int) -> _Fragment:
    match = _EXPECTATION.fullmatch(line[2:].lstrip(b" \t"))
    if match is None:
        raise ScriptError(
            number, _excerpt(line), "S: and a reply code from 200 to 599, x for any digit"
        )
    return _Fragment(
        pattern=match[1].decode("ascii").lower(),
        text=match[3] or b"",
        last=match[2] != b"-",
        number=number,
    )


@dataclass(slots=True)
class _Steps:
    """Steps that are being gathered; of a long reply the further lines are put by until its end."""

    kept: list[Step] = field(default_factory=list)
    _further: dict[int, list[bytes]] = field(default_factory=dict)

    def join(self, place: int, texts: Iterable[bytes]) -> None:
        """Add lines to the reply that stands there."""
        self._further.setdefault(place, []).extend(texts)

    def whole(self) -> list[Step]:
        """All of them, each reply with all its lines."""
        for place, texts in self._further.items():
            step = self.kept[place]
            if isinstance(step, ExpectedReply):
                self.kept[place] = replace(step, texts=(*step.texts, *texts))
        return self.kept


def _continuation(begun: Step, fragment: _Fragment) -> tuple[bytes]:
    if not isinstance(begun, ExpectedReply):
        raise TypeError(f"{begun!r} is no reply")
    if fragment.pattern != begun.pattern:
        raise ScriptError(
            fragment.number,
            f"S: {fragment.pattern}",
            f"{begun.pattern} again, because the reply that began on line {begun.number} goes on",
        )
    return (fragment.text,)


def _written(step: Step) -> Iterable[bytes]:
    match step:
        case ClientLine(line=line):
            yield b"C: " + line if line else b"C:"
        case Remark(line=line):
            yield line
        case ExpectedReply(pattern=pattern, texts=texts):
            code = pattern.encode("ascii")
            for text in texts[:-1]:
                yield b"S: " + code + b"-" + text
            yield b"S: " + code + (b" " + texts[-1] if texts[-1] else b"")


def _understood(steps: list[Step]) -> list[Step]:
    """Tell message text from commands and join lines of one reply, the way the server will."""
    replies = [step for step in steps if isinstance(step, ExpectedReply)]
    taken = 0
    due = int(_expects_greeting(steps))  # replies to come that no ``S:`` line took yet
    message = False
    chunk = 0
    told = -1  # where the reply stands that nothing was sent behind
    of_command = True  # what was sent last, rather than of a message, which may have more replies
    gathered = _Steps()
    kept = gathered.kept
    for step in steps:
        match step:
            case ExpectedReply(pattern=pattern):
                taken += 1
                before = kept[told] if told >= 0 else None
                if isinstance(before, ExpectedReply) and before.pattern == pattern:
                    gathered.join(told, step.texts)
                    continue
                due = max(0, due - 1)
                told = len(kept) if of_command and not due else -1
            case ClientLine(line=line) if chunk > 0:
                chunk -= len(line) + 2
                step = replace(step, kind=Kind.CHUNK)
            case ClientLine(line=line) if message:
                if line == b".":
                    message = False
                    due += 1
                    of_command = False
                step = replace(step, kind=Kind.MESSAGE)
            case ClientLine(line=line) if _DONE.fullmatch(line):
                step = Remark(b"C: " + line, step.number)
            case ClientLine(line=line):
                answer = replies[taken + due] if taken + due < len(replies) else None
                message = verb_of(line) == b"DATA" and (answer is None or answer.matches(354))
                found = _BDAT.match(line)
                chunk = int(found[1]) if found else 0
                of_command = found is None
                due += 1
                told = -1
            case Remark():
                pass
        kept.append(step)
    return gathered.whole()


def _expects_greeting(steps: Sequence[Step]) -> bool:
    dialogue = [step for step in steps if not isinstance(step, Remark)]
    if not dialogue or isinstance(dialogue[0], ExpectedReply):
        return True
    expected = (step.pattern for step in dialogue if isinstance(step, ExpectedReply))
    answered_by_220 = verb_of(dialogue[0].line) in (b"STARTTLS", b"XCLIENT")
    return next(expected, "") == "220" and not answered_by_220


def _check_placeholders(script: Script) -> None:
    for step in script.steps:
        if isinstance(step, ClientLine) and step.kind is Kind.COMMAND:
            for name in names_in(step.line):
                if name not in PLACEHOLDERS:
                    known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                    raise ScriptError(step.number, f"{{{name}}}", f"one of {known}")


def _check_octets(line: bytes, number: int) -> None:
    for octet, name in _UNSENDABLE.items():
        if octet in line:
            raise ScriptError(
                number, f"a {name} inside the line", "line ends LF or CRLF and no NUL"
            )


def _excerpt(line: bytes) -> str:
    """The beginning of a line for an error, without what may be a credential."""
    word = next(iter(line.split(None, 1)), line)
    if len(word) % 4 == 0 and _BASE64_WORD.fullmatch(word):
        return f"a word of {len(word)} characters"
    spans = secrets.in_command(line)
    shown = line[: spans[0][0]] if spans else line
    text = visible(shown[:_EXCERPT])
    return f"“{text}…”" if spans or len(shown) > _EXCERPT else f"“{text}”"
