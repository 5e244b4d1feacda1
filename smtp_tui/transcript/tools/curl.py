"""A session as a curl command."""

from __future__ import annotations

from urllib.parse import quote

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
_TOKENS = ("XOAUTH2", "OAUTHBEARER")


def write(plan: Plan) -> str:
    """The command. Raises ``ToolError`` for LMTP and for a mechanism that curl has not."""
    mail = envelope(plan)
    if plan.target.lmtp:
        raise ToolError("curl speaks no LMTP.")
    if mail.mechanism and mail.mechanism not in (*_MECHANISMS, *_TOKENS):
        raise ToolError(f"curl cannot be relied on to sign in by {mail.mechanism}.")
    comments = [*needed(mail.mechanism), *remarks(mail.unsaid, "curl")]
    words = ["curl", "--silent", "--show-error", *_place(plan, mail), *_options(plan, mail)]
    if mail.message is None or not mail.recipients:
        comments.append("# curl says NOOP where the session ended without a message")
        command = shell.command([*words, "--request", "NOOP"])
    else:
        words += ["--mail-from", shell.word(mail.sender or "")]
        for recipient in mail.recipients:
            words += ["--mail-rcpt", shell.word(recipient)]
        if len(mail.recipients) > 1:
            # Without it curl gives up at the first recipient that is refused.
            words.append("--mail-rcpt-allowfails")
        line = shell.command([*words, "--crlf", "--upload-file", "-"])
        command = f"{shell.printed(mail.message)} |\n{line}"
    return "\n".join([*comments, shell.guarded(command, mail.mechanism)]) + "\n"


def _place(plan: Plan, mail: Envelope) -> list[str]:
    target = plan.target
    scheme = "smtps" if target.tls is TlsMode.IMPLICIT else "smtp"
    name = quote(mail.hello, safe="")
    if target.unix_path is not None:
        path = shell.word(str(target.unix_path))
        return ["--unix-socket", path, "--url", shell.word(f"{scheme}://localhost/{name}")]
    host = f"[{target.host}]" if ":" in target.host else target.host
    return ["--url", shell.word(f"{scheme}://{host}:{target.port}/{name}")]


def _options(plan: Plan, mail: Envelope) -> list[str]:
    words: list[str] = []
    target = plan.target
    if plan.starttls:
        words.append("--ssl-reqd")
    if plan.encrypted and not target.verify:
        words.append("--insecure")
    if plan.encrypted and target.ca_file is not None:
        words += ["--cacert", shell.word(str(target.ca_file))]
    if mail.mechanism:
        token = mail.mechanism in _TOKENS
        words += ["--login-options", f"AUTH={mail.mechanism}"]
        words += ["--user", f'"${USER}:"' if token else f'"${USER}:${PASSWORD}"']
        if token:
            words += ["--oauth2-bearer", f'"${PASSWORD}"']
        if mail.initial:
            words.append("--sasl-ir")
    return words
