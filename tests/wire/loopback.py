"""Tiny scripted servers on loopback, and the driving of a connection against them."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import trustme

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.body import stuffed
from smtp_tui.wire.connection import Connection
from smtp_tui.wire.events import Event, Told
from smtp_tui.wire.link import Stage
from smtp_tui.wire.target import Target, TlsMode

PATIENCE = 20.0
"""Seconds after which a test has failed; nothing waits that long when all is well."""

Script = Callable[[socket.socket], None]
T = TypeVar("T")


@dataclass
class Server:
    """A listening server and what its clients' scripts raised."""

    port: int
    faults: list[BaseException] = field(default_factory=list)
    conversations: int = 0


@contextmanager
def serve(script: Script, *, family: socket.AddressFamily = socket.AF_INET) -> Iterator[Server]:
    """Run ``script`` with each client's socket in a thread; its faults fail the test."""
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    listener = socket.create_server((host, 0), family=family)
    with listener, serve_on(listener, script) as server:
        yield server


@contextmanager
def serve_on(listener: socket.socket, script: Script) -> Iterator[Server]:
    """The same on a socket that listens already."""
    name = listener.getsockname()
    server = Server(name[1] if isinstance(name, tuple) else 0)
    clients: list[socket.socket] = []
    threads: list[threading.Thread] = []
    stopping = threading.Event()

    def talk(client: socket.socket) -> None:
        with client:
            try:
                script(client)
            except OSError as fault:
                if not stopping.is_set():
                    server.faults.append(fault)
            except (AssertionError, ValueError) as fault:
                server.faults.append(fault)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if stopping.is_set():
                client.close()
                return
            server.conversations += 1
            clients.append(client)
            thread = threading.Thread(target=talk, args=(client,), daemon=True)
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        stopping.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for client in clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        acceptor.join(PATIENCE)
        for thread in threads:
            thread.join(PATIENCE)
    assert not server.faults, server.faults


@contextmanager
def silent_port() -> Iterator[int]:
    """A port whose queue is full, so that a connection attempt gets no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        name = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(name)
            yield name[1]
        finally:
            for filler in fillers:
                filler.close()


def free_port() -> int:
    """A port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lines_of(client: socket.socket) -> Callable[[], bytes]:
    """A function that reads the client's next line; b"" once the client closed."""
    buffer = bytearray()

    def line() -> bytes:
        while b"\n" not in buffer:
            try:
                data = client.recv(4096)
            except ConnectionResetError:
                return b""
            if not data:
                return b""
            buffer.extend(data)
        end = buffer.index(b"\n") + 1
        taken = bytes(buffer[:end])
        del buffer[:end]
        return taken

    return line


def wait_for_close(client: socket.socket) -> bytes:
    """Read until the client closes, and give what it had sent."""
    received = bytearray()
    with suppress(ConnectionResetError, ssl.SSLError):
        while data := client.recv(65536):
            received += data
    return bytes(received)


def dialogue(*turns: tuple[bytes, bytes], greeting: bytes = b"220 ready\r\n") -> Script:
    """A script: the greeting, then for each expected verb an answer; then it waits for the end.

    After an answered QUIT it closes.
    """

    def script(client: socket.socket) -> None:
        client.sendall(greeting)
        line = lines_of(client)
        for verb, answer in turns:
            got = line()
            if not got:
                return
            assert got.startswith(verb), (verb, got)
            client.sendall(answer)
            if verb == b"QUIT":
                return
        wait_for_close(client)

    return script


class Drive:
    """A connection with what it told."""

    def __init__(self, target: Target, *, context: ssl.SSLContext | None = None) -> None:
        self.events: list[Event] = []
        self.now: float | None = None
        """When set, the connection's clock stands there."""
        self.connection = Connection(
            target, sink=self.events.append, clock=self._clock, context=context
        )
        self.connection.open()

    def _clock(self) -> float:
        return time.monotonic() if self.now is None else self.now

    def until(self, reached: Callable[[], bool], what: str = "") -> None:
        """Step until it is so."""
        give_up = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < give_up, f"never happened: {what} {self.events[-5:]}"
            if not self.connection.step(0.05) and not reached():
                raise AssertionError(f"over before: {what} {self.events[-6:]}")

    def pass_time(self, seconds: float) -> None:
        """Let the connection's clock jump ahead, and let it act on that."""
        self.now = self._clock() + seconds
        self.connection.step(0)

    def until_stage(self, stage: Stage) -> None:
        """Step until the connection is so far."""
        self.until(lambda: self.connection.stage is stage, stage.value)

    def until_over(self) -> None:
        """Step to the end."""
        self.until(lambda: self.connection.finished, "the end")

    def until_told(self, kind: type[T]) -> T:
        """Step until the dialogue told an event of this kind that is new, and give it."""
        seen = len(self.told(kind))
        self.until(lambda: len(self.told(kind)) > seen, kind.__name__)
        return self.told(kind)[seen]

    def until_idle(self) -> None:
        """Step until nothing waits for a reply."""
        self.until(lambda: not self.connection.pending and not self.connection.unsent, "idle")

    def ask(self, line: bytes) -> smtp.Reply:
        """Send a line and wait for its reply."""
        self.connection.send(line)
        return self.until_told(smtp.Reply)

    def text(self, message: bytes) -> None:
        """Send a whole message after 354, in one write."""
        self.connection.send_raw(b"".join(stuffed(message)))

    def all(self, kind: type[T]) -> list[T]:
        """The wire's events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type[T]) -> T:
        """The only event of its kind."""
        found = self.all(kind)
        assert len(found) == 1, (kind, found)
        return found[0]

    def told(self, kind: type[T]) -> list[T]:
        """The dialogue's events of one kind."""
        return [told.event for told in self.all(Told) if isinstance(told.event, kind)]

    def close(self) -> None:
        """Close at once."""
        self.connection.abort()


@contextmanager
def drive(target: Target, *, context: ssl.SSLContext | None = None) -> Iterator[Drive]:
    """A connection that has been opened, closed at the end."""
    driven = Drive(target, context=context)
    try:
        yield driven
    finally:
        driven.close()


def plain(port: int, host: str = "127.0.0.1") -> Target:
    """A target without TLS."""
    return Target(host, port, TlsMode.NONE, timeout=PATIENCE)


@contextmanager
def talking(script: Script) -> Iterator[Drive]:
    """A connection in the clear to a server that plays the script."""
    with serve(script) as server, drive(plain(server.port)) as driven:
        yield driven


@dataclass(frozen=True)
class Authority:
    """A certificate authority for tests, its certificate in a file."""

    ca: trustme.CA
    ca_file: Path

    def server(self, *names: str) -> ssl.SSLContext:
        """The context of a server with a certificate for the names."""
        return server_context(self.ca.issue_cert(*(names or ("localhost", "127.0.0.1"))))

    def target(self, port: int, tls: TlsMode, host: str = "127.0.0.1") -> Target:
        """A target that trusts this authority."""
        return Target(host, port, tls, ca_file=self.ca_file, timeout=PATIENCE)


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """The context of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def over_tls(context: ssl.SSLContext, script: Script) -> Script:
    """The script over TLS from the first octet; a client that refuses the handshake is fine."""

    def wrapped(client: socket.socket) -> None:
        try:
            secured = context.wrap_socket(client, server_side=True)
        except (ssl.SSLError, ConnectionError):
            return
        with secured:
            script(secured)

    return wrapped


def after_starttls(context: ssl.SSLContext, script: Script) -> Script:
    """Greeting, EHLO, STARTTLS, handshake; then the script."""

    def wrapped(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        while verb := line()[:4].upper():
            if verb == b"STAR":
                client.sendall(b"220 go ahead\r\n")
                over_tls(context, script)(client)
                return
            client.sendall(b"250-loopback\r\n250 STARTTLS\r\n")

    return wrapped


def with_goodbye(script: Script) -> Script:
    """The script over TLS, ended in order (close_notify)."""

    def wrapped(client: socket.socket) -> None:
        script(client)
        assert isinstance(client, ssl.SSLSocket)
        with suppress(ssl.SSLError, OSError):
            client.unwrap()

    return wrapped


TRANSACTION = dialogue(
    (b"EHLO", b"250-loopback\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"),
    (b"MAIL", b"250 2.1.0 ok\r\n"),
    (b"RCPT", b"250 2.1.5 ok\r\n"),
    (b"DATA", b"354 go ahead\r\n"),
    (b"Subject", b""),
    (b"\r\n", b""),
    (b"..dot", b""),
    (b".", b"250 2.0.0 queued\r\n"),
    (b"QUIT", b"221 bye\r\n"),
)


def saying(*pieces: bytes) -> Script:
    """A server that says these pieces, whatever it hears, and closes."""

    def script(client: socket.socket) -> None:
        for piece in pieces:
            client.sendall(piece)

    return script


def answering_once(then: Callable[[], object] = lambda: None) -> Script:
    """A server that answers one command; at the next it does ``then``, and waits for the end."""

    def script(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        line()
        client.sendall(b"250 hello\r\n")
        line()
        then()
        wait_for_close(client)

    return script


def silent(client: socket.socket) -> None:
    """A server that says nothing and reads until the client is gone."""
    wait_for_close(client)


def greet(driven: Drive) -> None:
    """Wait for the greeting."""
    driven.until_told(smtp.Reply)


@contextmanager
def dialled(script: Script, tls: TlsMode) -> Iterator[Drive]:
    """A connection that trusts only the system's authorities."""
    with serve(script) as server, drive(Target("127.0.0.1", server.port, tls)) as driven:
        yield driven


@contextmanager
def secured(authority: Authority, script: Script, tls: TlsMode) -> Iterator[Drive]:
    """A connection that trusts the authority to a server that plays the script."""
    with serve(script) as server, drive(authority.target(server.port, tls)) as driven:
        yield driven


SESSION = dialogue((b"EHLO", b"250-loopback\r\n250 SIZE 9\r\n"), (b"QUIT", b"221 bye\r\n"))
AFTER_TLS = dialogue((b"EHLO", b"250 loopback\r\n"), (b"QUIT", b"221 bye\r\n"), greeting=b"")


def up_to_starttls(driven: Drive) -> None:
    """Greeting, EHLO and STARTTLS."""
    greet(driven)
    driven.ask(b"EHLO me")
    driven.connection.start_tls()
