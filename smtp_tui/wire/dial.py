"""From a target to a connected socket: addresses tried side by side, each told (RFC 8305 5)."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections import deque
from collections.abc import Callable

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import (
    Event,
    Failure,
    Resolved,
    Resolving,
    Trying,
    Unreachable,
)
from smtp_tui.wire.lookup import Address, Lookup, LookupFailed, without_lookup
from smtp_tui.wire.target import Target

STAGGER = 0.25
"""Seconds an attempt has before the next begins beside it (RFC 8305 5)."""

_IN_PROGRESS = (errno.EINPROGRESS, errno.EINTR)


class DialFailed(Exception):
    """No address could be reached; ``failure`` is the step, ``text`` one sentence."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text


class Dialler:
    """Reaches one target without ever blocking; its owner polls and calls it back.

    Sockets it waits for are registered with ``poller``; ``wake`` must make the poll return, from
    any thread. ``start``, ``woken``, ``ready`` and ``tick`` raise ``DialFailed`` when nothing is
    left to try; ``connection`` is the connected socket once there is one.
    """

    def __init__(
        self,
        target: Target,
        number: int,
        *,
        poller: select.poll,
        tell: Callable[[Event], None],
        wake: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self.connection: socket.socket | None = None
        self.address = ""
        self._target = target
        self._number = number
        self._poller = poller
        self._tell = tell
        self._wake = wake
        self._clock = clock
        self._lookup: Lookup | None = None
        self._untried: deque[Address] = deque()
        self._attempts: dict[int, tuple[socket.socket, Address]] = {}
        self._reasons: list[str] = []
        self._gives_up_at = clock() + target.timeout
        self._next_at = self._gives_up_at

    @property
    def resolving(self) -> bool:
        """Whether the name is still being looked up."""
        return self._lookup is not None

    @property
    def deadline(self) -> float:
        """When ``tick`` has to be called at the latest."""
        return min(self._next_at, self._gives_up_at) if self._untried else self._gives_up_at

    def start(self) -> None:
        """Begin: with the lookup of a name, or at once with an address."""
        try:
            addresses = without_lookup(self._target)
        except LookupFailed as failure:
            raise DialFailed(Failure.RESOLVE, str(failure)) from None
        if addresses is None:
            self._tell(Resolving(self._clock(), self._number, self._target.host))
            self._lookup = Lookup(self._target, self._wake)
        else:
            self._untried.extend(addresses)
            self._try_next()

    def woken(self) -> None:
        """The resolver may have answered."""
        if self._lookup is None:
            return
        try:
            addresses = self._lookup.result()
        except LookupFailed as failure:
            self._lookup = None
            raise DialFailed(Failure.RESOLVE, str(failure)) from None
        if addresses is None:
            return
        self._lookup = None
        shown = tuple(address.shown for address in addresses)
        self._tell(Resolved(self._clock(), self._number, self._target.host, shown))
        self._untried.extend(addresses)
        self._try_next()

    def ready(self, descriptor: int) -> None:
        """An attempt's socket came to its end, one way or the other."""
        attempt = self._attempts.pop(descriptor, None)
        if attempt is None:
            return
        attempted, address = attempt
        self._poller.unregister(descriptor)
        error = attempted.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            attempted.close()
            self._unreachable(address, reason_of(error, self._target))
            self._try_next()
        else:
            self._won(attempted, address)

    def tick(self, now: float) -> None:
        """Begin the next attempt if it is time, and give up if time is over."""
        if now >= self._gives_up_at:
            self._give_up()
        if self._untried and now >= self._next_at:
            self._try_next()

    def close(self) -> None:
        """Drop every attempt; an answer of the resolver will be ignored."""
        self._lookup = None
        self._untried.clear()
        for descriptor, (attempted, _) in self._attempts.items():
            self._poller.unregister(descriptor)
            attempted.close()
        self._attempts.clear()

    def _try_next(self) -> None:
        while self._untried and self.connection is None:
            if self._begin(self._untried.popleft()):
                self._next_at = self._clock() + STAGGER
                return
        if not self._attempts and self.connection is None:
            raise DialFailed(Failure.CONNECT, self._summary())

    def _begin(self, address: Address) -> bool:
        """Begin one attempt; False when it failed at once."""
        self._tell(Trying(self._clock(), self._number, address.shown))
        try:
            attempted = socket.socket(address.family, socket.SOCK_STREAM)
        except OSError as error:
            self._unreachable(address, reason_of(error.errno or 0, self._target))
            return False
        attempted.setblocking(False)
        if address.family != socket.AF_UNIX:
            attempted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            code = attempted.connect_ex(address.socket_address)
        except (OSError, ValueError, OverflowError):  # a path too long for the system
            code = errno.ENAMETOOLONG
        if not code or (code in _IN_PROGRESS and _is_connected(attempted)):
            self._won(attempted, address)
        elif code in _IN_PROGRESS:
            self._attempts[attempted.fileno()] = attempted, address
            self._poller.register(attempted, select.POLLOUT)
        else:
            attempted.close()
            self._unreachable(address, reason_of(code, self._target))
            return False
        return True

    def _won(self, winner: socket.socket, address: Address) -> None:
        self.close()
        self.connection = winner
        self.address = address.shown

    def _give_up(self) -> None:
        if self.resolving:
            raise DialFailed(
                Failure.RESOLVE,
                f"The name {visible(self._target.host)} was not resolved within"
                f" {self._target.timeout:g} s: is the network up?",
            )
        silence = (
            f"no answer within {self._target.timeout:g} s{_hint(errno.ETIMEDOUT, self._target)}"
        )
        for _, address in self._attempts.values():
            self._unreachable(address, silence)
        raise DialFailed(Failure.CONNECT, self._summary())

    def _unreachable(self, address: Address, reason: str) -> None:
        self._reasons.append(reason)
        self._tell(Unreachable(self._clock(), self._number, address.shown, reason))

    def _summary(self) -> str:
        place = visible(self._target.place)
        if len(self._reasons) == 1:
            return f"{place} could not be reached: {self._reasons[0]}."
        if len(set(self._reasons)) == 1:
            return (
                f"None of the {len(self._reasons)} addresses of {place} could be reached:"
                f" {self._reasons[0]}."
            )
        return f"None of the {len(self._reasons)} addresses of {place} could be reached."


def _is_connected(attempted: socket.socket) -> bool:
    """Whether it has come about already, as on this computer it does at once."""
    try:
        attempted.getpeername()
    except OSError:
        return False
    return True


def reason_of(code: int, target: Target) -> str:
    """Why an address did not answer, in words, from the ``errno``."""
    reason = _REASONS.get(code)
    if reason is None:
        reason = os.strerror(code) if code else "for a reason the system does not tell"
    if target.unix_path is not None:
        return _UNIX_REASONS.get(code, reason)
    return reason + _hint(code, target)


def _hint(code: int, target: Target) -> str:
    """What may be behind it, in brackets; "" where the reason says it all."""
    if code not in _HINTS:
        return ""
    if target.port == 25:
        return " (many networks block port 25; 587 or 465 may be open)"
    return _HINTS[code]


_HINTS = {
    errno.ECONNREFUSED: " (is the server running, and is the port right?)",
    errno.ETIMEDOUT: " (the host is down, or a firewall drops what is sent to this port)",
}

_REASONS = {
    errno.ECONNREFUSED: "refused, nothing listens on this port",
    errno.ETIMEDOUT: "no answer",
    errno.ENETUNREACH: "this computer has no route to that network",
    errno.EHOSTUNREACH: "no route to that host",
    errno.ECONNRESET: "the connection was reset",
    errno.EACCES: "this computer does not allow it",
    errno.EPERM: "a firewall on this computer does not allow it",
    errno.EADDRNOTAVAIL: "this computer has no address or port of its own to use for it",
    errno.EAFNOSUPPORT: "this computer does not speak that address family",
    errno.EMFILE: "too many files are open",
}

_UNIX_REASONS = {
    errno.ENOENT: "there is no such socket",
    errno.ECONNREFUSED: "refused, nothing listens on this socket",
    errno.EACCES: "this user may not connect to it",
    errno.ENAMETOOLONG: "the path is too long for a socket",
    errno.EAGAIN: "too many clients are waiting for it",
}
