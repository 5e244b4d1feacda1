"""What is overheard of a handshake: group, signature scheme, what a failed one had agreed on."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.wire.context import build_context
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.handshake import Overheard, listen
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls import TLSLayer
from smtp_tui.wire.tls_failures import TLSFailure
from tests.wire.loopback import Authority
from tests.wire.test_tls import Peer, shake_hands


def seen(authority: Authority, server: ssl.SSLContext, name: str = "localhost") -> TlsFacts:
    layer = TLSLayer(build_context(Target("localhost", ca_file=authority.ca_file)), name)
    try:
        shake_hands(layer, Peer(server))
    except TLSFailure as failure:
        return layer.refused_facts(failure)
    assert layer.facts is not None
    return layer.facts


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("curve", "group"),
    [("prime256v1", "secp256r1"), ("secp384r1", "secp384r1"), ("X25519", "x25519")],
)
def test_group_and_signature_are_told(
    authority: Authority, version: ssl.TLSVersion, curve: str, group: str
) -> None:
    server = authority.server()
    server.maximum_version = version
    server.set_ecdh_curve(curve)
    facts = seen(authority, server)
    assert facts.version == version.name.replace("v1_", "v1.")
    assert (facts.group, facts.signature) == (group, "ecdsa_secp256r1_sha256")


def test_a_session_is_never_resumed_and_announces_its_name(authority: Authority) -> None:
    first, second = (seen(authority, authority.server()) for _ in range(2))
    assert not first.resumed
    assert not second.resumed
    assert first.server_name == "localhost"
    assert seen(authority, authority.server("192.0.2.1"), "192.0.2.1").server_name == ""


def test_a_refused_server_too_shows_version_cipher_and_group(authority: Authority) -> None:
    facts = seen(authority, authority.server(), "elsewhere.example")
    assert not facts.verified
    assert (facts.version, facts.cipher) == ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    assert facts.group == "x25519"


def test_a_server_that_asks_for_a_certificate_is_noticed(authority: Authority) -> None:
    server = authority.server()
    assert not seen(authority, server).client_asked
    server.verify_mode = ssl.CERT_OPTIONAL
    assert seen(authority, server).client_asked


def test_a_group_nobody_named_yet_is_told_by_its_number() -> None:
    heard = Overheard()
    listen(heard, 12, b"\x0c\0\0\0" + b"\x03\xab\xcd\x01x\x04\x03")
    assert heard.group == "0xabcd"


@given(kind=st.integers(0, 30), message=st.binary(max_size=200))
def test_no_message_raises(kind: int, message: bytes) -> None:
    heard = Overheard()
    listen(heard, kind, message)
    assert isinstance(heard.group, str)
