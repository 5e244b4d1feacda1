"""The layers above the file: what the environment says, and how all of them become one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from smtp_tui.settings import checks
from smtp_tui.settings.problem import Problem, Refused, SettingsError, shown
from smtp_tui.settings.profile import Profile, layered
from smtp_tui.settings.reading import Settings

T = TypeVar("T")

PREFIX = "SMTP_TUI_"
_KEY_LOG = "SSLKEYLOGFILE"
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What holds in the end; ``profile.name`` is the profile it rests on, or ""."""

    profile: Profile
    theme: str | None
    problems: tuple[Problem, ...]


def from_environment(environ: Mapping[str, str]) -> tuple[Profile, tuple[Problem, ...]]:
    """The layer the environment gives, and what in it is wrong and was ignored.

    Reads ``SMTP_TUI_`` and HOST, PORT, TLS, EHLO, INSECURE, CA_FILE, TIMEOUT, USER, SNI,
    VERIFY_NAME, TLS_MIN, TLS_MAX, CIPHERS, CLIENT_CERT, CLIENT_KEY, KEY_LOG, ALPN; for the key
    log also SSLKEYLOGFILE, as browsers do. A variable that is empty is not set. The password is
    none of this module's business.
    """
    variables = _Variables(environ)
    profile = Profile(
        name="",
        host=variables.take("HOST", checks.host),
        port=variables.take("PORT", _port),
        tls=variables.take("TLS", checks.tls),
        ehlo=variables.take("EHLO", checks.ehlo),
        verify=variables.take("INSECURE", _verify),
        ca_file=variables.take("CA_FILE", _path),
        timeout=variables.take("TIMEOUT", _timeout),
        user=variables.take("USER", checks.user),
        sni=variables.take("SNI", checks.host),
        verify_name=variables.take("VERIFY_NAME", checks.host),
        tls_min=variables.take("TLS_MIN", checks.tls_version),
        tls_max=variables.take("TLS_MAX", checks.tls_version),
        ciphers=variables.take("CIPHERS", checks.words),
        client_cert=variables.take("CLIENT_CERT", _path),
        client_key=variables.take("CLIENT_KEY", _path),
        key_log=variables.take("KEY_LOG", _path) or variables.take(_KEY_LOG, _path, prefix=""),
        alpn=variables.take("ALPN", checks.words),
    )
    return profile, tuple(variables.problems)


def resolve(
    settings: Settings,
    environ: Mapping[str, str],
    overrides: Profile | None = None,
    *,
    name: str | None = None,
    theme: str | None = None,
    use_default: bool = True,
) -> Resolved:
    """One profile out of command line, environment, chosen profile, in this order of precedence.

    ``overrides``, ``name`` and ``theme`` come from the command line. The profile is the one named
    there, else by ``SMTP_TUI_PROFILE``, else the file's default profile. That last one stands in
    only where nothing names a server (and ``use_default``): a user name or a certificate left
    unchecked, meant for one server, must not reach another unasked.

    Raises ``SettingsError`` when ``name`` is no profile. ``problems`` are the file's and the
    environment's.
    """
    overrides = overrides or Profile("")
    layer, found = from_environment(environ)
    variables = _Variables(environ)
    if name is not None:
        chosen = settings.profile(name)
    elif variables.has("PROFILE"):
        chosen = variables.take("PROFILE", settings.profile) or Profile("")
    elif (
        settings.default_profile is not None
        and use_default
        and not (overrides.names_a_server or layer.names_a_server)
    ):
        chosen = settings.profile(settings.default_profile)
    else:
        chosen = Profile("")
    return Resolved(
        profile=layered(overrides, layer, chosen),
        theme=theme or variables.take("THEME", checks.theme) or settings.theme,
        problems=(*settings.problems, *found, *variables.problems),
    )


class _Variables:
    """Takes variables one by one and gathers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []

    def has(self, variable: str, prefix: str = PREFIX) -> bool:
        return bool(self._environ.get(prefix + variable))

    def take(self, variable: str, check: Callable[[str], T], prefix: str = PREFIX) -> T | None:
        if not self.has(variable, prefix):
            return None
        try:
            return check(self._environ[prefix + variable])
        except (Refused, SettingsError) as error:
            self.problems.append(Problem(None, None, prefix + variable, str(error)))
            return None


def _port(text: str) -> int:
    digits = text.strip(" ")
    number = digits.isascii() and digits.isdigit() and len(digits) <= 20
    return checks.port(int(digits) if number else text)


def _timeout(text: str) -> float:
    return checks.timeout(checks.seconds(text))


def _path(text: str) -> Path:
    return checks.path(text, Path())


def _verify(text: str) -> bool:
    word = text.strip(" ").casefold()
    if word not in _YES | _NO:
        raise Refused(f"{shown(text)} is neither yes nor no; use 1 or 0")
    return word in _NO
