"""A session as lines piped into openssl s_client.

``-quiet`` keeps it from taking lines that begin with Q, R or K for orders of its own, ``-crlf``
makes CRLF of each line end. It does not wait for replies, so each line waits a second. Where the
session said no QUIT, ``-no_ign_eof`` ends it, and ``-nocommands`` then keeps letters harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from smtp_tui.transcript.roles import Role
from smtp_tui.transcript.tools import shell
from smtp_tui.transcript.tools.plan import PASSWORD, USER, Line, Plan, ToolError, needed
from smtp_tui.wire.target import TlsMode

_PAUSE = 'sleep "${PAUSE:-1}"'
_ANSWERS = {
    "PLAIN": f'printf \'\\0%s\\0%s\' "${USER}" "${PASSWORD}"',
    "LOGIN.user": f'printf %s "${USER}"',
    "LOGIN.password": f'printf %s "${PASSWORD}"',
    "XOAUTH2": f'printf \'user=%s\\001auth=Bearer %s\\001\\001\' "${USER}" "${PASSWORD}"',
}


def write(plan: Plan) -> str:
    """The pipeline. Raises ``ToolError`` for what was not encrypted or answers a challenge."""
    if not plan.encrypted:
        raise ToolError("openssl s_client speaks TLS only, and this session had none.")
    lines = [line for line in plan.lines if line.secure]
    answers = [line.answer for line in lines if line.answer]
    for name in answers:
        if name not in _ANSWERS:
            raise ToolError(f"openssl s_client cannot compute the answers of {name}.")
    statements = list(_said(lines))
    words = ["openssl s_client -quiet -crlf", *_options(plan)]
    if all(line.verb != b"QUIT" for line in lines):
        statements.append(_PAUSE)
        words[1:1] = ["-nocommands", "-no_ign_eof"]
    said = "\n".join(f"  {each}" for each in statements)
    signs_in = "".join(answers)
    return "\n".join(
        [
            *needed(signs_in),
            f"say() {{ {_PAUSE}; printf '%b\\n' \"$1\"; }}",
            shell.guarded(f"{{\n{said}\n}} |\n{shell.command(words)}", signs_in),
            "",
        ]
    )


def _said(lines: list[Line]) -> Iterator[str]:
    for message, each in groupby(lines, lambda line: line.role in (Role.MESSAGE, Role.CHUNK)):
        if message:
            text = shell.printed([line.octets for line in each])
            yield f"{_PAUSE}\n{text}".replace("\n", "\n  ")
        else:
            yield from (f"say {_word(line)}" for line in each)


def _word(line: Line) -> str:
    """One argument of ``say``; a response is made of the variables when it is sent."""
    if not line.answer:
        return shell.word(shell.escaped(line.octets))
    start = line.octets.rstrip(b"*")
    token = f'"$({_ANSWERS[line.answer]} | openssl base64 -A)"'
    return (shell.word(shell.escaped(start)) if start else "") + token


def _options(plan: Plan) -> list[str]:
    target = plan.target
    words: list[str] = []
    if target.unix_path is not None:
        words.append(f"-unix {shell.word(str(target.unix_path))}")
    else:
        host = f"[{target.host}]" if ":" in target.host else target.host
        words.append(f"-connect {shell.word(f'{host}:{target.port}')}")
        if _is_name(target.host):
            words.append(f"-servername {shell.word(target.host)}")
    if target.tls is not TlsMode.IMPLICIT:
        words.append(f"-starttls {'lmtp' if target.lmtp else 'smtp'}")
        hello = next((line for line in plan.lines if line.verb in (b"EHLO", b"LHLO")), None)
        name = hello.octets.split()[1:2] if hello is not None else []
        if name and name[0].isascii() and name[0].decode("ascii").isprintable():
            words.append(f"-name {shell.word(name[0].decode('ascii'))}")
    if target.verify:
        words.append("-verify_return_error")
        kind = "-verify_hostname" if _is_name(target.host) else "-verify_ip"
        if target.unix_path is None:
            words.append(f"{kind} {shell.word(target.host)}")
    if target.ca_file is not None:
        words.append(f"-CAfile {shell.word(str(target.ca_file))}")
    return words


def _is_name(host: str) -> bool:
    return ":" not in host and not host.replace(".", "").isdigit()
