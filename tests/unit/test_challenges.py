"""What challenges say in words, and that no challenge makes anything raise."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.sasl import challenges, ntlm


def type_2(host: str, domain: str) -> bytes:
    """An NTLM challenge as MS-NLMP 2.2.1.2 lays it out."""
    target = domain.encode("utf-16-le")
    pairs = b"".join(
        struct.pack("<HH", kind, len(value)) + value
        for kind, value in ((1, host.encode("utf-16-le")), (2, target), (0, b""))
    )
    head = b"NTLMSSP\0" + struct.pack("<I", 2)
    head += struct.pack("<HHI", len(target), len(target), 56)
    head += struct.pack("<I", 0x02000001) + b"\x01\x23\x45\x67\x89\xab\xcd\xef" + b"\0" * 8
    head += struct.pack("<HHI", len(pairs), len(pairs), 56 + len(target))
    return head + struct.pack("<BBHI", 10, 0, 17763, 0x0F000000) + target + pairs


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"Username:", "Username:"),
        (b"", ""),
        (b"\xff\0", ""),
        (b"<1896.697170952@postoffice.reston.mci.net>", "CRAM-MD5: sign <1896."),
        (b"r=abcX,s=MDEyMzQ1Njc4OWFi,i=4096", "SCRAM: 12 octets of salt · 4,096 iterations"),
        (b"v=MDEyMzQ1Njc4OWFi", "SCRAM: the server's signature, 12 octets"),
        (b"e=invalid-proof", "SCRAM: the server refuses: invalid-proof"),
        (b'realm="x",nonce="y",qop="auth",algorithm=md5-sess', "DIGEST-MD5 · realm x · qop auth"),
        (b"rspauth=ea40f60335c427b5527b84dbabcdfffd", "DIGEST-MD5: the server's digest"),
        (b'{"status":"400","schemes":"Bearer"}', "the token is refused: status 400 · schemes"),
        (b"{" * 5000, ""),
        (type_2("MAIL1", "EXAMPLE"), "NTLM · target EXAMPLE · domain EXAMPLE · host MAIL1"),
    ],
)
def test_a_challenge_is_told_in_words(challenge: bytes, words: str) -> None:
    said = challenges.words(challenge)
    assert said.startswith(words) if words else len(said) <= 200


def test_an_ntlm_challenge_tells_the_version_of_windows() -> None:
    told = ntlm.challenge(type_2("MAIL1", "EXAMPLE"))
    assert told is not None
    assert (told.host, told.domain, told.version) == ("MAIL1", "EXAMPLE", "10.0.17763")
    assert told.nonce == b"\x01\x23\x45\x67\x89\xab\xcd\xef"


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=80).map(lambda rest: b"NTLMSSP\0\x02\0\0\0" + rest),
        st.binary(max_size=80).map(lambda rest: b"{" + rest),
        st.text(max_size=60).map(lambda rest: ("r=x,s=" + rest + ",i=1").encode("utf-8", "ignore")),
    )
)
def test_no_challenge_makes_it_raise(challenge: bytes) -> None:
    assert len(challenges.words(challenge)) <= 200
