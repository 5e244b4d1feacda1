"""Credentials: user and password, and live what AUTH makes of them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from smtp_tui.sasl.credentials import Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.smtp.visible import pieces, visible
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.fields import Field, SecretField
from smtp_tui.workbench.tokens import DOTS, Token, tokens


class CredentialsPane(Vertical):
    """Mechanism, user, password, their anatomy and their Base64."""

    class Changed(Message):
        """Something in the form changed."""

    def __init__(self, keys: Keys, user: str = "", mechanism: str = "") -> None:
        super().__init__(id="credentials")
        self._user = user
        self._mechanism = mechanism if mechanism in MECHANISMS else next(iter(MECHANISMS))
        self._revealed = False
        self.border_title = Content("Credentials → Base64")
        words = (("copy-token", "copy"), ("insert-token", "insert"), ("reveal", "reveal"))
        self.border_subtitle = Content(" · ".join(f"{keys.short(id)} {word}" for id, word in words))

    def compose(self) -> ComposeResult:
        with Horizontal(classes="form"):
            yield Static(Content("Mechanism\nUser\nPassword"), classes="labels")
            with Vertical(classes="fields"):
                yield Choice([(name, name) for name in MECHANISMS], self._mechanism, id="mechanism")
                yield Field(self._user, placeholder="user@example.org", id="user")
                yield SecretField(id="password")
        yield Static(id="anatomy")
        yield Static(id="token")

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
        user = self.query_one("#user", Field).value
        return Credentials(user, self.query_one("#password", SecretField).value)

    def fill(self, user: str, password: str = "", mechanism: str = "") -> None:
        """Put these into the form; of password and mechanism only what is named."""
        self.query_one("#user", Field).value = user
        if password:
            self.query_one("#password", SecretField).value = password
        if mechanism in MECHANISMS:
            self.query_one("#mechanism", Choice).value = mechanism

    def tokens(self) -> tuple[Token, ...]:
        """The Base64 strings; raises ``CredentialsError``."""
        return tokens(self.mechanism, self.credentials)

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
        anatomy = self.query_one("#anatomy", Static)
        token = self.query_one("#token", Static)
        if not credentials.user and not credentials.password:
            anatomy.update(Content.styled("User and password become the", "$quiet"))
            token.update(Content.styled("Base64 string that AUTH wants.", "$quiet"))
            return
        try:
            made = self.tokens()
        except CredentialsError as error:
            anatomy.update(Content.styled(f"✗ {visible(str(error))}", "$error"))
            token.update(Content(""))
            return
        anatomy.update(_anatomy(self.mechanism, credentials, revealed=self._revealed))
        lines = [self._line(item, named=len(made) > 1) for item in made]
        token.update(Content("\n").join(lines))

    def _line(self, token: Token, *, named: bool) -> Content:
        name = f"{token.name.removeprefix('LOGIN '):<9}" if named else ""
        text = token.text if self._revealed else token.masked
        clear, secret = text[: token.clear], text[token.clear :]
        return Content.assemble((name, "$quiet"), (clear, "$accent"), (secret, "$quiet"))


def _anatomy(mechanism: str, credentials: Credentials, *, revealed: bool) -> Content:
    password = _foreign(credentials.password) if revealed else Content(DOTS)
    if not credentials.password:
        password = Content.styled("none", "$warning")
    user = _foreign(credentials.user) if credentials.user else Content.styled("none", "$warning")
    if mechanism == "LOGIN":
        return Content.assemble(("two answers: ", "$quiet"), user, ("  then  ", "$quiet"), password)
    return Content.assemble(
        ("[∅]", "$quiet"), " ", chip("NUL"), " [", user, "] ", chip("NUL"), " [", password, "]"
    )


def _foreign(text: str) -> Content:
    """Typed text with control characters as chips."""
    return Content("").join(
        chip(piece) if hidden else Content(piece) for piece, hidden in pieces(text)
    )


def chip(name: str) -> Content:
    """A control character by its name, set off from text."""
    return Content.styled(name, "$background on $secondary")
