"""Whether a certificate's names hold a server's name (RFC 9525 6.3, RFC 6125 for wildcards)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from smtp_tui.wire.certificate_parts import Alternative

_LABEL = re.compile(r"[A-Za-z0-9-]+")


def matching(names: Iterable[Alternative], wanted: str) -> str:
    """The name that holds ``wanted``, a host name or an address; "" when none does.

    An address matches only an address, a name only a name, in any case. A ``*`` stands for
    exactly one whole label, the leftmost, with at least two behind it, as OpenSSL has it.
    """
    address = _address(wanted)
    for name in names:
        if isinstance(name, str):
            if address is None and _holds(name, wanted):
                return name
        elif name == address:
            return str(name)
    return ""


def _holds(name: str, wanted: str) -> bool:
    if not name.isascii() or not wanted:
        return False
    pattern, host = name.lower(), wanted.lower()
    if pattern == host:
        return True
    if not pattern.startswith("*.") or pattern.count(".") < 2:
        return False
    label, _, rest = host.partition(".")
    return rest == pattern[2:] and _LABEL.fullmatch(label) is not None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
