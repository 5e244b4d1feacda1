"""The authority that vouches for the loopback servers."""

from __future__ import annotations

import pytest
import trustme

from tests.wire.loopback import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One certificate authority for the whole run: making keys takes time."""
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return Authority(ca, path)
