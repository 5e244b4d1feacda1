"""Connection: where and how to connect, and the profiles that remember it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import (
    Target,
    TargetError,
    TlsMode,
    check_port,
    default_tls,
    parse_target,
    validate,
)
from smtp_tui.workbench.panes.fields import Field, Toggle

_MODES = {
    TlsMode.STARTTLS: "STARTTLS",
    TlsMode.IMPLICIT: "from the first octet",
    TlsMode.NONE: "none: in the clear",
}
_SAVE = "\0save"
"""The choice that saves; no name of a profile can be it."""


class ConnectionPane(Vertical):
    """The form of a target."""

    class Submitted(Message):
        """Enter was pressed in a field: connect."""

    class ProfileChosen(Message):
        """The person chose the profile ``name``."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class SaveAsked(Message):
        """The person wants to keep the form under a name."""

    def __init__(
        self, target: Target | None, profiles: Sequence[str] = (), profile: str = ""
    ) -> None:
        super().__init__(id="connection")
        self._base = target or Target("")
        self._profiles = tuple(profiles)
        self._profile = profile
        self._mode_chosen = target is not None and target.tls is not default_tls(target.port)
        self._suggested = self._base.tls
        self.border_title = Content("Connection")
        self.border_subtitle = Content("enter connects")

    def compose(self) -> ComposeResult:
        base = self._base
        with Vertical(classes="form"):
            yield Label("Host")
            yield Field(_host(base), placeholder="mail.example.org", id="host")
            yield Label("Port")
            yield Field("" if base.unix_path else str(base.port), id="port")
            yield Label("TLS")
            yield Select(
                [(label, mode.value) for mode, label in _MODES.items()],
                allow_blank=False,
                value=base.tls.value,
                compact=True,
                id="tls-mode",
            )
            yield Label("EHLO as")
            yield Field(base.ehlo, placeholder="name of this computer", id="ehlo")
            yield Label("Verify")
            yield Toggle("the certificate", "nothing (insecure)", base.verify, id="verify")
            yield Label("CA file")
            yield Field(str(base.ca_file or ""), placeholder="the system's", id="ca-file")
            yield Label("Timeout")
            yield Field(f"{base.timeout:g}", id="timeout")
            yield Label("Profile")
            yield Select(self._choices(), prompt="none", compact=True, id="profile")
        yield Static(id="connection-problem")

    def target(self) -> Target:
        """What the form says; a URL in the host field counts. Raises ``TargetError``."""
        host = self._field("host")
        base = replace(
            self._base,
            host=self._base.host,
            ehlo=self._field("ehlo").strip(),
            verify=self.query_one("#verify", Toggle).value,
            ca_file=Path(self._field("ca-file")).expanduser() if self._field("ca-file") else None,
            timeout=_seconds(self._field("timeout")),
            tls=TlsMode(str(self.query_one("#tls-mode", Select).value)),
        )
        if _is_address(host):
            return parse_target(host, base=replace(base, host=""))
        port = check_port(self._field("port"))
        return validate(replace(base, host=host, port=port, unix_path=None))

    def fill(self, target: Target) -> None:
        """Put a target into the form."""
        self._base = target
        self._mode_chosen = target.tls is not default_tls(target.port)
        self._suggested = target.tls
        self._set("host", _host(target))
        self._set("port", "" if target.unix_path else str(target.port))
        self._set("ehlo", target.ehlo)
        self._set("ca-file", str(target.ca_file or ""))
        self._set("timeout", f"{target.timeout:g}")
        self.query_one("#verify", Toggle).value = target.verify
        self.query_one("#tls-mode", Select).value = target.tls.value
        self.problem("")

    def problem(self, sentence: str) -> None:
        """Show what is wrong with the form, "" for nothing."""
        text = Content.styled(f"✗ {visible(sentence)}", "$error") if sentence else Content("")
        problem = self.query_one("#connection-problem", Static)
        problem.update(text)
        problem.display = bool(sentence)

    def show_profiles(self, names: Sequence[str], chosen: str = "") -> None:
        """Offer these profiles, ``chosen`` being the one in the form."""
        self._profiles = tuple(names)
        self._profile = chosen
        select = self.query_one("#profile", Select)
        with self.prevent(Select.Changed):
            select.set_options(self._choices())
            if chosen in self._profiles:
                select.value = chosen

    def on_mount(self) -> None:
        """Begin without a problem."""
        self.problem("")
        self.show_profiles(self._profiles, self._profile)

    @on(Input.Changed, "#port")
    def _suggest_mode(self, event: Input.Changed) -> None:
        """Suggest the mode the port stands for, unless the person chose one."""
        select = self.query_one("#tls-mode", Select)
        if self._mode_chosen or select.value != self._suggested.value:
            return
        try:
            mode = default_tls(check_port(event.value))
        except TargetError:
            return
        self._suggested = mode
        select.value = mode.value

    @on(Select.Changed, "#tls-mode")
    def _mode_changed(self, event: Select.Changed) -> None:
        event.stop()
        self._mode_chosen = self._mode_chosen or event.value != self._suggested.value

    @on(Select.Changed, "#profile")
    def _profile_changed(self, event: Select.Changed) -> None:
        event.stop()
        if event.value == _SAVE:
            self.show_profiles(self._profiles, self._profile)
            self.post_message(self.SaveAsked())
        elif isinstance(event.value, str) and event.value != self._profile:
            self._profile = event.value
            self.post_message(self.ProfileChosen(event.value))

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        self.problem("")

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    def _choices(self) -> list[tuple[Content, str]]:
        names = [(Content(visible(name)), name) for name in self._profiles]
        return [*names, (Content("save these as…"), _SAVE)]

    def _field(self, id: str) -> str:
        return self.query_one(f"#{id}", Field).value

    def _set(self, id: str, text: str) -> None:
        self.query_one(f"#{id}", Field).value = text


def _host(target: Target) -> str:
    return f"unix:{target.unix_path}" if target.unix_path is not None else target.host


def _is_address(text: str) -> bool:
    """Whether the host field holds more than a host: a URL, a socket, or ``host:port``."""
    host, mark, port = text.strip().rpartition(":")
    if "://" in text or text.strip().lower().startswith(("unix:", "lmtp+unix:")):
        return True
    return bool(mark) and port.isdecimal() and (":" not in host or host.startswith("["))


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise TargetError("The timeout must be a number of seconds, as 30.") from None
