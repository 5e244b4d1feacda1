"""Where and how to connect, and the URL forms a person may write it in."""

from __future__ import annotations

import math
import re
import socket
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from urllib.parse import unquote

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.tls_options import BY_DEFAULT, NO_SNI, TlsOptions


class TlsMode(Enum):
    """How encryption begins: not at all, by the STARTTLS command, or with the first byte."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class Family(Enum):
    """Which addresses to try."""

    ANY = "any"
    IPV4 = "4"
    IPV6 = "6"


class TargetError(ValueError):
    """A target that cannot be dialled; the text is one sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server and the way to reach it; validated, so that dialling it cannot raise.

    ``host`` is a name or an address literal without brackets ("" when ``unix_path`` is set);
    ``timeout`` is in seconds and bounds connecting and the TLS handshake; ``ehlo`` is the name a
    composed EHLO uses; ``user`` is a user name from the URL, never a password; ``options`` are
    for TLS.
    """

    host: str
    port: int = 587
    tls: TlsMode = TlsMode.STARTTLS
    ehlo: str = ""
    verify: bool = True
    ca_file: Path | None = None
    timeout: float = 30.0
    family: Family = Family.ANY
    lmtp: bool = False
    unix_path: Path | None = None
    user: str = ""
    options: TlsOptions = BY_DEFAULT

    @property
    def place(self) -> str:
        """Where it is, as a person writes it: ``host:port``, ``[v6]:port`` or the socket's path."""
        if self.unix_path is not None:
            return str(self.unix_path)
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def asks_of_tls(self) -> bool:
        """Whether files, ciphers or other things of TLS were named that have to be looked at."""
        return self.ca_file is not None or self.options is not BY_DEFAULT


@dataclass(frozen=True, slots=True)
class _Scheme:
    port: int
    tls: TlsMode
    lmtp: bool = False


_SCHEMES = {
    "smtp": _Scheme(25, TlsMode.NONE),
    "smtp+starttls": _Scheme(587, TlsMode.STARTTLS),
    "smtps": _Scheme(465, TlsMode.IMPLICIT),
    "lmtp": _Scheme(24, TlsMode.NONE, lmtp=True),
}
_UNIX_FORM = re.compile(r"(lmtp\+)?unix:([/.].*)?", re.IGNORECASE | re.DOTALL)
_URL_FORM = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)

_HOST_OCTETS = 253
_LABEL_OCTETS = 63
_LABEL = re.compile(r"[A-Za-z0-9_-]*")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 3.1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ZONE = re.compile(r"[A-Za-z0-9_.-]+")


def parse_target(text: str, *, base: Target | None = None) -> Target:
    """The target a person wrote; raises ``TargetError``.

    Takes ``host``, ``host:port``, ``[v6]:port``, a bare IPv6 address, a URL with one of the
    schemes ``smtp smtp+starttls smtps lmtp``, ``unix:/path`` or ``lmtp+unix:/path``; ``user@``
    may stand before a host. What the text leaves open comes from ``base``, else from the port:
    465 means implicit TLS, every other STARTTLS.
    """
    text = text.strip(" ")
    _refuse_controls("target", text)
    start = base or Target("")
    if (unix := _UNIX_FORM.fullmatch(text)) is not None:
        lmtp = start.lmtp or unix[1] is not None
        path = Path((unix[2] or "").removeprefix("//"))
        return validate(replace(start, host="", unix_path=path, tls=TlsMode.NONE, lmtp=lmtp))
    url = _URL_FORM.fullmatch(text)
    scheme = _scheme(url[1]) if url is not None else None
    user, address = _split_user(url[2] if url is not None else text)
    if scheme is not None:
        user, address = unquote(user), address.removesuffix("/")
    host, port_text = _split_port(address)
    port = check_port(port_text) if port_text is not None else None
    if start.unix_path is not None:  # its mode was for the socket
        start = replace(start, unix_path=None, tls=default_tls(start.port))
    start = replace(start, host=host, user=user or start.user)
    if scheme is not None:
        return validate(replace(start, port=port or scheme.port, tls=scheme.tls, lmtp=scheme.lmtp))
    if port is None or (base is not None and port == base.port):
        return validate(start)
    return validate(replace(start, port=port, tls=default_tls(port)))


def default_tls(port: int) -> TlsMode:
    """The mode a port stands for when none is named: 465 implicit (RFC 8314 3.3), else STARTTLS."""
    return TlsMode.IMPLICIT if port == 465 else TlsMode.STARTTLS


def validate(target: Target) -> Target:
    """The same target, its host tidied, once dialling it cannot raise; else ``TargetError``."""
    if not (math.isfinite(target.timeout) and target.timeout > 0):
        raise TargetError("The timeout must be a number of seconds above zero.")
    _refuse_controls("name for EHLO", target.ehlo)
    _refuse_controls("user name", target.user)
    options = check_options(target.options)
    if options is not target.options:
        target = replace(target, options=options)
    if target.unix_path is not None:
        path = str(target.unix_path)
        if path in {"", "."}:
            raise TargetError("The path of the Unix socket is missing: write unix:/path.")
        _refuse_controls("path of the Unix socket", path)
        return target
    if not 1 <= target.port <= 65535:
        raise TargetError(f"The port must be a number from 1 to 65535, not {target.port}.")
    host = check_host(target.host)
    return target if host == target.host else replace(target, host=host)


def check_options(options: TlsOptions) -> TlsOptions:
    """The same wishes, their names tidied; raises ``TargetError`` for what makes no sense."""
    if options is BY_DEFAULT:
        return options
    sni, name = options.sni.strip(" "), options.verify_name.strip(" ")
    if sni.lower() == NO_SNI:
        sni = NO_SNI
    elif sni:
        sni = check_host(sni)
        if is_literal(sni):
            raise TargetError("SNI announces names, never addresses (RFC 6066 3): write a name.")
    _refuse_controls("list of ciphers", options.ciphers)
    for protocol in options.alpn:
        if not (protocol.isascii() and 0 < len(protocol) < 256):
            raise TargetError("A protocol for ALPN has 1 to 255 ASCII characters (RFC 7301 3.1).")
        _refuse_controls("protocol for ALPN", protocol)
    if not options.versions:
        raise TargetError("The lowest version of TLS is above the highest: change one of the two.")
    if options.client_key is not None and options.client_cert is None:
        raise TargetError("There is a client key without a client certificate: name its file too.")
    if name:
        name = check_host(name)
    if (sni, name) == (options.sni, options.verify_name):
        return options
    return replace(options, sni=sni, verify_name=name)


def check_port(text: str) -> int:
    """The port number a person wrote; raises ``TargetError``."""
    digits = text.strip(" ")
    if not digits:
        raise TargetError("The port is missing: write a number from 1 to 65535.")
    if not (digits.isascii() and digits.isdecimal()):
        # not repeated: who writes user:password by mistake has a password here
        raise TargetError("The port must be a number from 1 to 65535.")
    if len(digits) > 5 or not 1 <= int(digits) <= 65535:
        raise TargetError(f"The port must be a number from 1 to 65535, not {digits[:20]}.")
    return int(digits)


def check_host(text: str) -> str:
    """The host name or address literal a person wrote, without brackets; raises ``TargetError``."""
    host = text.strip(" ")
    if not host:
        raise TargetError("The host is missing: write a name like mail.example.org or an address.")
    _refuse_controls("host name", host)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if not is_ipv6(host):
            raise TargetError(f"{_quoted(host)} is not an IPv6 address.")
    if not is_literal(host):
        ascii_host(host)
    return host


def ascii_host(host: str) -> str:
    """The name as it is looked up: international labels as A-labels (RFC 5890 2.3.2.1).

    Raises ``TargetError`` for what no resolver would take.
    """
    if len(host) > _HOST_OCTETS + 1:
        raise TargetError(f"The host name is longer than {_HOST_OCTETS} octets.")
    labels = [_ascii_label(label, host) for label in _DOTS.split(host.removesuffix("."))]
    name = ".".join(labels)
    if len(name) > _HOST_OCTETS:
        raise TargetError(f"The host name is longer than {_HOST_OCTETS} octets.")
    if labels[-1].isdecimal():
        raise TargetError(f"{_quoted(host)} is neither a host name nor an IPv4 address.")
    return name + "." if host.endswith(".") else name


def is_literal(host: str) -> bool:
    """Whether it is an address rather than a name."""
    return is_ipv4(host) or is_ipv6(host)


def is_ipv4(host: str) -> bool:
    """Whether it is an IPv4 address."""
    return _is_address(socket.AF_INET, host)


def is_ipv6(host: str) -> bool:
    """Whether it is an IPv6 address, with a zone or without (RFC 4007 11)."""
    address, mark, zone = host.partition("%")
    if mark and _ZONE.fullmatch(zone) is None:
        return False
    return _is_address(socket.AF_INET6, address)


def _is_address(family: socket.AddressFamily, text: str) -> bool:
    try:
        socket.inet_pton(family, text)
    except (OSError, ValueError):
        return False
    return True


def _scheme(name: str) -> _Scheme:
    try:
        return _SCHEMES[name.lower()]
    except KeyError:
        raise TargetError(
            f"The scheme {_quoted(name)} is unknown:"
            " write smtp, smtp+starttls, smtps, lmtp (each with ://) or unix:/path."
        ) from None


def _split_user(text: str) -> tuple[str, str]:
    user, mark, address = text.rpartition("@")  # user names often hold an @ of their own
    if mark and ":" in user:
        raise TargetError(
            "A password cannot stand in the target: it would end up in the shell's history"
            " and the process list. Write user@host; the password is asked for."
        )
    return user, address


def _split_port(address: str) -> tuple[str, str | None]:
    """Host and port text; None where there is no colon that could mean one."""
    if address.startswith("["):
        host, mark, rest = address[1:].partition("]")
        if not mark or (rest and not rest.startswith(":")):
            raise TargetError("An IPv6 address with a port is written [address]:port.")
        if not is_ipv6(host):
            raise TargetError(f"{_quoted(host)} is not an IPv6 address.")
        return host, rest[1:] if rest else None
    if address.count(":") < 2:
        host, mark, port = address.partition(":")
        return host, port if mark else None
    if not is_ipv6(address):
        raise TargetError(
            "This is neither host:port nor an IPv6 address; an IPv6 address with a port is"
            " written [address]:port."
        )
    return address, None


def _ascii_label(label: str, host: str) -> str:
    if not label:
        raise TargetError(f"The host name {_quoted(host)} has an empty part between its dots.")
    if label.isascii():
        name = label
    else:
        try:
            name = label.encode("idna").decode("ascii")
        except UnicodeError:
            raise TargetError(
                f"{_quoted(label)} cannot be written as an international host name."
            ) from None
    if len(name) > _LABEL_OCTETS:
        raise TargetError(f"A part of the host name is longer than {_LABEL_OCTETS} octets.")
    allowed = _LABEL.match(name)
    end = allowed.end() if allowed is not None else 0
    if end < len(name):
        raise TargetError(f"{_quoted(name[end])} cannot stand in a host name.")
    return name


def _refuse_controls(what: str, text: str) -> None:
    if (found := _CONTROL.search(text)) is not None:
        raise TargetError(
            f"The {what} holds a control character, {visible(found.group())}, as its"
            f" character {found.end()}."
        )


def _quoted(text: str) -> str:
    return f"“{visible(text[:60])}”"
