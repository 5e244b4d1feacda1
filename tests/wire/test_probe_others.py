"""A probe says of a server what ``openssl`` and ``swaks`` say of it."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from smtp_tui.practice.server import PracticeAddress, PracticeServer
from smtp_tui.transcript.survey_json import document
from smtp_tui.transcript.surveyor import Surveyor
from smtp_tui.wire.target import Target
from tests.wire import others
from tests.wire.certificates import self_signed
from tests.wire.loopback import PATIENCE, lines_of, over_tls, serve

pytestmark = pytest.mark.skipif(
    bool(others.missing()) and "CI" not in os.environ, reason="openssl or swaks is missing"
)

EHLO = (
    b"250-mail.example.org\r\n250-SIZE 1000\r\n250-AUTH=LOGIN\r\n250-X-OWN a b\r\n250 STARTTLS\r\n"
)


@pytest.fixture
def practice() -> Iterator[PracticeAddress]:
    """A practice server."""
    with PracticeServer() as server:
        yield server.address


def probed(port: int, ca_file: Path) -> dict[str, Any]:
    """A probe's document of a server on loopback."""
    target = Target("127.0.0.1", port, ca_file=ca_file, timeout=PATIENCE)
    loaded: dict[str, Any] = json.loads(json.dumps(document(Surveyor(target).survey())))
    return loaded


def test_of_the_practice_server(practice: PracticeAddress) -> None:
    seen = probed(practice.starttls_port, practice.ca_file)
    assert seen["tls"]["verified"] is True
    others.assert_agrees(seen, practice.starttls_port, practice.ca_file)


@pytest.mark.parametrize("key", [None, rsa.generate_private_key(65537, 2048)], ids=["EC", "RSA"])
@pytest.mark.parametrize("names", [("mail.example.org",), ("127.0.0.1", "::1")], ids=str)
def test_of_a_server_that_signs_for_itself(
    tmp_path: Path, names: tuple[str, ...], key: rsa.RSAPrivateKey | None
) -> None:
    secret, certificate = self_signed("mail.example.org", names, key=key)
    file = tmp_path / "server.pem"
    file.write_bytes(secret + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def talk(client: socket.socket, *, encrypted: bool) -> None:
        line = lines_of(client)
        while said := line():
            match said.split()[0]:
                case b"EHLO":
                    client.sendall(EHLO)
                case b"STARTTLS" if not encrypted:
                    client.sendall(b"220 go ahead\r\n")
                    over_tls(context, lambda secured: talk(secured, encrypted=True))(client)
                    return
                case _:
                    client.sendall(b"221 bye\r\n")
                    return

    def greet(client: socket.socket) -> None:
        client.sendall(b"220 mail.example.org ESMTP ready\r\n")
        talk(client, encrypted=False)

    with serve(greet) as server:
        seen = probed(server.port, file)
        assert seen["tls"]["verified"] is ("127.0.0.1" in names)
        others.assert_agrees(seen, server.port, file)
