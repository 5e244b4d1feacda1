"""A marker password goes through the window on every path; nothing that remains may show it.

A new way to type a secret is one more entry in ``PATHS``; a new view, export or file one more in
``TRACES``. Files that the program writes into its folder are searched without being named.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from textual.widgets import Input

from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.settings import Settings
from smtp_tui.smtp.state import Phase
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.formats import FORMATS
from smtp_tui.transcript.runs import said, text
from smtp_tui.transcript.tools.all import TOOLS, written
from smtp_tui.transcript.tools.plan import ToolError
from smtp_tui.wire import actions
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.worker import Worker
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.log import LogPane
from tests.secrets.marker import (
    LOGIN_PASSWORD,
    LOGIN_USER,
    MARKER,
    PLAIN,
    USER,
    XOAUTH2,
    files,
    leaks,
    objects,
)
from tests.wire.loopback import lines_of, serve
from tests.workbench.live import LiveWindow

Way = Callable[[LiveWindow], Awaitable[None]]
Trace = Callable[[LiveWindow], Iterable[str]]


# How a secret gets into the window


async def ready(at: LiveWindow) -> None:
    """To where AUTH is accepted, with user and password filled in, from wherever we are."""
    while at.app.screen is not at.app.desk:
        await at.pilot.press("escape")
        await at.pilot.pause()
    desk = at.app.desk
    if not at.view.takes_lines or at.view.state.phase is not Phase.COMMAND:
        if at.view.target is not None:
            desk.operator.connect(at.view.target)
        await at.until(lambda: at.view.takes_lines and at.view.greeting is not None, "greeting")
        await at.idle()
    if not at.view.state.extensions.mechanisms:
        desk.composer.insert("")
        await at.enter("EHLO me.example.org")
        await at.idle()
        if "STARTTLS" in at.view.state.extensions and not at.view.encrypted:
            await at.pilot.press("f6")
            await at.until(lambda: at.view.encrypted, "TLS")
            await at.enter("EHLO me.example.org")
            await at.idle()
    desk.query_one(LogView).action_clear()  # what was searched already
    desk.credentials.fill(USER, MARKER, "PLAIN")
    desk.composer.insert("")
    await at.pilot.pause()


def running(mechanism: str) -> Way:
    """f7 with the mechanism; twice, because the server may not offer it."""

    async def path(at: LiveWindow) -> None:
        at.app.desk.credentials.fill(USER, MARKER, mechanism)
        await at.pilot.pause()
        await at.pilot.press("f7", "f7")
        await at.pilot.pause(0.05)
        await at.idle()

    return path


def typing(*lines: str) -> Way:
    """Lines typed by hand, each answered before the next."""

    async def path(at: LiveWindow) -> None:
        for line in lines:
            await at.enter(line)
            await at.idle()

    return path


def pressing(*keys: str, mechanism: str = "PLAIN", line: str = "") -> Way:
    """Keys, with the credentials and a line in their fields."""

    async def path(at: LiveWindow) -> None:
        at.app.desk.credentials.fill(USER, MARKER, mechanism)
        at.app.desk.composer.insert(line)
        await at.pilot.pause()
        for key in keys:
            await at.pilot.press(key)
            await at.pilot.pause(0.02)

    return path


def acting(id: str) -> Way:
    """An action, whatever it does, while credentials stand in every field."""

    async def path(at: LiveWindow) -> None:
        at.app.desk.composer.insert(f"AUTH PLAIN {PLAIN}")
        await at.pilot.pause()
        at.app.action_do(id)
        await at.pilot.pause(0.02)

    return path


async def pasting_all_at_once(at: LiveWindow) -> None:
    field = at.app.desk.composer.field
    field.focus()
    field.paste(f"AUTH LOGIN\n{LOGIN_USER}\n{LOGIN_PASSWORD}\n")
    for _ in range(3):
        await at.pilot.press("enter")
        await at.pilot.pause(0.05)
        await at.idle()


def decoding(pasted: str) -> Way:
    """A string taken apart, revealed, copied, and left on the screen."""

    async def path(at: LiveWindow) -> None:
        await at.pilot.press("shift+f7")
        await at.pilot.pause()
        at.app.screen.query_one("#pasted", Input).value = pasted
        await at.pilot.press("ctrl+r", "ctrl+y")
        await at.pilot.pause()
        at.app.export_screenshot()
        await at.pilot.pause()

    return path


def raw(*pieces: str) -> Way:
    """Raw octets, each piece in a write of its own."""

    async def path(at: LiveWindow) -> None:
        at.app.desk.composer.field.focus()
        await at.pilot.press("alt+x")
        for piece in pieces:
            await at.enter(piece)
            await at.idle()
        await at.pilot.press("alt+x")

    return path


async def saving_the_profile(at: LiveWindow) -> None:
    at.app.desk.operator.practice = frozenset()
    at.app.desk.save_profile()
    await at.pilot.pause()
    at.app.screen.query_one("#prompt", Input).value = "home"
    await at.pilot.press("enter")
    settings = at.app.shelf.settings.path
    assert settings is not None
    await at.until(settings.exists, "settings file")


async def a_fault_of_our_own(at: LiveWindow) -> None:
    """An exception in the middle of the exchange, which names the password."""

    def broken(*_: object) -> None:
        raise ValueError(f"cannot use {MARKER!r} as in {PLAIN}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smtp_tui.wire.conversation.Authentication", broken)
        await at.pilot.press("f7")
        await at.shows("A fault in this program")


PATHS: dict[str, Way] = {
    **{f"f7 {name}": running(name) for name in MECHANISMS},
    "AUTH PLAIN": typing(f"AUTH PLAIN {PLAIN}"),
    "auth plain, small": typing(f"  auth   plain {PLAIN}"),
    "AUTH PLAIN in two lines": typing("AUTH PLAIN", PLAIN),
    "AUTH LOGIN": typing("AUTH LOGIN", LOGIN_USER, LOGIN_PASSWORD),
    "AUTH LOGIN with the user": typing(f"AUTH LOGIN {LOGIN_USER}", LOGIN_PASSWORD),
    "an answer that is no Base64": typing("AUTH LOGIN", USER, MARKER),
    "AUTH XOAUTH2": typing(f"AUTH XOAUTH2 {XOAUTH2}", ""),
    "the string without AUTH": typing(PLAIN),
    "the string behind another verb": typing(f"LOGIN {PLAIN}", f"HELO {XOAUTH2}"),
    "AUTH without a mechanism": typing(f"AUTH {PLAIN}", f"AUTH {LOGIN_PASSWORD}"),
    "a placeholder": typing("AUTH PLAIN {PLAIN}", "AUTH LOGIN", "{LOGIN.user}", "{LOGIN.password}"),
    "pasted all at once": pasting_all_at_once,
    "the password itself": typing(MARKER),
    "the password behind other verbs": typing(f"HELP {MARKER}", f"PASS {MARKER}"),
    "the password as an address": typing(f"MAIL FROM:<{MARKER}>", f"VRFY {LOGIN_PASSWORD}"),
    "the password as raw octets": raw(MARKER + r"\r\n"),
    "raw octets": raw(rf"AUTH PLAIN {PLAIN}\r\n", rf"AUTH PLAIN\0{PLAIN}\r\n"),
    "raw octets in pieces": raw("AUTH PL", f"AIN {PLAIN[:9]}", PLAIN[9:] + r"\r\n"),
    "raw lines in one write": raw(rf"AUTH LOGIN\r\n{LOGIN_USER}\r\n{LOGIN_PASSWORD}\r\n"),
    "typed and left": pressing(line=f"AUTH PLAIN {PLAIN}"),
    "history": pressing("enter", "up", "up", line=f"AUTH PLAIN {PLAIN}"),
    "not sent for want of a connection": pressing(
        "shift+f5", "shift+f5", "enter", "f7", line=f"AUTH PLAIN {PLAIN}"
    ),
    "copied": pressing("ctrl+y", "shift+f8", "ctrl+y"),
    "copied LOGIN": pressing("ctrl+y", "ctrl+y", "shift+f8", mechanism="LOGIN"),
    "inserted": pressing("ctrl+f", "enter"),
    "mended": pressing("f12"),
    "revealed, and hidden by a screenshot": pressing("ctrl+r", line=f"AUTH PLAIN {PLAIN}"),
    "queued and sent as one write": pressing("alt+q", "w", line=f"AUTH PLAIN {PLAIN}"),
    "queued, and the history opened": pressing("alt+q", "o", "alt+h", line=f"AUTH PLAIN {PLAIN}"),
    "palette": pressing("ctrl+p"),
    "help": pressing("f1"),
    "decoder": decoding(PLAIN),
    "decoder, a faulty string": decoding(f"AUTH PLAIN {PLAIN[:-3]}\n{PLAIN[-3:]}"),
    "decoder, the password itself": decoding(MARKER),
    "saved profile": saving_the_profile,
    "a fault": a_fault_of_our_own,
    **{f"action {id}": acting(id) for id in ACTIONS if id != "quit"},
}

_GOES_OUT = ("AUTH", "auth", "the string", "the password", "raw", "f7 ")
ECHOED = [name for name in PATHS if name.startswith(_GOES_OUT)]
"""The paths that are gone with a server, too, that repeats what it is told."""


# Where it could show afterwards


def _records(at: LiveWindow) -> Iterator[str]:
    transcript = at.app.desk.query_one(LogPane).transcript
    for number in range(transcript.first, transcript.end):
        record = transcript[number]
        yield text(record)
        yield said(record)
        yield record.note


def _exports(at: LiveWindow) -> Iterator[str]:
    transcript = at.app.desk.query_one(LogPane).transcript
    session = excerpt(transcript[number] for number in range(transcript.first, transcript.end))
    for form in FORMATS.values():
        yield form.write(session).decode()


def _widgets(at: LiveWindow) -> Iterator[str]:
    for widget in at.app.screen.query("*"):
        yield repr(widget)
        yield f"{widget.border_title} {widget.border_subtitle} {widget.tooltip}"


def _other_tools(at: LiveWindow) -> Iterator[str]:
    transcript = at.app.desk.query_one(LogPane).transcript
    session = excerpt(transcript[number] for number in range(transcript.first, transcript.end))
    for name in TOOLS:
        with suppress(ToolError):
            yield written(name, session, at.view.target or Target(""))


TRACES: dict[str, Trace] = {
    "screenshot": lambda at: [at.app.export_screenshot()],
    "screen": lambda at: [at.text()],
    "widgets": _widgets,
    "records as text": _records,
    "exports": _exports,
    "other tools": _other_tools,
    "toasts": lambda at: [
        f"{each.title} {each.message} {each!r}" for each in at.app._notifications
    ],
    "history": lambda at: at.app.desk.composer.field._history,
    "titles and palette": lambda at: [
        at.app.title,
        at.app.sub_title,
        *map(repr, at.app.get_system_commands(at.app.desk)),
    ],
}


def agreeable(client: socket.socket) -> None:
    """A server that accepts any credential and repeats whatever it was told."""
    line = lines_of(client)
    client.sendall(b"220 echo\r\n")
    asked = 0
    while said := line():
        words = said.split()
        if words[:1] == [b"EHLO"]:
            answer = b"250-echo\r\n250 AUTH PLAIN LOGIN XOAUTH2 CRAM-MD5"
        elif words[:2] == [b"AUTH", b"LOGIN"] and len(words) == 3:
            asked, answer = 2, b"334 "
        elif words[:1] == [b"AUTH"] and len(words) == 2:
            asked, answer = (1 if words[1] == b"LOGIN" else 2), b"334 "
        elif asked == 1:
            asked, answer = 2, b"334 " + said
        elif asked == 2 or words[:1] == [b"AUTH"]:
            asked, answer = 0, b"235 welcome " + said
        else:
            answer = b"500 unknown command: " + said
        client.sendall(answer + b"\r\n")


class KeepingWorker(Worker):
    """Keeps everything the window asks of it, and all that it tells."""

    def __init__(self, sink: Callable[[wire.Event], None], kept: list[object]) -> None:
        def take(event: wire.Event) -> None:
            kept.append(event)
            sink(event)

        self._kept = kept
        super().__init__(take)

    def post(self, action: actions.Action) -> None:
        self._kept.append(action)
        super().post(action)


@asynccontextmanager
async def opened(folder: Path, kept: list[object], echo: bool) -> AsyncIterator[LiveWindow]:
    """A window on the practice server or on the one that repeats all, with its files."""
    with ExitStack() as stack:
        target = None
        if echo:
            target = Target("127.0.0.1", stack.enter_context(serve(agreeable)).port, TlsMode.NONE)
        app = Workbench(
            target,
            practice=not echo,
            connect_at_once=echo,
            settings=Settings(path=folder / "config.toml"),
            log=str(folder / "session.jsonl"),
            worker=lambda sink: KeepingWorker(sink, kept),
        )
        async with app.run_test(size=(120, 40)) as pilot:
            if target is not None:  # asked nothing, as with the practice server
                app.desk.operator.practice = frozenset({(target.host, target.port)})
            yield LiveWindow(app, pilot)
            app.leave()


@pytest.fixture(autouse=True)
def _surroundings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Where the system's clipboard would be, where files go, and what Python itself logs."""
    monkeypatch.setattr(clipboard, "_by_system", lambda _: "xclip")
    monkeypatch.setenv("SMTP_TUI_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize("echo", [False, True], ids=["practice", "echo"])
async def test_no_path_leaves_the_password_anywhere(
    echo: bool,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept: list[object] = []
    found: list[str] = []
    asyncio.get_running_loop().set_debug(echo)
    async with opened(tmp_path, kept, echo) as at:
        for path in ECHOED if echo else PATHS:
            await ready(at)
            await PATHS[path](at)
            await at.pilot.pause(0.02)
            for trace, shown in TRACES.items():
                found += [f"{path}, {trace}: {leak}" for leak in leaks(shown(at))]
        found += leaks(objects())
    assert any(isinstance(each, wire.Sent) for each in kept)
    assert "220 " in (tmp_path / "session.jsonl").read_text()
    assert any("EHLO" in file.read_text() for file in tmp_path.glob("state/history/*.txt"))
    remains = [*map(repr, kept), *files(tmp_path), *capfd.readouterr(), caplog.text]
    assert not [*found, *leaks(remains)]


def test_the_search_finds_every_form() -> None:
    """So that the absence of something means something."""
    octets = MARKER.encode()
    for shown in (
        MARKER,
        MARKER[::-1],
        octets.hex(),
        f"wrapped {LOGIN_PASSWORD[:20]}\n{LOGIN_PASSWORD[20:]}",
        PLAIN,
        XOAUTH2,
        PLAIN[::-1],
        repr(octets),
        octets.hex().upper(),
    ):
        assert leaks([f"before {shown} after"]), shown
    assert not leaks(["", USER, LOGIN_USER, "Xq7 MARKER"])
