"""The practice server's listening sockets, on loopback only."""

from __future__ import annotations

import errno
import ipaddress
import socket
import weakref


class CannotListenError(OSError):
    """The server cannot listen where it was asked to: one sentence that says what to do."""


class NotLoopbackError(CannotListenError):
    """The address asked for can be reached from other machines."""


class Listener(socket.socket):
    """A listening socket that knows the connections it accepted, as long as they are open.

    The event loop cannot name those whose TLS handshake still runs, and they have to be closed
    when the server stops.
    """

    def __init__(self, family: socket.AddressFamily) -> None:
        # With the protocol named, the event loop sends small replies at once (TCP_NODELAY).
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._accepted: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection and its peer's address."""
        connection, peer = super().accept()
        self._accepted.add(connection)
        return connection, peer

    def connections(self) -> list[socket.socket]:
        """The accepted connections that are still open."""
        return [connection for connection in self._accepted if connection.fileno() >= 0]


def listen(host: str, port: int) -> Listener:
    """A socket that listens on this loopback address; port 0 is any free port.

    Raises ``CannotListenError``.
    """
    if not _is_loopback(host):
        raise NotLoopbackError(
            f"the practice server listens on this machine alone: use 127.0.0.1 or ::1, not {host}"
        )
    if not 0 <= port <= 65_535:
        raise CannotListenError(f"{port} is not a port: use 1 to 65535, or 0 for any free one")
    listener = Listener(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise CannotListenError(_explain(error, host, port)) from error
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _explain(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} on {host} is taken: use another one, or 0 for any free port"
        case errno.EACCES:
            return f"port {port} on {host} is for privileged programs: use one from 1024 up"
        case _:
            return f"cannot listen on {host} port {port}: {error.strerror or error}"
