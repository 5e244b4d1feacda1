"""Copying, inserting and revealing what the credentials make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from textual.screen import Screen

from smtp_tui.sasl.credentials import CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.smtp.state import Phase
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.offers import auth_line, offer
from smtp_tui.workbench.panes.composer import Composer
from smtp_tui.workbench.panes.credentials import CredentialsPane
from smtp_tui.workbench.session import SessionView
from smtp_tui.workbench.tokens import Token


class TokenKeys:
    """Works on the two panes of ``screen`` that show secrets."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._next = 0

    @property
    def _credentials(self) -> CredentialsPane:
        return self._screen.query_one(CredentialsPane)

    @property
    def _composer(self) -> Composer:
        return self._screen.query_one(Composer)

    def begin_again(self) -> None:
        """The credentials changed: the first of LOGIN's two strings is copied next."""
        self._next = 0

    def copy(self, view: SessionView) -> None:
        """Copy the Base64 string; of LOGIN's two the one that is wanted next."""
        tokens = self._tokens()
        if not tokens:
            return
        index = view.exchange.number - 1 if view.exchange is not None else self._next
        token = tokens[index % len(tokens)]
        self._next = index + 1
        what = f"{token.name} string, {token.octets} octets in Base64, no newline"
        clipboard.copy(self._screen.app, token.text, what)

    def copy_command(self) -> None:
        """Copy the AUTH line with its string, where the mechanism begins with one."""
        mechanism = self._credentials.mechanism
        line = f"AUTH {mechanism}"
        if MECHANISMS[mechanism].initial:
            tokens = self._tokens()
            if not tokens:
                return
            line += f" {tokens[0].text or '='}"
        clipboard.copy(self._screen.app, line, f"AUTH {mechanism} line, {len(line)} octets")

    def _tokens(self) -> tuple[Token, ...]:
        """The strings there are; says why there are none."""
        pane = self._credentials
        try:
            tokens = pane.tokens()
        except CredentialsError as error:
            self._composer.say(str(error))
            return ()
        if not pane.credentials.user and MECHANISMS[pane.mechanism].needs_user:
            self._composer.say("Fill in user and password first.")
            return ()
        if not tokens:
            self._composer.say("There is no string yet: it answers the server's challenge.")
        return tokens

    def insert(self, view: SessionView) -> None:
        """Put the AUTH line, or the answer that is wanted, on the command line."""
        mechanism = self._credentials.mechanism
        if view.state.phase is Phase.AUTH:
            self._composer.insert(offer(view, mechanism=mechanism) or f"{{{mechanism}}}")
        else:
            self._composer.insert(auth_line(mechanism))

    def secrets(self) -> Iterator[str]:
        """All that is secret in what was typed and in what it makes."""
        pane, field = self._credentials, self._composer.field
        yield pane.credentials.password
        with suppress(CredentialsError):
            yield from (token.text for token in pane.tokens())
        yield from (field.value[slice(*span)] for span in field.spans)

    def show_secrets(self, revealed: bool) -> None:
        """Show what is secret, or mask it again."""
        self._credentials.reveal(revealed)
        self._composer.reveal(revealed)
        from smtp_tui.workbench.panes.detail import DetailPane

        for detail in self._screen.query(DetailPane):
            detail.reveal(revealed)
