"""Names into addresses, in a thread of its own, because nothing can interrupt a resolver."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import NamedTuple

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import (
    Family,
    Target,
    TargetError,
    ascii_host,
    is_ipv4,
    is_ipv6,
    is_literal,
)

SocketAddress = tuple[str, int] | tuple[str, int, int, int] | str


class Address(NamedTuple):
    """One place to connect to; ``shown`` is it as a person reads it."""

    family: socket.AddressFamily
    socket_address: SocketAddress
    shown: str


class LookupFailed(Exception):
    """There is no address to try; the text is one sentence."""


_FAMILIES = {
    Family.ANY: socket.AF_UNSPEC,
    Family.IPV4: socket.AF_INET,
    Family.IPV6: socket.AF_INET6,
}


class Lookup:
    """One question to the resolver; ``done`` is called, in its thread, when the answer is there.

    The thread is a daemon and holds nothing but the question: giving up means forgetting it.
    """

    def __init__(self, target: Target, done: Callable[[], None]) -> None:
        self._target = target
        self._done = done
        self._answer: tuple[Address, ...] | LookupFailed | None = None
        threading.Thread(target=self._ask, name="lookup", daemon=True).start()

    def result(self) -> tuple[Address, ...] | None:
        """The addresses in the order to try them; None while waiting; raises ``LookupFailed``."""
        if isinstance(self._answer, LookupFailed):
            raise self._answer
        return self._answer

    def _ask(self) -> None:
        try:
            self._answer = resolve(self._target)
        except LookupFailed as failure:
            self._answer = failure
        self._done()


def without_lookup(target: Target) -> tuple[Address, ...] | None:
    """The address of a target that needs no resolver: a literal or a Unix socket; else None.

    Raises ``LookupFailed`` for an address of the family that is not wanted.
    """
    if target.unix_path is not None:
        path = str(target.unix_path)
        return (Address(socket.AF_UNIX, path, visible(path)),)
    host = target.host
    family = Family.IPV4 if is_ipv4(host) else Family.IPV6
    if family is Family.IPV6 and not is_ipv6(host):
        return None
    if target.family not in (Family.ANY, family):
        raise LookupFailed(
            f"{host} is an IPv{family.value} address, and IPv{target.family.value} was asked for."
        )
    if "%" in host:  # the zone has to be looked up among the interfaces; no resolver is asked
        return resolve(target, socket.AI_NUMERICHOST)
    if family is Family.IPV4:
        return (_address((host, target.port)),)
    return (_address((host, target.port, 0, 0)),)


def resolve(target: Target, flags: int = 0) -> tuple[Address, ...]:
    """Ask the resolver and wait for it; raises ``LookupFailed`` and nothing else."""
    host = visible(target.host)
    try:
        found = socket.getaddrinfo(
            target.host if is_literal(target.host) else ascii_host(target.host),
            target.port,
            family=_FAMILIES[target.family],
            type=socket.SOCK_STREAM,
            flags=flags,
        )
    except socket.gaierror as error:
        raise LookupFailed(_reason(error, target)) from None
    except (OSError, ValueError, OverflowError, TargetError) as error:
        raise LookupFailed(f"{host} could not be looked up: {visible(str(error))}.") from None
    addresses = interleaved(_address(one[4]) for one in found if one[0] in _TO_TRY)
    if not addresses:
        raise LookupFailed(f"{host} has no address that can be tried.")
    return addresses


def interleaved(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """The addresses with the families in turn, the resolver's favourite first (RFC 8305 4)."""
    by_family: dict[int, list[Address]] = {}
    for address in dict.fromkeys(addresses):
        by_family.setdefault(address.family, []).append(address)
    turns = zip_longest(*by_family.values())
    return tuple(address for turn in turns for address in turn if address is not None)


# not every system has both
_WITHOUT_ADDRESS = [getattr(socket, name, None) for name in ("EAI_NODATA", "EAI_ADDRFAMILY")]
_TO_TRY = (socket.AF_INET, socket.AF_INET6)


def _address(found: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> Address:
    match found:
        case (str() as host, port):
            return Address(socket.AF_INET, (host, port), f"{host}:{port}")
        case (str() as host, port, flow, scope):
            return Address(socket.AF_INET6, (host, port, flow, scope), f"[{host}]:{port}")
    raise LookupFailed("The resolver gave an address that is neither IPv4 nor IPv6.")


def _reason(error: socket.gaierror, target: Target) -> str:
    host = visible(target.host)
    kind = "" if target.family is Family.ANY else f"IPv{target.family.value} "
    if error.errno == socket.EAI_NONAME:
        return f"The name {host} is not known: check how it is spelt."
    if error.errno in _WITHOUT_ADDRESS:
        return f"The name {host} has no {kind}address."
    if error.errno == socket.EAI_AGAIN:
        return f"The name {host} could not be looked up just now: is the network up?"
    return f"The name {host} could not be looked up: {visible(error.strerror or str(error))}."
