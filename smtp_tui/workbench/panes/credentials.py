"""Credentials: mechanism, user and password, and live what AUTH makes of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS, Secret
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.given import Given
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.offers import strongest_offered
from smtp_tui.workbench.panes.anatomy import anatomy
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.fields import Field, SecretField
from smtp_tui.workbench.session import SessionView
from smtp_tui.workbench.tokens import Token, tokens

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress

_LONGEST_SHOWN = 180
"""Characters of a Base64 string; an access token may have thousands."""
_SECRETS = {Secret.PASSWORD: "Password", Secret.TOKEN: "Token", Secret.NOTHING: "(none)"}


class CredentialsPane(Vertical):
    """Mechanism, user, password, their anatomy, their Base64 and what is doubtful about them."""

    class Changed(Message):
        """Something in the form changed."""

    def __init__(self, keys: Keys, user: str = "", mechanism: str = "") -> None:
        super().__init__(id="credentials")
        self._user = user
        self._mechanism = mechanism if mechanism in MECHANISMS else next(iter(MECHANISMS))
        self._revealed = False
        self._keys = keys
        self._view = SessionView()
        self.given = Given()
        """The password of the form, for those who must not show it."""
        self.border_title = Content("Credentials → Base64")
        words = (("copy-token", "copy"), ("insert-token", "insert"), ("reveal", "reveal"))
        self.border_subtitle = Content(" · ".join(f"{keys.short(id)} {word}" for id, word in words))

    def compose(self) -> ComposeResult:
        with Horizontal(classes="form"):
            yield Static(classes="labels", id="credential-labels")
            with Vertical(classes="fields"):
                yield Choice([(name, name) for name in MECHANISMS], self._mechanism, id="mechanism")
                yield Field(self._user, placeholder="user@example.org", id="user")
                yield SecretField(id="password")
                yield Field(placeholder="the user itself", id="authzid")
        yield Static(id="anatomy")
        yield Static(id="token")
        yield Static(id="remark")

    def on_mount(self) -> None:
        """Draw what the form holds."""
        self._draw()

    @property
    def mechanism(self) -> str:
        """The chosen mechanism, in upper case."""
        return self.query_one("#mechanism", Choice).value

    @property
    def credentials(self) -> Credentials:
        """What the form holds."""
        user, acting_as = (self.query_one(id, Field).value for id in ("#user", "#authzid"))
        return Credentials(user, self.query_one("#password", SecretField).value, acting_as)

    def fill(self, user: str, password: str = "", mechanism: str = "") -> None:
        """Put these into the form; of password and mechanism only what is named."""
        self.query_one("#user", Field).value = user
        if password:
            self.query_one("#password", SecretField).value = password
        if mechanism in MECHANISMS:
            self.query_one("#mechanism", Choice).value = mechanism

    def practise(self, at: PracticeAddress) -> None:
        """Fill in who may sign in there; what was typed for this user stays."""
        now, known = self.credentials, {Secret.PASSWORD: at.password, Secret.TOKEN: at.token}
        if now.user != at.user or now.password in ("", *known.values()):
            self.fill(at.user, known.get(MECHANISMS[self.mechanism].secret, at.password))

    def show(self, view: SessionView) -> None:
        """Take note of what the server offers."""
        offers = _offers(view)
        before = self._view
        self._view = view
        if offers != _offers(before):
            self._draw()

    def tokens(self) -> tuple[Token, ...]:
        """The Base64 strings; raises ``CredentialsError``."""
        target = self._view.target
        channel = Channel() if target is None else Channel(target.host, target.port)
        return tokens(self.mechanism, self.credentials, channel)

    def mend(self) -> bool:
        """Take away what surely came along by accident; False when there is nothing."""
        from smtp_tui.sasl import typed

        mended = False
        for id, about in (("#user", typed.Field.USER), ("#password", typed.Field.PASSWORD)):
            field = self.query_one(id, Field)
            better = typed.mended(about, field.value)
            mended = mended or better != field.value
            field.value = better
        return mended

    def reveal(self, revealed: bool) -> None:
        """Show the secret parts, or mask them again."""
        self._revealed = revealed
        self.query_one("#password", SecretField).password = not revealed
        self._draw()

    @on(Input.Changed)
    @on(Choice.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self._draw()
        self.post_message(self.Changed())

    def _draw(self) -> None:
        credentials = self.credentials
        self.given.take(credentials.password)
        secret = _SECRETS[MECHANISMS[self.mechanism].secret]
        labels = Content(f"Mechanism\nUser\n{secret}\nAct as")
        self.query_one("#credential-labels", Static).update(labels)
        parts, made = self._made(credentials)
        self.query_one("#anatomy", Static).update(parts)
        self.query_one("#token", Static).update(made)
        remark = self.query_one("#remark", Static)
        remarks = list(self._remarks(credentials))
        remark.display = bool(remarks)
        remark.update(Content("\n").join(remarks))

    def _made(self, credentials: Credentials) -> tuple[Content, Content]:
        nothing_typed = not credentials.user and not credentials.password
        if nothing_typed and MECHANISMS[self.mechanism].needs_user:
            return (
                Content.styled("User and password become the", "$quiet"),
                Content.styled("Base64 string that AUTH wants.", "$quiet"),
            )
        try:
            made = self.tokens()
            parts = anatomy(self.mechanism, credentials, revealed=self._revealed)
        except CredentialsError as error:
            return Content.styled(f"✗ {visible(str(error))}", "$error"), Content("")
        if not made:
            runs = self._keys.first("auth")
            text = f"It answers the server's challenge: {runs} runs it."
            return parts, Content.styled(text, "$quiet")
        return parts, Content("\n").join(self._line(item, named=len(made) > 1) for item in made)

    def _remarks(self, credentials: Credentials) -> Iterator[Content]:
        """What is doubtful about what was typed; else which mechanism would be better."""
        yield from self._expiry(credentials.password)
        found = [*self._doubts(credentials)] if credentials.user or credentials.password else []
        yield from found
        offered = self._view.state.extensions.mechanisms
        if found or not offered or self._view.state.identity is not None:
            return
        chosen = MECHANISMS[self.mechanism]
        best = strongest_offered(self._view, chosen.name)
        if chosen.name not in offered:
            yield Content.styled(f"▲ The server does not offer {chosen.name}.", "$warning")
        if best is not None and best is not chosen:
            yield Content.styled(f"Strongest offered: {best.name}", "$quiet")
            yield Content.styled(best.merit, "$quiet")
        elif chosen.historic:
            yield Content.styled(f"Historic: {chosen.merit}.", "$quiet")

    def _doubts(self, credentials: Credentials) -> Iterator[Content]:
        """What is doubtful about what was typed."""
        from smtp_tui.sasl import typed

        found = typed.remarks(credentials.user, credentials.password)
        for remark in found[:2]:
            yield Content.styled(f"▲ {visible(remark.sentence)}", "$warning")
        if any(remark.fix is not None for remark in found):
            yield Content.styled(f"  {self._keys.first('mend')} takes it away", "$quiet")

    def _expiry(self, token: str) -> Iterator[Content]:
        """When an access token that can be read ends."""
        if MECHANISMS[self.mechanism].secret is not Secret.TOKEN:
            return
        from smtp_tui.sasl.clinic import jwt
        from smtp_tui.sasl.diagnosis import Severity

        for finding in jwt.read(token.encode("utf-8", "replace"), time.time())[1]:
            wrong = finding.severity is Severity.WRONG
            style = "$warning" if wrong else "$quiet"
            yield Content.styled(f"{'▲ ' if wrong else ''}{visible(finding.sentence)}", style)

    def _line(self, token: Token, *, named: bool) -> Content:
        name = f"{token.name.removeprefix('LOGIN '):<9}" if named else ""
        text = token.text if self._revealed else token.masked
        shown = text[:_LONGEST_SHOWN]
        clear, secret = shown[: token.clear], shown[token.clear :]
        rest = f"… {len(text):,} characters" if len(text) > len(shown) else ""
        return Content.assemble(
            (name, "$quiet"), (clear, "$accent"), (secret, "$quiet"), (rest, "$quiet")
        )


def _offers(view: SessionView) -> tuple[object, ...]:
    """All that remarks depend on."""
    return (view.state.extensions, view.state.identity, view.encrypted, view.target)
