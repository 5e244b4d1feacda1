"""The same server, the same moment: what we tell of TLS is what ``openssl`` tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from smtp_tui.practice.server import PracticeServer
from smtp_tui.wire.events import TlsEstablished, TlsFacts
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion
from tests.wire.certificates import Key, der, self_signed
from tests.wire.loopback import (
    AFTER_TLS,
    Authority,
    after_starttls,
    drive,
    serve,
    server_context,
    up_to_starttls,
)
from tests.wire.openssl import assert_same, assert_same_certificate, s_client


def seen(target: Target) -> TlsFacts:
    """What our own handshake shows."""
    with drive(target) as driven:
        up_to_starttls(driven)
        driven.until(lambda: bool(driven.all(TlsEstablished)), "TLS")
        return driven.one(TlsEstablished).facts


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        (TlsOptions(), ()),
        (TlsOptions(maximum=TlsVersion.TLS_1_2), ("-tls1_2",)),
    ],
)
def test_the_practice_server(options: TlsOptions, theirs: tuple[str, ...]) -> None:
    with PracticeServer() as server:
        at = server.address
        target = Target(at.host, at.starttls_port, ca_file=at.ca_file, options=options)
        assert_same(seen(target), s_client(at.host, at.starttls_port, at.ca_file, *theirs))


def test_a_chain_with_an_intermediate(authority: Authority) -> None:
    leaf = authority.ca.create_child_ca().issue_cert("localhost", "*.example.org", "192.0.2.1")
    with serve(after_starttls(server_context(leaf), AFTER_TLS)) as server:
        target = authority.target(server.port, TlsMode.STARTTLS, "localhost")
        facts = seen(target)
        assert len(facts.chain) == 2
        theirs = s_client("localhost", server.port, authority.ca_file, "-servername", "localhost")
        assert_same(facts, theirs)


def test_a_server_that_is_not_trusted(authority: Authority) -> None:
    with serve(after_starttls(authority.server(), AFTER_TLS)) as server:
        target = authority.target(server.port, TlsMode.STARTTLS, "localhost")
        other = PracticeServer()
        with other:
            theirs = s_client("localhost", server.port, other.address.ca_file)
        assert_same(seen(replace(target, verify=False)), theirs)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["P-256", "P-384", "P-521", "RSA"],
)
def test_every_usual_kind_of_key(key: Key) -> None:
    pem = self_signed('Müller, "Söhne" + Co', ("mail.example", "2001:db8::1"), key=key)[1]
    assert_same_certificate(der(pem), pem.decode())
