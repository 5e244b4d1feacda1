"""Profile: the settings of one connection under a name, each set or left open, never a secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from smtp_tui.wire.target import Family, Target, TlsMode, default_tls
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion

T = TypeVar("T")

_DEFAULT = Target("")


@dataclass(frozen=True, slots=True)
class Profile:
    """Settings of a connection; None means not set, so that the layer below decides.

    ``timeout`` is in seconds; ``alpn`` are protocols, separated by spaces. There is no field for
    a password or token, and none will come.
    """

    name: str
    host: str | None = None
    port: int | None = None
    tls: TlsMode | None = None
    ehlo: str | None = None
    verify: bool | None = None
    ca_file: Path | None = None
    timeout: float | None = None
    family: Family | None = None
    lmtp: bool | None = None
    unix_path: Path | None = None
    user: str | None = None
    mechanism: str | None = None
    sni: str | None = None
    verify_name: str | None = None
    tls_min: TlsVersion | None = None
    tls_max: TlsVersion | None = None
    ciphers: str | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    key_log: Path | None = None
    alpn: str | None = None

    @property
    def names_a_server(self) -> bool:
        """Whether it says where to connect."""
        return self.host is not None or self.unix_path is not None

    def target(self) -> Target:
        """The target it stands for, what is not set filled in from the defaults.

        Without a port: 24 for LMTP, 465 for implicit TLS, 25 for none, else 587. Without a mode
        the port decides; LMTP and a Unix socket have none. The target is not validated (``host``
        is "" when nothing names a server): ``wire.target.validate`` does that.
        """
        port = self._port()
        local = self.unix_path is not None
        return Target(
            host="" if local else self.host or "",
            port=port,
            tls=self.tls or (TlsMode.NONE if local or self.lmtp else default_tls(port)),
            ehlo=self.ehlo or "",
            verify=_or(self.verify, _DEFAULT.verify),
            ca_file=self.ca_file,
            timeout=_or(self.timeout, _DEFAULT.timeout),
            family=self.family or _DEFAULT.family,
            lmtp=bool(self.lmtp),
            unix_path=self.unix_path,
            user=self.user or "",
            options=TlsOptions(
                sni=self.sni or "",
                verify_name=self.verify_name or "",
                minimum=self.tls_min,
                maximum=self.tls_max,
                ciphers=self.ciphers or "",
                client_cert=self.client_cert,
                client_key=self.client_key,
                key_log=self.key_log,
                alpn=tuple((self.alpn or "").split()),
            ),
        )

    @classmethod
    def from_target(
        cls, name: str, target: Target, user: str | None = None, mechanism: str | None = None
    ) -> Profile:
        """The profile that leads to ``target``; what is as by default is left unset.

        ``user`` outranks the target's own. ``target()`` of it gives the same target again (save
        the port beside a Unix socket, where it means nothing).
        """
        local = target.unix_path is not None
        options = target.options
        plain_socket = local and target.tls is TlsMode.NONE
        return cls(
            name=name,
            host=None if local else target.host or None,
            port=None if local else target.port,
            tls=None if plain_socket else target.tls,
            ehlo=target.ehlo or None,
            verify=None if target.verify else False,
            ca_file=target.ca_file,
            timeout=None if target.timeout == _DEFAULT.timeout else target.timeout,
            family=None if target.family is _DEFAULT.family else target.family,
            lmtp=True if target.lmtp else None,
            unix_path=target.unix_path,
            user=user or target.user or None,
            mechanism=mechanism or None,
            sni=options.sni or None,
            verify_name=options.verify_name or None,
            tls_min=options.minimum,
            tls_max=options.maximum,
            ciphers=options.ciphers or None,
            client_cert=options.client_cert,
            client_key=options.client_key,
            key_log=options.key_log,
            alpn=" ".join(options.alpn) or None,
        )

    def _port(self) -> int:
        if self.port is not None:
            return self.port
        if self.lmtp:
            return 24
        match self.tls:
            case TlsMode.IMPLICIT:
                return 465
            case TlsMode.NONE:
                return 25
            case _:
                return _DEFAULT.port


FIELDS = tuple(field.name for field in fields(Profile) if field.name != "name")
"""What a profile can set, in the order it is written."""


def layered(*layers: Profile) -> Profile:
    """One profile out of several, the strongest first: of each setting the first that is set.

    Host and Unix socket are one setting, the place: the first layer that names either names both.
    So are the client certificate and its key.
    """
    own = next((layer for layer in layers if layer.client_cert or layer.client_key), Profile(""))
    place = next((layer for layer in layers if layer.names_a_server), Profile(""))
    return Profile(
        name=next((layer.name for layer in layers if layer.name), ""),
        host=place.host,
        port=_first(layer.port for layer in layers),
        tls=_first(layer.tls for layer in layers),
        ehlo=_first(layer.ehlo for layer in layers),
        verify=_first(layer.verify for layer in layers),
        ca_file=_first(layer.ca_file for layer in layers),
        timeout=_first(layer.timeout for layer in layers),
        family=_first(layer.family for layer in layers),
        lmtp=_first(layer.lmtp for layer in layers),
        unix_path=place.unix_path,
        user=_first(layer.user for layer in layers),
        mechanism=_first(layer.mechanism for layer in layers),
        sni=_first(layer.sni for layer in layers),
        verify_name=_first(layer.verify_name for layer in layers),
        tls_min=_first(layer.tls_min for layer in layers),
        tls_max=_first(layer.tls_max for layer in layers),
        ciphers=_first(layer.ciphers for layer in layers),
        client_cert=own.client_cert,
        client_key=own.client_key,
        key_log=_first(layer.key_log for layer in layers),
        alpn=_first(layer.alpn for layer in layers),
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _or(value: T | None, default: T) -> T:
    return default if value is None else value
