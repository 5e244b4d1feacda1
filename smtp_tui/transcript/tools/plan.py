"""What a session did, as other tools are told it: hello, TLS, sign-in, envelope, message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from smtp_tui.smtp import paths
from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.roles import Role, Roles
from smtp_tui.wire.events import Protection
from smtp_tui.wire.target import Target, TlsMode

USER = "SMTP_USER"
PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the name of a variable
NEEDED = f"{USER} and {PASSWORD} have to be set in the environment"

_HELLO = (b"EHLO", b"HELO", b"LHLO")
_MOST_REMARKS = 20


class ToolError(ValueError):
    """A tool that cannot do what the session did: one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the client without its line end; ``answer`` names the response that is in it.

    What is secret in ``octets`` is covered. ``secure`` is whether it went out under TLS.
    """

    octets: bytes
    role: Role
    secure: bool
    answer: str = ""

    @property
    def verb(self) -> bytes:
        """The verb of a command, b"" for other lines."""
        return verb_of(self.octets) if self.role is Role.COMMAND else b""


@dataclass(slots=True)
class Envelope:
    """What a tool of one mail is told; ``unsaid`` are lines that it cannot be told."""

    hello: str = ""
    mechanism: str = ""
    initial: bool = False
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    message: tuple[bytes, ...] | None = None
    """The lines of the message without dot-stuffing and line ends; None where none was sent."""
    unsaid: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to, and all that the client said on the newest connection where it said anything."""

    target: Target
    lines: tuple[Line, ...]

    @property
    def starttls(self) -> bool:
        """Whether encryption began by STARTTLS."""
        return self.target.tls is not TlsMode.IMPLICIT and any(line.secure for line in self.lines)

    @property
    def encrypted(self) -> bool:
        """Whether anything was said under TLS."""
        return any(line.secure for line in self.lines)


def plan(excerpt: Excerpt, target: Target) -> Plan:
    """Read an excerpt. Raises ``ToolError`` where the client said nothing."""
    spoken = [each.connection for each in excerpt.records if each.kind is Kind.CLIENT]
    if not spoken:
        raise ToolError("Nothing was sent yet that another tool could send.")
    newest = (each for each in excerpt.records if each.connection == max(spoken))
    return Plan(target, tuple(_lines(newest)))


def envelope(what: Plan) -> Envelope:
    """One mail made of the plan's lines, for tools that send one mail and nothing else."""
    found = Envelope()
    message: list[bytes] = []
    for line in what.lines:
        match line.role:
            case Role.MESSAGE if found.message is None:
                if line.octets == b".":
                    found.message = tuple(message)
                else:
                    message.append(line.octets.removeprefix(b"."))
            case Role.COMMAND if found.message is None:
                _command(found, line)
            case Role.ANSWER if found.mechanism:
                pass
            case _ if line.verb != b"QUIT":
                found.unsaid.append(line.octets)
    return found


def remarks(unsaid: Iterable[bytes], tool: str) -> list[str]:
    """Comment lines, for a shell or for Python, on what a tool cannot be told."""
    lines = [f"# {tool} cannot say: {visible(octets)}" for octets in unsaid]
    if len(lines) > _MOST_REMARKS:
        more = len(lines) - _MOST_REMARKS
        lines[_MOST_REMARKS:] = [f"# … {counted(more, 'more line')}"]
    return lines


def needed(mechanism: str) -> list[str]:
    """The comment that says which variables have to be set."""
    return [f"# {NEEDED}"] if mechanism else []


def _lines(records: Iterable[Record]) -> Iterator[Line]:
    roles = Roles()
    for record in records:
        role = roles.of(record)
        if role is not None:
            answer = roles.placeholder if record.secrets and role is not Role.MESSAGE else ""
            line = record.raw.removesuffix(b"\n").removesuffix(b"\r")
            yield Line(line, role, record.protection not in (None, Protection.CLEAR), answer)


def _command(found: Envelope, line: Line) -> None:
    octets = line.octets
    match line.verb:
        case verb if verb in _HELLO:
            found.hello = _text(octets.split(None, 1)[1:])
        case b"AUTH" if mechanism_of(octets):
            found.mechanism = mechanism_of(octets)
            found.initial = bool(line.answer)
        case b"MAIL" if found.sender is None and (path := _path(octets)) is not None:
            found.sender, parameters = path
            found.unsaid += filter(None, [parameters])
        case b"RCPT" if (path := _path(octets)) is not None:
            recipient, parameters = path
            found.recipients.append(recipient)
            found.unsaid += filter(None, [parameters])
        case b"STARTTLS" | b"DATA" | b"QUIT":
            pass
        case _:
            found.unsaid.append(octets)


def _path(line: bytes) -> tuple[str, bytes] | None:
    """The address of a well written envelope command and its parameters; None of another line."""
    begun, address = paths.head(line), paths.address(line)
    if begun is None or address is None or not _is_plain(address):
        return None
    blanks = begun.gap + begun.space
    if not begun.right or begun.before or blanks.strip(b" \t") or not line.startswith(begun.verb):
        return None
    return address.decode(), line[begun.end + len(address) + 2 :].strip(b" \t")


def _text(words: list[bytes]) -> str:
    return words[0].strip().decode() if words and _is_plain(words[0].strip()) else ""


def _is_plain(octets: bytes) -> bool:
    """Whether it is text without a control character."""
    try:
        return octets.decode().isprintable()
    except UnicodeDecodeError:
        return False
