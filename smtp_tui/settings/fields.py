"""Between a profile and the plain values of a TOML table, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from smtp_tui.settings import checks
from smtp_tui.settings.problem import Refused
from smtp_tui.settings.profile import Profile

T = TypeVar("T")
Plain = str | int | float | bool
Complain = Callable[[str, str], None]
"""Told of a field that was ignored, and why."""


def from_plain(name: str, values: Mapping[str, object], base: Path, complain: Complain) -> Profile:
    """The profile that a table of plain values describes; a wrong value alone is left out.

    Relative paths begin at ``base``. Keys that are no fields are not looked at.
    """

    def take(field: str, check: Callable[[object], T]) -> T | None:
        if field not in values:
            return None
        try:
            return check(values[field])
        except Refused as refused:
            complain(field, str(refused))
            return None

    def path(value: object) -> Path:
        return checks.path(value, base)

    def unix_path(value: object) -> Path:
        if "host" in values:
            raise Refused("there is a host as well; keep one of the two")
        return path(value)

    return Profile(
        name=name,
        host=take("host", checks.host),
        port=take("port", checks.port),
        tls=take("tls", checks.tls),
        ehlo=take("ehlo", checks.ehlo),
        verify=take("verify", checks.flag),
        ca_file=take("ca_file", path),
        timeout=take("timeout", checks.timeout),
        family=take("family", checks.family),
        lmtp=take("lmtp", checks.flag),
        unix_path=take("unix_path", unix_path),
        user=take("user", checks.user),
        mechanism=take("mechanism", checks.mechanism),
        sni=take("sni", checks.host),
        verify_name=take("verify_name", checks.host),
        tls_min=take("tls_min", checks.tls_version),
        tls_max=take("tls_max", checks.tls_version),
        ciphers=take("ciphers", checks.words),
        client_cert=take("client_cert", path),
        client_key=take("client_key", path),
        key_log=take("key_log", path),
        alpn=take("alpn", checks.words),
    )


def to_plain(profile: Profile) -> dict[str, Plain]:
    """The plain values of what is set, in the order of the fields; paths become absolute."""
    values: dict[str, Plain | None] = {
        "host": profile.host,
        "port": profile.port,
        "tls": profile.tls.value if profile.tls else None,
        "ehlo": profile.ehlo,
        "verify": profile.verify,
        "ca_file": _absolute(profile.ca_file),
        "timeout": _short(profile.timeout),
        "family": profile.family.value if profile.family else None,
        "lmtp": profile.lmtp,
        "unix_path": _absolute(profile.unix_path),
        "user": profile.user,
        "mechanism": profile.mechanism,
        "sni": profile.sni,
        "verify_name": profile.verify_name,
        "tls_min": profile.tls_min.value if profile.tls_min else None,
        "tls_max": profile.tls_max.value if profile.tls_max else None,
        "ciphers": profile.ciphers,
        "client_cert": _absolute(profile.client_cert),
        "client_key": _absolute(profile.client_key),
        "key_log": _absolute(profile.key_log),
        "alpn": profile.alpn,
    }
    return {field: value for field, value in values.items() if value is not None}


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _short(seconds: float | None) -> int | float | None:
    return int(seconds) if seconds is not None and float(seconds).is_integer() else seconds
