"""A session as a swaks command."""

from __future__ import annotations

from smtp_tui.transcript.tools import shell
from smtp_tui.transcript.tools.plan import (
    PASSWORD,
    USER,
    Envelope,
    Plan,
    ToolError,
    envelope,
    needed,
    remarks,
)
from smtp_tui.wire.target import TlsMode

_MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM")


def write(plan: Plan) -> str:
    """The command. Raises ``ToolError`` for a mechanism that swaks has not."""
    mail = envelope(plan)
    if mail.mechanism and mail.mechanism not in _MECHANISMS:
        raise ToolError(f"swaks cannot sign in by {mail.mechanism}.")
    words = [*_secret(mail), "swaks", *_place(plan), *_options(plan, mail)]
    if mail.message is None:
        return _text(plan, mail, shell.command([*words, f"--quit-after={_stage(plan, mail)}"]))
    line = shell.command([*words, "--data=-", "--no-data-fixup"])
    text = shell.printed(_stuffed(mail.message), r"\r\n")
    return _text(plan, mail, f"{{ {text}\n  printf .; }} |\n{line}")


def _text(plan: Plan, mail: Envelope, command: str) -> str:
    comments = [*needed(mail.mechanism), *remarks(mail.unsaid, "swaks")]
    return "\n".join([*comments, shell.guarded(command, mail.mechanism)]) + "\n"


def _stuffed(message: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The lines as they go over the wire: without fix-ups swaks leaves the dots to us."""
    return tuple(b"." + line if line.startswith(b".") else line for line in message)


def _secret(mail: Envelope) -> list[str]:
    """The password where ``ps`` does not show it: swaks takes options from the environment, too."""
    return [f'SWAKS_OPT_auth_password="${PASSWORD}"'] if mail.mechanism else []


def _place(plan: Plan) -> list[str]:
    target = plan.target
    if target.unix_path is not None:
        return [f"--socket={shell.word(str(target.unix_path))}"]
    return [f"--server={shell.word(target.host)}", f"--port={target.port}"]


def _options(plan: Plan, mail: Envelope) -> list[str]:
    words: list[str] = []
    target = plan.target
    if target.lmtp:
        words.append("--protocol=LMTP")
    if plan.encrypted:
        words.append("--tls-on-connect" if target.tls is TlsMode.IMPLICIT else "--tls")
        if target.verify:
            words.append("--tls-verify")
        if target.ca_file is not None:
            words.append(f"--tls-ca-path={shell.word(str(target.ca_file))}")
    if mail.hello:
        words.append(f"--{'lhlo' if target.lmtp else 'ehlo'}={shell.word(mail.hello)}")
    if mail.mechanism:
        words.append(f"--auth={mail.mechanism}")
        words.append(f'--auth-user="${USER}"')
    if mail.sender is not None:
        words.append(f"--from={shell.word(mail.sender or '<>')}")
    if mail.recipients:
        words.append(f"--to={shell.word(','.join(mail.recipients))}")
    return words


def _stage(plan: Plan, mail: Envelope) -> str:
    """How far a session without a message went."""
    if mail.recipients:
        return "RCPT"
    if mail.sender is not None:
        return "MAIL"
    if mail.mechanism:
        return "AUTH"
    return "TLS" if plan.starttls and not mail.hello else "HELO"
