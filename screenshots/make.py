"""Makes the screenshots of the README from the real program: ``python screenshots/make.py``.

Each is a session of the window with the practice server, or with a server on loopback that
misbehaves; nothing in them is drawn by hand.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from smtp_tui.settings import Settings
from smtp_tui.wire.target import Target
from smtp_tui.workbench.app import Workbench

HERE = Path(__file__).parent
PATIENCE = 20.0
WIDE, NARROW = (120, 40), (80, 24)
FONT = "'DejaVu Sans Mono', 'Fira Code', Menlo, Consolas, monospace"


class Sitting:
    """One open window, driven like a person would."""

    def __init__(self, app: Workbench, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.pilot.pause(0.02)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text())

    async def type(self, line: str) -> None:
        self.app.desk.composer.field.focus()
        self.app.desk.composer.field.set_line(line)
        await self.pilot.pause()

    async def enter(self, *lines: str) -> None:
        view = self.app.desk
        for line in lines:
            await self.type(line)
            await self.pilot.press("enter")
            await self.until(lambda: not view.composer.text and not view.view.pending)
            await self.pilot.pause(0.2)

    async def keep(self, name: str) -> None:
        """Write what the window shows as ``name.svg``."""
        await self.pilot.pause(0.3)
        await self.until(lambda: not self.app.screen.query("Toast"))
        svg = self.app.export_screenshot(title="smtp-tui")
        svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # nothing from elsewhere
        svg = re.sub(r"font-family: Fira Code, monospace", f"font-family: {FONT}", svg)
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(f"{name}.svg")

    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@asynccontextmanager
async def sitting(
    size: tuple[int, int], target: Target | None = None, theme: str | None = None
) -> AsyncIterator[Sitting]:
    app = Workbench(
        target,
        practice=target is None,
        connect_at_once=target is not None,
        settings=Settings(theme=theme),
    )
    async with app.run_test(size=size) as pilot:
        yield Sitting(app, pilot)
        app.leave()


async def session() -> None:
    """The whole window: TLS, a refused sign-in, a right one, a mail begun, advice."""
    async with sitting(WIDE) as at:
        await at.shows("220 smtp.practice.test")
        await at.enter("EHLO laptop.example.org", "STARTTLS")
        await at.until(lambda: at.app.desk.view.encrypted)
        await at.enter("EHLO laptop.example.org")
        at.app.desk.credentials.fill("user@gmail.com", "passw0rd")
        await at.pilot.press("f7")
        await at.shows("535 5.7.8")
        at.app.desk.credentials.fill("user@gmail.com", "password")
        await at.pilot.press("f7")
        await at.shows("235 2.7.0")
        await at.enter("MAIL FROM:<user@gmail.com>", "RCPT TO:<someone@example.org>")
        await at.type("RCPT TO: <other@example.org>")
        await at.keep("session")


async def narrow() -> None:
    """80 by 24, in the middle of a session."""
    async with sitting(NARROW) as at:
        await at.shows("220 smtp.practice.test")
        await at.enter("EHLO laptop.example.org", "STARTTLS")
        await at.until(lambda: at.app.desk.view.encrypted)
        await at.enter("EHLO laptop.example.org")
        await at.type("AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk")
        await at.keep("narrow")


async def light() -> None:
    """The light theme, writing message text."""
    async with sitting(WIDE, theme="smtp-light") as at:
        await at.shows("220 smtp.practice.test")
        await at.enter("EHLO laptop.example.org", "STARTTLS")
        await at.until(lambda: at.app.desk.view.encrypted)
        await at.enter("EHLO laptop.example.org", "AUTH PLAIN {PLAIN}")
        await at.enter("MAIL FROM:<user@gmail.com>", "RCPT TO:<someone@example.org>")
        await at.enter("RCPT TO:<550@example.org>", "DATA", "Subject: it works", "")
        await at.type(".well-known")
        await at.keep("light")


async def alarm() -> None:
    """A server that injects plain text behind STARTTLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_inject, args=(listener,), daemon=True).start()
        port: int = listener.getsockname()[1]
        async with sitting(WIDE, Target("127.0.0.1", port, ehlo="laptop.example.org")) as at:
            await at.shows("220 mx.example.org")
            await at.enter("EHLO laptop.example.org")
            await at.type("STARTTLS")
            await at.pilot.press("enter")
            await at.shows("injecting")
            await at.keep("alarm")


def _inject(listener: socket.socket) -> None:
    client, _ = listener.accept()
    with client:
        client.sendall(b"220 mx.example.org ESMTP \x1b]0;owned\x07ready\r\n")
        client.recv(1000)
        client.sendall(b"250-mx.example.org\r\n250-STARTTLS\r\n250 SIZE 10485760\r\n")
        client.recv(1000)
        client.sendall(b"220 2.0.0 go ahead\r\n250-mx.example.org\r\n250 AUTH PLAIN\r\n")
        client.recv(1000)


async def helping() -> None:
    """The help screen."""
    async with sitting(WIDE) as at:
        await at.shows("220 smtp.practice.test")
        await at.pilot.press("f1")
        await at.keep("help")


async def main() -> None:
    for scene in (session, narrow, light, alarm, helping):
        await scene()


if __name__ == "__main__":
    asyncio.run(main())
