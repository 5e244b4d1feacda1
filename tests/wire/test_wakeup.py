"""The bell that lets a poll return."""

from __future__ import annotations

import select
from collections.abc import Iterator

import pytest

from smtp_tui.wire.wakeup import WakeUp


@pytest.fixture
def bell() -> Iterator[WakeUp]:
    bell = WakeUp()
    yield bell
    bell.close()


def rings(descriptor: int) -> bool:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(0))


def test_it_rings_until_it_was_heard(bell: WakeUp) -> None:
    descriptor = bell.open()
    assert not rings(descriptor)
    bell.ring()
    bell.ring()
    assert rings(descriptor)
    bell.clear()
    assert not rings(descriptor)


def test_what_rang_before_it_was_open_is_heard(bell: WakeUp) -> None:
    bell.ring()
    assert rings(bell.open())


def test_nobody_hears_it_once_it_is_closed(bell: WakeUp) -> None:
    bell.open()
    bell.close()
    bell.ring()
