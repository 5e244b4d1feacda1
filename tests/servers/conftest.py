"""The real servers, each started once in a test run and only if a test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import quiet
from tests.servers import dovecot as lmtp
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.postfix import Postfix, running_postfix, unavailable

quiet.install()


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """A running Postfix. Where none can run the test is skipped, or fails where ``CI`` is true."""
    _need(unavailable())
    with running_postfix() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot that speaks LMTP; where none can run as for Postfix."""
    _need(lmtp.unavailable())
    with running_dovecot() as server:
        yield server


def _need(reason: str | None) -> None:
    if reason is not None and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, one process runs all of these: one Postfix and one Dovecot are enough."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.xdist_group("servers"))
