"""Where to connect: command line over environment over profile over default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.settings import (
    Problem,
    Profile,
    Settings,
    from_environment,
    layered,
    load,
    resolve,
    settings_path,
)
from smtp_tui.wire.target import Family, Target, TlsMode, parse_target, validate

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress

_NOTHING = Profile("")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of the connection; None and "" where it says nothing.

    ``encryption`` is what it says of TLS beyond the mode, as a layer of settings; ``faults`` are
    for the practice server alone.
    """

    target: str | None = None
    profile: str | None = None
    tls: TlsMode | None = None
    ca_file: Path | None = None
    insecure: bool = False
    ehlo: str | None = None
    user: str | None = None
    timeout: float | None = None
    family: Family | None = None
    encryption: Profile = _NOTHING
    faults: Faults = NO_FAULTS

    def layer(self) -> Profile:
        """The layer of settings it stands for, without the target."""
        return replace(
            self.encryption,
            tls=self.tls,
            ca_file=self.ca_file,
            verify=False if self.insecure else None,
            ehlo=self.ehlo,
            user=self.user,
            timeout=self.timeout,
            family=self.family,
        )


@dataclass(frozen=True, slots=True)
class Destination:
    """What all layers come to.

    ``target`` is None where nothing names a server; ``form`` is what is known all the same, not
    validated, for a person to complete. ``timeout`` is what some layer set, in
    seconds. ``settings`` carry the theme that holds and the problems of all layers.
    """

    target: Target | None
    form: Target
    user: str
    profile: str
    mechanism: str
    timeout: float | None
    settings: Settings

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What in the settings and the environment was ignored."""
        return self.settings.problems


def find(asked: Asked, environ: Mapping[str, str]) -> Destination:
    """Resolve what was asked for against environment and settings file.

    Raises ``TargetError`` and ``SettingsError``.
    """
    settings = load(settings_path(environ))
    layer = asked.layer()
    if asked.target is not None:
        layer = replace(layer, host="named.invalid")  # so that no default profile steps in
    resolved = resolve(settings, environ, layer, name=asked.profile)
    profile = resolved.profile
    target: Target | None = None
    if asked.target is not None:
        target = _named(asked, environ, profile.target())
    elif profile.names_a_server:
        target = validate(profile.target())
    return Destination(
        target,
        target or profile.target(),
        target.user if target is not None else profile.user or "",
        profile.name,
        profile.mechanism or "",
        profile.timeout,
        replace(settings, theme=resolved.theme, problems=resolved.problems),
    )


def without_server(asked: Asked, environ: Mapping[str, str]) -> Target:
    """How to connect to the practice server, wherever it is: as the command line says, and with
    the key log of the environment, which is for every session.
    """
    theirs = Profile("", key_log=from_environment(environ)[0].key_log)
    return layered(asked.layer(), theirs).target()


def practice(asked: Asked, environ: Mapping[str, str], at: PracticeAddress) -> Target:
    """The practice server as target; of the command line only what does not name a server."""
    usual = TlsMode.IMPLICIT if at.faults.implicit else TlsMode.STARTTLS
    mode = asked.tls or usual
    return validate(
        replace(
            without_server(asked, environ),
            host=at.host,
            port=at.tls_port if mode is TlsMode.IMPLICIT else at.starttls_port,
            tls=mode,
            ca_file=at.ca_file,
        )
    )


def _named(asked: Asked, environ: Mapping[str, str], base: Target) -> Target:
    """The target as written, over what the layers below say; options outrank what it implies."""
    text = asked.target or ""
    target = parse_target(text, base=base)
    tls = asked.tls
    if tls is None and "://" not in text:  # a port alone implies a mode, a scheme names it
        tls = from_environment(environ)[0].tls
    if target.unix_path is not None:
        tls = None
    return replace(target, tls=tls or target.tls, user=asked.user or target.user)
