"""TLS settings: names, versions, ciphers, a certificate of one's own and the key log, in a form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.context import check_ciphers
from smtp_tui.wire.target import TargetError, check_options
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.places import place
from smtp_tui.workbench.screens.form import Form

_LABELS = (
    "Announce", "Verify for", "Lowest", "Highest", "Ciphers", "Certificate", "Its key", "Key log",
    "ALPN",
)  # fmt: skip
_OLD = "TLS 1.0 and 1.1 protect nothing any more: allow them for tests only."
_LOGGED = "Whoever has the key log can read the sessions, passwords too: for tests only."
_UNVERIFIED_NAME = "The certificate has to be for that name, whatever the host is."


class TlsSettingsScreen(Form[TlsOptions | None]):
    """Gives what is wanted, None when it is to stay as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "keep", show=False)]
    AUTO_FOCUS = "#sni"

    def __init__(self, options: TlsOptions) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        options = self._options
        with VerticalScroll(classes="dialog", id="tls-settings", can_focus=False) as dialog:
            dialog.border_title = Content("TLS settings")
            dialog.border_subtitle = Content("enter takes them · escape leaves all as it was")
            with Horizontal(classes="form"):
                yield Static(Content("\n".join(_LABELS)), classes="labels")
                with Vertical(classes="fields"):
                    yield Field(
                        options.sni, placeholder="the host's name; “none” for no SNI", id="sni"
                    )
                    yield Field(
                        options.verify_name, placeholder="the host's name", id="verify-name"
                    )
                    yield _versions("1.2, as usual", options.minimum, "tls-min")
                    yield _versions("1.3, as usual", options.maximum, "tls-max")
                    yield Field(
                        options.ciphers, placeholder="as usual; for TLS 1.2 and below", id="ciphers"
                    )
                    yield _path(options.client_cert, "none; a PEM file", "client-cert")
                    yield _path(options.client_key, "in the same file", "client-key")
                    yield _path(options.key_log, "none; a file for Wireshark", "key-log")
                    yield Field(" ".join(options.alpn), placeholder="none; as smtp", id="alpn")
            yield Static(id="tls-settings-note")

    def action_keep(self) -> None:
        """Take what is in the form."""
        self.take()

    def take(self) -> None:
        """Give what is in the form, if it makes sense."""
        try:
            wanted = self._wanted()
            check_ciphers(wanted)
        except TargetError as error:
            self._say(f"✗ {visible(str(error))}", "$error")
        else:
            self.dismiss(wanted)

    def _wanted(self) -> TlsOptions:
        """What the form says; raises ``TargetError``."""
        return check_options(
            TlsOptions(
                sni=self._text("sni"),
                verify_name=self._text("verify-name"),
                minimum=self._version("tls-min"),
                maximum=self._version("tls-max"),
                ciphers=self._text("ciphers"),
                client_cert=self._file("client-cert"),
                client_key=self._file("client-key"),
                key_log=self._file("key-log"),
                alpn=tuple(self._text("alpn").split()),
            )
        )

    def draw(self) -> None:
        """Say what is doubtful about it."""
        try:
            notes = "\n".join(f"▲ {note}" for note in _notes(self._wanted()))
        except TargetError as error:
            self._say(f"✗ {visible(str(error))}", "$error")
        else:
            self._say(notes, "$warning")

    def _say(self, text: str, style: str) -> None:
        note = self.query_one("#tls-settings-note", Static)
        note.update(Content.styled(text, style))
        note.display = bool(text)

    def _text(self, id: str) -> str:
        return self.query_one(f"#{id}", Field).value.strip()

    def _file(self, id: str) -> Path | None:
        text = self._text(id)
        return place(text) if text else None

    def _version(self, id: str) -> TlsVersion | None:
        value = self.query_one(f"#{id}", Choice).value
        return TlsVersion(value) if value else None


def _notes(options: TlsOptions) -> Iterator[str]:
    if options.allows_old:
        yield _OLD
    if options.key_log is not None:
        yield _LOGGED
    if options.verify_name:
        yield _UNVERIFIED_NAME


def _versions(usual: str, chosen: TlsVersion | None, id: str) -> Choice:
    choices = [(usual, ""), *((version.value, version.value) for version in TlsVersion)]
    return Choice(choices, chosen.value if chosen else "", id=id)


def _path(path: Path | None, placeholder: str, id: str) -> Field:
    return Field(str(path or ""), placeholder=placeholder, id=id)
