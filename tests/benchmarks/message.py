"""A large message through the window: how long it takes, and how long the window ever stood still.

``python tests/benchmarks/message.py [MiB]``: a server on loopback takes it by DATA and by BDAT;
beside it smtplib sends the same message to the same server.
"""

from __future__ import annotations

import asyncio
import gc
import re
import smtplib
import socket
import sys
import threading
import time
from typing import Protocol

from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.draft import Draft

LINE = b"y" * 70 + b"\r\n"
TICK = 0.005
_ANSWERS = {b"EHLO": b"250-sink\r\n250 CHUNKING\r\n", b"QUIT": b"221 bye\r\n"}


class _Reader(Protocol):
    def readline(self) -> bytes: ...

    def read(self, size: int, /) -> bytes: ...


def serve(listener: socket.socket) -> None:
    """Take whatever comes, one connection after the other."""
    while True:
        client, _ = listener.accept()
        with client, client.makefile("rb") as stream:
            client.sendall(b"220 sink\r\n")
            _converse(client, stream)


def _converse(client: socket.socket, stream: _Reader) -> None:
    while line := stream.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            client.sendall(b"354 go\r\n")
            while stream.readline() != b".\r\n":
                pass
        elif verb == b"BDAT":
            stream.read(int(re.findall(rb"\d+", line)[0]))
        client.sendall(_ANSWERS.get(verb, b"250 ok\r\n"))


async def through_the_window(port: int, message: bytes, way: Way) -> tuple[float, float]:
    """Seconds for the message, and the longest time the loop did not turn."""
    target = Target("127.0.0.1", port, TlsMode.NONE, ehlo="me.example.org")
    gc.disable()  # as the command line does, until the window is painted
    app = Workbench(target, connect_at_once=True)
    async with app.run_test(size=(120, 40)) as pilot:
        desk = app.desk

        while desk.view.greeting is None:
            await pilot.pause(TICK)
        for line in ("EHLO me.example.org", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>"):
            desk.operator.send(line, desk.credentials.credentials, lambda: None)
            await pilot.pause(TICK)
            while desk.view.pending:
                await pilot.pause(TICK)
        desk.drafting.draft = Draft(message, "large", way)
        desk.drafting.open()
        await pilot.pause(0.5)
        began = last = time.perf_counter()
        worst = 0.0
        desk.drafting.send()
        while desk.view.delivered is None:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            worst, last = max(worst, now - last - TICK), now
        assert desk.view.delivered.ok, desk.view.delivered
        took = time.perf_counter() - began
        app.leave()
    return took, worst


def by_smtplib(port: int, message: bytes) -> float:
    """Seconds for the same message by the standard library."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        began = time.perf_counter()
        client.sendmail("a@example.org", ["b@example.org"], message)
        return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    message = b"Subject: large\r\n\r\n" + LINE * (size * 1024 * 1024 // len(LINE))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        print(f"{size} MiB by smtplib                    {by_smtplib(port, message):6.2f} s")
        for way in (Way.DATA, Way.BDAT):
            took, worst = asyncio.run(through_the_window(port, message, way))
            print(f"{size} MiB through the window by {way.value}   {took:6.2f} s", end="")
            print(f"   longest standstill {worst * 1000:.0f} ms")


if __name__ == "__main__":
    main()
