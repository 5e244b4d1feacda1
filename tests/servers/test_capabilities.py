"""The capabilities the window shows are those that ``swaks`` and ``openssl`` print."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from smtp_tui.smtp.extensions import Extensions
from smtp_tui.wire.target import Target
from tests.servers.postfix import Postfix
from tests.wire import others
from tests.workbench.live import LiveWindow, live_window

pytestmark = pytest.mark.skipif(
    bool(others.missing()) and "CI" not in os.environ, reason="openssl or swaks is missing"
)


def lines(offered: Extensions | None) -> list[str]:
    """The lines of an EHLO reply as they came."""
    assert offered is not None
    return [entry.raw.decode() for entry in offered.entries]


async def assert_agrees(window: LiveWindow, port: int, ca_file: Path) -> None:
    """Ask before and after TLS, and compare with what the others print of the same server."""
    await window.idle()
    await window.enter("EHLO me.example.org")
    await window.idle()
    await window.pilot.press("f6")
    await window.until(lambda: window.view.encrypted, "TLS")
    await window.enter("EHLO me.example.org")
    await window.idle()
    stages = window.view.stages
    clear = await asyncio.to_thread(others.capabilities_in_clear, port)
    inside = await asyncio.to_thread(others.capabilities_in_tls, port, ca_file)
    assert lines(stages.before_tls) == clear
    assert lines(stages.after_tls) == inside
    assert stages.after_tls is not None
    for keyword, arguments in others.as_mapping(inside).items():
        assert list(stages.after_tls[keyword].arguments) == arguments
    await window.shows(f"{len(inside)} capabilities inside TLS")
    await window.pilot.press("shift+f3")
    await window.shows("AUTH is offered only after TLS")


async def test_of_a_real_postfix(postfix: Postfix) -> None:
    target = Target(postfix.host, postfix.starttls_port, ca_file=postfix.ca_file)
    async with live_window(target) as window:
        await assert_agrees(window, postfix.starttls_port, postfix.ca_file)


async def test_of_the_practice_server() -> None:
    async with live_window(practice=True) as window:
        await window.until(lambda: window.view.target is not None, "connection")
        target = window.view.target
        assert target is not None
        assert target.ca_file is not None
        await assert_agrees(window, target.port, target.ca_file)
