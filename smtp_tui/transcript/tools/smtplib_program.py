"""A session as a Python program that uses smtplib."""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.transcript.roles import Role
from smtp_tui.transcript.tools.plan import (
    NEEDED,
    PASSWORD,
    USER,
    Line,
    Plan,
    ToolError,
    needed,
)
from smtp_tui.wire.target import TlsMode

_METHODS = {
    "PLAIN": "server.auth_plain",
    "LOGIN": "server.auth_login",
    "CRAM-MD5": "server.auth_cram_md5",
    "XOAUTH2": r'lambda challenge=None: f"user={server.user}\1auth=Bearer {server.password}\1\1"',
}
_GUARD = (
    f'if not (os.environ.get("{USER}") and os.environ.get("{PASSWORD}")):',
    f'    raise SystemExit("{NEEDED}")',
    "",
)


def write(plan: Plan) -> str:
    """The program. Raises ``ToolError`` for a mechanism that smtplib has not."""
    mechanism = next(filter(None, (mechanism_of(line.octets) for line in _commands(plan))), "")
    body = list(_statements(plan))
    head = [*needed(mechanism), "import os", "import smtplib", "import ssl", ""]
    return "\n".join([*head, *(_GUARD if mechanism else ()), *_opening(plan), *body, ""])


def _commands(plan: Plan) -> Iterator[Line]:
    return (line for line in plan.lines if line.role is Role.COMMAND)


def _opening(plan: Plan) -> Iterator[str]:
    target = plan.target
    if plan.encrypted:
        ca_file = f"cafile={str(target.ca_file)!a}" if target.ca_file is not None else ""
        yield f"context = ssl.create_default_context({ca_file})"
        if not target.verify:
            yield "context.check_hostname = False"
            yield "context.verify_mode = ssl.CERT_NONE"
    host = str(target.unix_path) if target.unix_path is not None else target.host
    place = f"{host!a}, {target.port}"
    if target.lmtp:
        yield f"server = smtplib.LMTP({place})"
    elif target.tls is TlsMode.IMPLICIT:
        yield f"server = smtplib.SMTP_SSL({place}, context=context)"
    else:
        yield f"server = smtplib.SMTP({place})"
    yield 'server.command_encoding = "latin-1"  # an octet a character'


def _statements(plan: Plan) -> Iterator[str]:
    message: list[bytes] = []
    ended = False
    for line in plan.lines:
        match line.role:
            case Role.MESSAGE if line.octets == b".":
                yield from _data(message)
                message.clear()
            case Role.MESSAGE:
                message.append(line.octets.removeprefix(b"."))
            case Role.COMMAND:
                ended = ended or line.verb == b"QUIT"
                yield from _command(plan, line)
            case Role.CHUNK:
                raise ToolError("smtplib cannot send chunks.")
            case Role.ANSWER:
                pass  # what the method of the mechanism says
    if not ended:
        yield "server.close()"


def _command(plan: Plan, line: Line) -> Iterator[str]:
    mechanism = mechanism_of(line.octets)
    words = line.octets.split(None, 1)
    name = ascii(words[1].decode("latin-1").strip()) if len(words) > 1 else '""'
    match line.verb:
        case b"EHLO" | b"LHLO":
            yield f"server.ehlo({name})"
        case b"HELO":
            yield f"server.helo({name})"
        case b"STARTTLS" if plan.starttls and not line.secure:
            yield "server.starttls(context=context)"
        case b"AUTH" if mechanism:
            if mechanism not in _METHODS:
                raise ToolError(f"smtplib cannot sign in by {mechanism}.")
            initial = "" if line.answer else ", initial_response_ok=False"
            yield f'server.user, server.password = os.environ["{USER}"], os.environ["{PASSWORD}"]'
            yield f'server.auth("{mechanism}", {_METHODS[mechanism]}{initial})'
        case b"DATA":
            pass  # said by data()
        case b"QUIT":
            yield "server.quit()"
        case _:
            yield f"print(server.docmd({line.octets.decode('latin-1')!a}))"


def _data(message: list[bytes]) -> Iterator[str]:
    yield "print(server.data("
    yield from (f"    {line + bytes((13, 10))!r}" for line in message or [b""])
    yield "))"
