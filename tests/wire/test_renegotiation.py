"""A server of TLS 1.2 that begins another handshake in the middle of a message."""

from __future__ import annotations

import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from smtp_tui.wire.context import build_context
from smtp_tui.wire.stream import Stream
from smtp_tui.wire.target import TlsMode
from smtp_tui.wire.tls import TLSLayer
from tests.wire.loopback import PATIENCE, Authority

MESSAGE = b"x" * 70 + b"\n"
MESSAGE = MESSAGE * 20_000 + b"the end\n"


@dataclass
class OpenSSL:
    """``openssl s_server``, and what it got."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    got: bytearray = field(default_factory=bytearray)

    def handshake_again(self) -> None:
        """Ask the client for another handshake."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"R\n")
        self.process.stdin.flush()


@contextmanager
def openssl(authority: Authority, folder: Path) -> Iterator[OpenSSL]:
    """It serves one client."""
    leaf = authority.ca.issue_cert("localhost")
    pem = folder / "server.pem"
    pem.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-tls1_2"]
    with subprocess.Popen(
        [*command, "-cert", str(pem)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        output = process.stdout
        assert output is not None
        line = next(line for line in output if line.startswith(b"ACCEPT "))
        host, _, port = line.split()[1].decode().rpartition(":")
        server = OpenSSL(process, (host, int(port)))
        reader = threading.Thread(target=lambda: server.got.extend(output.read()), daemon=True)
        reader.start()
        try:
            yield server
            reader.join(PATIENCE)
        finally:
            process.kill()


def until(reached: Callable[[], bool], act: Callable[[], None]) -> None:
    """Do it again and again until it is so."""
    give_up = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < give_up
        act()


def passed_on(source: socket.socket, to: socket.socket) -> int:
    """Pass on what has come, and say how much."""
    ready, _, _ = select.select([source], [], [], 0.01)
    data = source.recv(65536) if ready else b""
    to.sendall(data)
    return len(data)


def test_what_waits_for_the_other_handshake_is_not_taken_for_sent(
    authority: Authority, tmp_path: Path
) -> None:
    layer = TLSLayer(build_context(authority.target(465, TlsMode.IMPLICIT)), "localhost")
    ours, middle = socket.socketpair()
    with (
        openssl(authority, tmp_path) as server,
        ours,
        middle,
        socket.create_connection(server.address) as upstream,
    ):
        ours.setblocking(False)
        stream = Stream(ours, select.poll())
        stream.start_tls(layer)

        def pass_down() -> None:
            passed_on(upstream, middle)
            stream.read()
            stream.flush()

        def pass_both_ways() -> None:
            passed_on(middle, upstream)
            pass_down()

        until(lambda: layer.established, pass_both_ways)
        server.handshake_again()
        until(lambda: bool(select.select([middle], [], [], 0)[0]), pass_down)
        stream.write(MESSAGE)
        stream.flush()
        assert (stream.taken, stream.unsent) == (0, True)
        until(lambda: not stream.unsent, pass_both_ways)
        assert stream.taken == len(MESSAGE)
        until(lambda: not passed_on(middle, upstream), pass_down)
        stream.close()
    assert MESSAGE in bytes(server.got)
