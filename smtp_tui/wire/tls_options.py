"""What a person may ask of TLS: names, versions, ciphers, a certificate of their own, a key log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

NO_SNI = "none"
"""In place of a name: announce none."""


class TlsVersion(Enum):
    """A version of the protocol, by its number."""

    TLS_1_0 = "1.0"
    TLS_1_1 = "1.1"
    TLS_1_2 = "1.2"
    TLS_1_3 = "1.3"

    @property
    def is_old(self) -> bool:
        """Whether it is not safe any more (RFC 8996)."""
        return self in (TlsVersion.TLS_1_0, TlsVersion.TLS_1_1)


_ASCENDING = tuple(TlsVersion)


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Everything as by default, unless a person asked for it otherwise.

    ``sni`` is the name announced to the server ("" for the host's, ``NO_SNI`` for none),
    ``verify_name`` whom its certificate must be for ("" for the host). ``ciphers`` is a list as
    OpenSSL writes it, for TLS 1.2 and below. ``client_key`` is None when the key stands in the
    file of the certificate. ``key_log`` takes the session's secrets (SSLKEYLOGFILE). ``alpn`` are
    the protocols to offer.
    """

    sni: str = ""
    verify_name: str = ""
    minimum: TlsVersion | None = None
    maximum: TlsVersion | None = None
    ciphers: str = ""
    client_cert: Path | None = None
    client_key: Path | None = None
    key_log: Path | None = None
    alpn: tuple[str, ...] = ()

    @property
    def lowest(self) -> TlsVersion:
        """The lowest version allowed: 1.2, or less where that was asked for."""
        if self.minimum is not None:
            return self.minimum
        highest = self.maximum or TlsVersion.TLS_1_3
        return min(TlsVersion.TLS_1_2, highest, key=_ASCENDING.index)

    @property
    def versions(self) -> tuple[TlsVersion, ...]:
        """All versions allowed, ascending; none when the lowest is above the highest."""
        highest = self.maximum or TlsVersion.TLS_1_3
        return _ASCENDING[_ASCENDING.index(self.lowest) : _ASCENDING.index(highest) + 1]

    @property
    def allows_old(self) -> bool:
        """Whether TLS 1.0 or 1.1 may come of it."""
        return self.lowest.is_old

    @property
    def words(self) -> str:
        """The versions allowed, as ``TLS 1.2 or 1.3``."""
        *others, last = (version.value for version in self.versions)
        return f"TLS {', '.join(others)} or {last}" if others else f"TLS {last}"

    @property
    def without_names(self) -> TlsOptions:
        """The same without the two names."""
        return replace(self, sni="", verify_name="") if self.sni or self.verify_name else self


BY_DEFAULT = TlsOptions()
"""What nobody asked anything of."""
