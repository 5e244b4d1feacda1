"""Connection: where and how to connect, and the profiles that remember it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

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
from smtp_tui.wire.tls_options import TlsOptions
from smtp_tui.workbench.panes.choice import Choice, Option
from smtp_tui.workbench.panes.fields import Field, Toggle
from smtp_tui.workbench.panes.tls_row import TlsRow
from smtp_tui.workbench.places import place

_MODES = {
    TlsMode.STARTTLS: "STARTTLS",
    TlsMode.IMPLICIT: "implicit TLS",
    TlsMode.NONE: "none: in the clear",
}
_LABELS = (
    "Host", "Port", "TLS", "EHLO as", "Verify", "CA file", "More TLS", "Timeout", "Profile",
)  # fmt: skip
_SAVE = "\0save"
"""What saves in the menu of profiles; no name of one can be it."""


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
        self.fault("")

    def compose(self) -> ComposeResult:
        base = self._base
        with Horizontal(classes="form"):
            yield Static(Content("\n".join(_LABELS)), classes="labels")
            with Vertical(classes="fields"):
                yield Field(_host(base), placeholder="mail.example.org", id="host")
                yield Field("" if base.unix_path else str(base.port), id="port")
                modes = ((label, mode.value) for mode, label in _MODES.items())
                yield Choice(modes, base.tls.value, id="tls-mode")
                yield Field(base.ehlo, placeholder="name of this computer", id="ehlo")
                yield Toggle("the certificate", "nothing (insecure)", base.verify, id="verify")
                yield Field(str(base.ca_file or ""), placeholder="the system's", id="ca-file")
                yield TlsRow(base.options)
                yield Field(f"{base.timeout:g}", id="timeout")
                yield Choice(
                    self._choices(),
                    self._profile,
                    prompt="none",
                    commands=[("save these as…", _SAVE)],
                    id="profile",
                )
        yield Static(id="connection-problem")

    def target(self) -> Target:
        """What the form says; a URL in the host field counts. Raises ``TargetError``."""
        host = self._field("host")
        base = replace(
            self._base,
            host=self._base.host,
            ehlo=self._field("ehlo").strip(),
            verify=self.query_one("#verify", Toggle).value,
            ca_file=place(self._field("ca-file")) if self._field("ca-file") else None,
            timeout=_seconds(self._field("timeout")),
            tls=TlsMode(self.query_one("#tls-mode", Choice).value),
            options=self.options,
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
        self.options = target.options
        self.query_one("#tls-mode", Choice).value = target.tls.value
        self.problem("")

    @property
    def options(self) -> TlsOptions:
        """How TLS is to be spoken."""
        return self.query_one(TlsRow).options

    @options.setter
    def options(self, options: TlsOptions) -> None:
        self.query_one(TlsRow).options = options

    def problem(self, sentence: str) -> None:
        """Show what is wrong with the form, "" for nothing."""
        text = Content.styled(f"✗ {visible(sentence)}", "$error") if sentence else Content("")
        problem = self.query_one("#connection-problem", Static)
        problem.update(text)
        problem.display = bool(sentence)

    def fault(self, names: str) -> None:
        """Say which faults of the practice server are on, "" for none."""
        text = f"fault: {names}" if names else "enter connects"
        self.border_subtitle = Content.styled(text, "$warning" if names else "")

    def show_profiles(self, names: Sequence[str], chosen: str = "") -> None:
        """Offer these profiles, ``chosen`` being the one in the form."""
        self._profiles = tuple(names)
        self.query_one("#profile", Choice).set_options(self._choices(), chosen)

    def on_mount(self) -> None:
        """Begin without a problem."""
        self.problem("")

    @on(Input.Changed, "#port")
    def _suggest_mode(self, event: Input.Changed) -> None:
        """Suggest the mode the port stands for, unless the person chose one."""
        select = self.query_one("#tls-mode", Choice)
        if self._mode_chosen or select.value != self._suggested.value:
            return
        try:
            mode = default_tls(check_port(event.value))
        except TargetError:
            return
        self._suggested = mode
        select.value = mode.value

    @on(Choice.Changed, "#tls-mode")
    def _mode_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._mode_chosen = self._mode_chosen or event.value != self._suggested.value

    @on(Choice.Changed, "#profile")
    def _profile_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self.post_message(self.ProfileChosen(event.value))

    @on(Choice.Command, "#profile")
    def _save_asked(self, event: Choice.Command) -> None:
        event.stop()
        self.post_message(self.SaveAsked())

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        self.problem("")

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    def _choices(self) -> list[Option]:
        return [(visible(name), name) for name in self._profiles]

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
