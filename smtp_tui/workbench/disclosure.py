"""What a line would give away, and to whom, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from smtp_tui.sasl.mechanisms import MECHANISMS, Secret
from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.state import Phase, Sync
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.wording import version
from smtp_tui.wire.target import TlsMode
from smtp_tui.workbench.question import Question
from smtp_tui.workbench.session import SessionView


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Credentials, or a ``mail``, about to leave over a connection that is not safe for them."""

    mechanism: str
    user: str
    what: str
    why: str
    mail: bool = False

    @property
    def sentence(self) -> str:
        """What would happen, in one sentence for the person."""
        return f"{self.what[0].upper()}{self.what[1:]} {self.why}."

    @property
    def question(self) -> Question:
        """What the person is asked."""
        if self.mail:
            return Question("Go on in the clear?", self.sentence, (), "Stop", "Go on (y)")
        facts = (("Mechanism", self.mechanism), ("User", self.user))
        return Question(
            title="Send credentials here?",
            warning=self.sentence,
            facts=tuple((name, value) for name, value in facts if value),
            keep="Keep them",
            go="Send anyway (y)",
        )


def of_line(line: bytes, view: SessionView, user: str = "") -> Disclosure | None:
    """What sending ``line`` now would disclose; None when that is nothing, or safe.

    ``user`` is named to the person when the mechanism sends it. An answer typed ahead of the
    challenge counts as one.
    """
    if view.state.phase is Phase.BODY:
        return None
    if verb_of(line) == b"MAIL":
        return _of_mail(view)
    if verb_of(line) == b"AUTH":
        return of_mechanism(secrets.mechanism_of(line), view, user)
    if view.state.phase is Phase.AUTH:
        spans = secrets.in_response(line)
    elif b"AUTH" in view.pending or view.auth_refused:
        spans = secrets.in_line_behind_auth(line)
    else:
        spans = secrets.in_command(line)
    mechanism = view.exchange.mechanism if view.exchange is not None else ""
    return of_mechanism(mechanism, view, user) if spans else None


def _of_mail(view: SessionView) -> Disclosure | None:
    """A mail that begins in the clear although STARTTLS was meant, and cannot be had."""
    target = view.target
    meant = target is not None and target.tls is TlsMode.STARTTLS and not view.encrypted
    if not meant:
        return None
    if view.starttls_refused:
        why = "the server refused STARTTLS"
    elif view.lacks_starttls:
        why = "the server does not offer STARTTLS"
    else:
        return None  # it can still be had, and the advice says so
    return Disclosure("", "", "the mail", f"will be readable by anyone on the path: {why}", True)


def of_mechanism(mechanism: str, view: SessionView, user: str = "") -> Disclosure | None:
    """What running ``mechanism`` now would disclose; None when it is safe."""
    why = _why_unsafe(view)
    known = MECHANISMS.get(mechanism)
    if not why or (known is not None and known.secret is Secret.NOTHING):
        return None
    if known is not None and known.readable:
        what = f"the {known.secret.value}"
    elif mechanism:
        what = "an answer from which the password can be guessed"
    else:
        what = "the credentials"
    return Disclosure(visible(mechanism), visible(user), what, why)


def _why_unsafe(view: SessionView) -> str:
    if view.target is not None and view.target.unix_path is not None:
        return ""  # a local socket: nothing leaves this machine
    if not view.encrypted:
        return "will be readable by anyone on the path: the connection is not encrypted"
    if not view.verified:
        reason = visible(view.tls.problem) if view.tls is not None else ""
        return f"will go to a server whose certificate is not verified: {reason or 'not checked'}"
    if view.tls is not None and view.tls.outdated:
        return f"will go over {version(view.tls.version)}, which protects nothing any more"
    if view.state.sync is not Sync.OK:
        return "may reach the server as something else: replies no longer match commands"
    return ""
