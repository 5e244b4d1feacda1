"""Sessions and round trips a second on loopback: ``Connection`` beside ``smtplib``.

Run it from the checkout: ``python tests/benchmarks/connection.py [ROUNDS]``. Both talk in turn to
the same small server in a process of its own, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtp_tui.wire.connection import Connection
    from smtp_tui.wire.events import Event

ROOT = Path(__file__).resolve().parents[2]

SESSIONS = {"plain": 150, "TLS": 40}
SENDER, RECIPIENT = "me@example.org", "you@example.org"
MESSAGE = b"From: me@example.org\r\nSubject: hello\r\n\r\n" + b"A line of text.\r\n" * 20
ROUND_TRIPS = 1500
GROUP = 100

EHLO = b"250-loopback\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10240000\r\n"


def serve(client: socket.socket) -> None:
    """One session, as plain as can be."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"220 loopback ESMTP\r\n")
    with client.makefile("rb") as lines:
        for line in lines:
            verb = line[:4].upper()
            if verb == b"QUIT":
                client.sendall(b"221 bye\r\n")
                break
            if verb == b"DATA":
                client.sendall(b"354 go ahead\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
            client.sendall(EHLO if verb == b"EHLO" else b"250 ok\r\n")


def accept(listener: socket.socket, context: ssl.SSLContext | None) -> None:
    """Sessions one after the other, for ever."""
    while True:
        client, _ = listener.accept()
        with suppress(OSError):
            if context is not None:
                client = context.wrap_socket(client, server_side=True)
            serve(client)
            if isinstance(client, ssl.SSLSocket):
                client.settimeout(0)
                client.unwrap()
        client.close()


def server_process(pem: str) -> None:
    """Both servers; prints their ports and lasts until standard input ends."""
    pin(1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    ports = []
    for secured in (None, context):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        ports.append(listener.getsockname()[1])
        threading.Thread(target=accept, args=(listener, secured), daemon=True).start()
    print(*ports, flush=True)
    sys.stdin.read()


@contextmanager
def running_server() -> Iterator[tuple[int, int, Path]]:
    """The server's ports, plain and TLS, and the file of the authority that vouches for it."""
    import trustme

    ca = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        ca_file, pem = Path(folder, "ca.pem"), Path(folder, "server.pem")
        ca.cert_pem.write_to_path(str(ca_file))
        ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(pem))
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(pem)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            plain, secured = map(int, process.stdout.readline().split())
            yield plain, secured, ca_file
        finally:
            process.kill()
            process.communicate()


def pin(core: int) -> None:
    """Stay on one core, where the system lets us choose."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {core})


class Smtplib:
    """The standard library's client."""

    def __init__(self, port: int, ca_file: Path | None) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=ca_file) if ca_file else None

    def session(self) -> None:
        client = self._connect()
        client.ehlo("me.example")
        client.quit()

    def mail(self) -> None:
        client = self._connect()
        client.ehlo("me.example")
        client.sendmail(SENDER, [RECIPIENT], MESSAGE)
        client.quit()

    def round_trips(self, count: int) -> float:
        client = self._connect()
        client.ehlo("me.example")
        began = time.perf_counter()
        for _ in range(count):
            client.noop()
        took = time.perf_counter() - began
        client.quit()
        return took

    def _connect(self) -> smtplib.SMTP:
        if self._context is not None:
            return smtplib.SMTP_SSL("127.0.0.1", self._port, context=self._context)
        return smtplib.SMTP("127.0.0.1", self._port)


class Ours:
    """``Connection`` without its thread, as the command line drives it."""

    def __init__(self, port: int, ca_file: Path | None) -> None:
        self._port = port
        self._ca_file = ca_file
        self._told: list[Event] = []

    def session(self) -> None:
        client = self._greeted()
        self._quit(client)

    def mail(self) -> None:
        client = self._greeted()
        for line in (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"):
            client.send(line.encode())
            while client.pending:
                client.step()
        from smtp_tui.wire.events import DeliveryFinished, Way

        client.deliver(MESSAGE, Way.DATA, len(MESSAGE))
        told = len(self._told)
        while client.step():
            if any(isinstance(each, DeliveryFinished) for each in self._told[told:]):
                break
            told = len(self._told)
        assert any(isinstance(each, DeliveryFinished) and each.ok for each in self._told)
        self._quit(client)

    def round_trips(self, count: int) -> float:
        client = self._greeted()
        began = time.perf_counter()
        for _ in range(count):
            client.send(b"NOOP")
            while client.pending:
                client.step()
        took = time.perf_counter() - began
        self._quit(client)
        return took

    def grouped_round_trips(self, count: int) -> float:
        """The same, ``GROUP`` commands in one write (RFC 2920 3.1)."""
        client = self._greeted()
        group = b"NOOP\r\n" * GROUP
        began = time.perf_counter()
        for _ in range(count // GROUP):
            client.send_raw(group)
            while client.pending:
                client.step()
        took = time.perf_counter() - began
        self._quit(client)
        return took

    @staticmethod
    def _quit(client: Connection) -> None:
        """Say QUIT and close when it is answered, as smtplib does."""
        client.send(b"QUIT")
        while client.pending:
            client.step()
        client.abort()

    def _greeted(self) -> Connection:
        from smtp_tui.wire.connection import Connection
        from smtp_tui.wire.target import Target, TlsMode

        tls = TlsMode.IMPLICIT if self._ca_file else TlsMode.NONE
        self._told = []
        client = Connection(
            Target("127.0.0.1", self._port, tls, ca_file=self._ca_file), sink=self._told.append
        )
        client.open()
        while client.pending:
            client.step()
        client.send(b"EHLO me.example")
        while client.pending:
            client.step()
        assert not client.finished, self._told
        return client


Client = Smtplib | Ours


def sessions_a_second(client: Client, count: int) -> float:
    """How many whole sessions: connect, greeting, EHLO, QUIT."""
    began = time.perf_counter()
    for _ in range(count):
        client.session()
    return count / (time.perf_counter() - began)


def mails_a_second(client: Client, count: int) -> float:
    """How many whole sessions, each of which hands over a message."""
    began = time.perf_counter()
    for _ in range(count):
        client.mail()
    return count / (time.perf_counter() - began)


def round_trips_a_second(client: Client, count: int) -> float:
    """How many NOOPs in one session."""
    return count / client.round_trips(count)


def measure(
    what: Callable[[Client, int], float], count: int, clients: list[Client], rounds: int
) -> list[list[float]]:
    """The figures of each client, measured in turn, the first in each round changing."""
    figures: list[list[float]] = [[] for _ in clients]
    for client in clients:
        what(client, max(1, count // 10))
    for turn in range(rounds):
        for offset in range(len(clients)):
            place = (turn + offset) % len(clients)
            figures[place].append(what(clients[place], count))
    return figures


def pipelined(ours: Ours, rounds: int) -> tuple[float, float]:
    """NOOPs a second one by one and in groups, measured in turn: the medians."""
    single: list[float] = []
    grouped: list[float] = []
    for _ in range(rounds):
        single.append(ROUND_TRIPS / ours.round_trips(ROUND_TRIPS))
        grouped.append(ROUND_TRIPS / ours.grouped_round_trips(ROUND_TRIPS))
    return statistics.median(single), statistics.median(grouped)


def main() -> None:
    """Measure, and print a table of medians and ratios."""
    sys.path.insert(0, str(ROOT))
    pin(0)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{'':24}{'smtplib':>10}{'Connection':>12}{'ratio':>8}    medians of {rounds} rounds")
    with running_server() as (plain, secured, ca_file):
        for name, port, authority in (("plain", plain, None), ("TLS", secured, ca_file)):
            clients: list[Client] = [Smtplib(port, authority), Ours(port, authority)]
            for title, what, count in (
                ("sessions", sessions_a_second, SESSIONS[name]),
                ("mails", mails_a_second, SESSIONS[name]),
                ("round trips", round_trips_a_second, ROUND_TRIPS),
            ):
                theirs, ours = map(statistics.median, measure(what, count, clients, rounds))
                label = f"{name} {title} a second"
                print(f"{label:<24}{theirs:>10,.0f}{ours:>12,.0f}{ours / theirs:>8.2f}")
            one, many = pipelined(Ours(port, authority), rounds)
            label = f"{name} in groups of {GROUP}"
            print(f"{label:<24}{'':>10}{many:>12,.0f}{many / one:>8.2f} of one by one")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        server_process(sys.argv[2])
    else:
        main()
