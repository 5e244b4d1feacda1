"""Each mechanism against the examples of its document, independent servers and servers that lie."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
import scramp
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.sasl.credentials import Channel, ChannelBinding, Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS, Secret, begin, strongest
from smtp_tui.sasl.saslprep import saslprep
from smtp_tui.sasl.scram import MOST_ITERATIONS

TIM = Credentials("tim", "tanstaaftanstaaf")


def b64(octets: bytes | None) -> str:
    assert octets is not None
    return base64.b64encode(octets).decode("ascii")


# SASLprep


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("", ""),
        ("\u0627\u0628", "\u0627\u0628"),
    ],
)
def test_saslprep_of_rfc_4013(text: str, prepared: str) -> None:
    assert saslprep("password", text) == prepared


@pytest.mark.parametrize("text", ["\u0007", "\u0627\u0031", "a\ud800", "\ufffd"])
def test_saslprep_refuses_what_rfc_4013_forbids(text: str) -> None:
    with pytest.raises(CredentialsError, match=r"^The password "):
        saslprep("password", text)


# CRAM-MD5


@pytest.mark.parametrize(
    ("credentials", "challenge", "response"),
    [
        (
            TIM,
            b"<1896.697170952@postoffice.reston.mci.net>",
            b"tim b913a602c7eda7a495b4e6e7334d3890",
        ),
        (
            Credentials("user", "pass"),
            b"<123456.1322876914@testserver>",
            b"user 287eb355114cf5c471c26a875f1ca4ae",
        ),
    ],
)
def test_cram_md5(credentials: Credentials, challenge: bytes, response: bytes) -> None:
    exchange = begin("CRAM-MD5", credentials)
    assert next(exchange) is None
    assert exchange.send(challenge) == response


def test_cram_md5_does_not_sign_nothing() -> None:
    exchange = begin("CRAM-MD5", TIM)
    next(exchange)
    with pytest.raises(CredentialsError, match="empty"):
        exchange.send(b"")


# DIGEST-MD5


@pytest.mark.parametrize(
    ("service", "nonce", "cnonce", "response", "rspauth"),
    [
        (
            "imap", b"OA6MG9tEQGm2hh", "OA6MHXh6VqTrRk",
            b"d388dad90d4bbd760a152321f2143af7", b"ea40f60335c427b5527b84dbabcdfffd",
        ),
        (
            "acap", b"OA9BSXrbuRhWay", "OA9BSuZWMSpW8m",
            b"6084c6db3fede7352c551284490fd0fc", b"2f0b3d7c3c2e486600ef710726aa2eae",
        ),
    ],
)  # fmt: skip
def test_digest_md5_of_rfc_2831(
    service: str, nonce: bytes, cnonce: str, response: bytes, rspauth: bytes
) -> None:
    channel = Channel("elwood.innosoft.com", nonce=cnonce, service=service)
    exchange = begin("DIGEST-MD5", Credentials("chris", "secret"), channel)
    assert next(exchange) is None
    asked = b'realm="elwood.innosoft.com",nonce="%s",qop="auth",algorithm=md5-sess,charset=utf-8'
    answer = exchange.send(asked % nonce)
    assert answer is not None
    assert b'username="chris",realm="elwood.innosoft.com"' in answer
    assert b"response=" + response in answer
    with pytest.raises(StopIteration):
        exchange.send(b"rspauth=" + rspauth)


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"", "not the list"),
        (b"nonsense", "not the list"),
        (b'realm="x",algorithm=md5-sess', "one nonce"),
        (b'nonce="a",nonce="b",algorithm=md5-sess', "one nonce"),
        (b'nonce="a"', "another algorithm"),
        (b'nonce="a",algorithm=sha-256', "another algorithm"),
        (b'nonce="a",algorithm=md5-sess,qop="auth-conf"', "its own encryption"),
        (b'nonce="a",algorithm=md5-sess,' + b"x=y," * 600, "not the list"),
    ],
)
def test_digest_md5_says_what_is_wrong_with_a_challenge(challenge: bytes, words: str) -> None:
    exchange = begin("DIGEST-MD5", TIM)
    next(exchange)
    with pytest.raises(CredentialsError, match=words):
        exchange.send(challenge)


def test_digest_md5_notices_a_server_that_does_not_know_the_password() -> None:
    exchange = begin("DIGEST-MD5", TIM)
    next(exchange)
    exchange.send(b'nonce="a",algorithm=md5-sess')
    with pytest.raises(CredentialsError, match="not the server that knows"):
        exchange.send(b"rspauth=" + b"0" * 32)


def test_digest_md5_escapes_quotes_and_needs_utf_8_beyond_latin_1() -> None:
    exchange = begin("DIGEST-MD5", Credentials('a"b\\c', "p"))
    next(exchange)
    answer = exchange.send(b'nonce="a",algorithm=md5-sess')
    assert answer is not None
    assert rb'username="a\"b\\c"' in answer
    exchange = begin("DIGEST-MD5", Credentials("\u4e2d", "p"))
    next(exchange)
    with pytest.raises(CredentialsError, match="charset=utf-8"):
        exchange.send(b'nonce="a",algorithm=md5-sess')


# SCRAM


@pytest.mark.parametrize(
    ("name", "nonce", "first", "final", "signature"),
    [
        (
            "SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
            b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ),
        (
            "SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
            b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ),
    ],
)  # fmt: skip
def test_scram_of_rfc_5802_and_rfc_7677(
    name: str, nonce: str, first: bytes, final: bytes, signature: bytes
) -> None:
    exchange = begin(name, Credentials("user", "pencil"), Channel(nonce=nonce))
    assert next(exchange) == b"n,,n=user,r=" + nonce.encode()
    assert exchange.send(first) == final
    with pytest.raises(StopIteration):
        exchange.send(signature)


@given(
    name=st.sampled_from(["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
    user=st.sampled_from(["user", "a=b,c", "bücher", "用户"]),
    password=st.sampled_from(["pencil", "pässwörd", "a b", "ﬁx", "p" * 200]),
    right=st.booleans(),
)
def test_an_independent_server_accepts_the_right_password_only(
    name: str, user: str, password: str, right: bool
) -> None:
    mechanism = scramp.ScramMechanism(name)
    stored = mechanism.make_auth_info(password, iteration_count=4096)
    server = mechanism.make_server(lambda _: stored)
    exchange = begin(name, Credentials(user, password if right else password + "x"))
    server.set_client_first(_text(next(exchange)))
    answer = _text(exchange.send(server.get_server_first().encode()))
    if not right:
        with pytest.raises(scramp.ScramException):
            server.set_client_final(answer)
        return
    server.set_client_final(answer)
    with pytest.raises(StopIteration):
        exchange.send(server.get_server_final().encode())


@pytest.mark.parametrize("binding", ["tls-unique", "tls-server-end-point"])
@pytest.mark.parametrize("algorithm", ["SHA-1", "SHA-256", "SHA-512"])
def test_an_independent_server_accepts_the_bound_forms(algorithm: str, binding: str) -> None:
    name = f"SCRAM-{algorithm}-PLUS"
    mechanism = scramp.ScramMechanism(name)
    stored = mechanism.make_auth_info("pencil", iteration_count=4096)
    server = mechanism.make_server(lambda _: stored, channel_binding=(binding, b"session"))
    channel = Channel(bindings=(ChannelBinding(binding, b"session"),))
    exchange = begin(name, Credentials("user", "pencil"), channel)
    server.set_client_first(_text(next(exchange)))
    server.set_client_final(_text(exchange.send(server.get_server_first().encode())))
    with pytest.raises(StopIteration):
        exchange.send(server.get_server_final().encode())


def _text(octets: bytes | None) -> str:
    assert octets is not None
    return octets.decode("utf-8")


BOUND = (ChannelBinding("tls-server-end-point", b"hash"),)


@pytest.mark.parametrize(
    ("name", "channel", "header"),
    [
        ("SCRAM-SHA-256", Channel(), b"n,,"),
        ("SCRAM-SHA-256", Channel(bindings=BOUND), b"n,,"),
        ("SCRAM-SHA-256", Channel(bindings=BOUND, offered=("SCRAM-SHA-256",)), b"y,,"),
        ("SCRAM-SHA-256", Channel(bindings=BOUND, offered=("SCRAM-SHA-1-PLUS",)), b"n,,"),
        ("SCRAM-SHA-256-PLUS", Channel(bindings=BOUND), b"p=tls-server-end-point,,"),
    ],
)
def test_the_header_tells_what_of_tls_can_be_bound(
    name: str, channel: Channel, header: bytes
) -> None:
    first = next(begin(name, Credentials("u", "p"), channel))
    assert first is not None
    assert first.startswith(header + b"n=u,r=")


def test_scram_tells_whom_to_act_as_and_escapes_names() -> None:
    first = next(begin("SCRAM-SHA-1", Credentials("a,b=c", "p", "z"), Channel(nonce="x")))
    assert first == b"n,a=z,n=a=2Cb=3Dc,r=x"


def test_plus_needs_something_to_bind_to() -> None:
    with pytest.raises(CredentialsError, match="needs TLS"):
        next(begin("SCRAM-SHA-256-PLUS", TIM))


SALT = b"s=" + base64.b64encode(b"0123456789abcdef")


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"", "has not the form"),
        (b"\xff\0", "has not the form"),
        (b"s=YQ==,r=nonceX,i=4096", "has not the form"),
        (b"r=other," + SALT + b",i=4096", "does not extend ours"),
        (b"r=nonce," + SALT + b",i=4096", "does not extend ours"),
        (b"r=nonceX,s=,i=4096", "salt"),
        (b"r=nonceX,s=*,i=4096", "salt"),
        (b"r=nonceX," + SALT + b",i=1", "asks for 1 iterations"),
        (b"r=nonceX," + SALT + b",i=4095", "asks for 4,095 iterations"),
        (b"r=nonceX," + SALT + b",i=1000000000", "asks for 1,000,000,000 iterations"),
        (b"r=nonceX," + SALT + b",i=" + b"9" * 5000, "a number of 5000 digits"),
        (b"r=nonceX," + SALT + b",i=-1", "no number"),
        (b"r=nonceX," + SALT + b",i=x", "no number"),
        (b"m=ext,r=nonceX," + SALT + b",i=4096", "extension"),
        (b"e=unknown-user", "unknown-user"),
    ],
)
def test_a_server_that_lies_in_scram_is_left_with_a_sentence(challenge: bytes, words: str) -> None:
    exchange = begin("SCRAM-SHA-256", TIM, Channel(nonce="nonce"))
    next(exchange)
    with pytest.raises(CredentialsError, match=words):
        exchange.send(challenge)


def test_the_most_iterations_are_few_enough_to_wait_for() -> None:
    assert MOST_ITERATIONS == 1_000_000


@pytest.mark.parametrize(
    ("final", "words"),
    [
        (b"v=AAAA", "signature is wrong"),
        (b"v=*", "signature is wrong"),
        (b"", "signature is wrong"),
        (b"e=invalid-proof", "invalid-proof"),
    ],
)
def test_a_server_that_does_not_know_the_password_is_found_out(final: bytes, words: str) -> None:
    exchange = begin("SCRAM-SHA-256", TIM, Channel(nonce="nonce"))
    next(exchange)
    exchange.send(b"r=nonceX," + SALT + b",i=4096")
    with pytest.raises(CredentialsError, match=words):
        exchange.send(final)


# OAuth


def test_xoauth2_of_its_document() -> None:
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    exchange = begin("XOAUTH2", Credentials("someuser@example.com", token))
    assert b64(next(exchange)) == (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhk"
        "SFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )
    assert exchange.send(b'{"status":"401"}') == b""


@pytest.mark.parametrize(("port", "middle"), [(143, "MTQz"), (587, "NTg3")])
def test_oauthbearer_of_rfc_7628(port: int, middle: str) -> None:
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    who = Credentials("user@example.com", token)
    exchange = begin("OAUTHBEARER", who, Channel("server.example.com", port))
    assert b64(next(exchange)) == (
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9"
        f"{middle}AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    assert exchange.send(b'{"status":"invalid_token"}') == b"\x01"


@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
@pytest.mark.parametrize("credentials", [Credentials("u\x01", "t"), Credentials("u", "hunter\x01")])
def test_oauth_cannot_carry_its_separator(name: str, credentials: Credentials) -> None:
    with pytest.raises(CredentialsError, match="cannot carry") as refused:
        next(begin(name, credentials))
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
def test_a_token_is_needed_and_may_be_long(name: str) -> None:
    with pytest.raises(CredentialsError, match="token is missing"):
        next(begin(name, Credentials("u", "")))
    long = next(begin(name, Credentials("u", "t" * 100_000)))
    assert long is not None
    assert len(long) > 100_000


# The rest


def test_external_and_anonymous() -> None:
    assert next(begin("EXTERNAL", Credentials("", ""))) == b""
    assert next(begin("EXTERNAL", Credentials("", "", "me"))) == b"me"
    assert b64(next(begin("ANONYMOUS", Credentials("sirhc", "")))) == "c2lyaGM="
    with pytest.raises(CredentialsError, match="255"):
        next(begin("ANONYMOUS", Credentials("x" * 256, "")))


@pytest.mark.parametrize("name", sorted(MECHANISMS))
@pytest.mark.parametrize(
    "credentials",
    [Credentials("", ""), Credentials("\0", "\0", "\0"), Credentials("\ud800", "\ud800", "\ud800")],
)
@given(challenges=st.lists(st.binary(max_size=60), max_size=3))
def test_whatever_is_typed_and_sent_ends_in_octets_or_a_sentence(
    name: str, credentials: Credentials, challenges: list[bytes]
) -> None:
    exchange = begin(name, credentials, Channel(bindings=BOUND))
    with suppress(StopIteration, CredentialsError):
        said = [next(exchange)]
        for challenge in challenges:
            said.append(exchange.send(challenge))
        assert all(each is None or isinstance(each, bytes) for each in said)


@pytest.mark.parametrize(
    ("offered", "encrypted", "bindable", "name"),
    [
        ("PLAIN LOGIN", True, True, "PLAIN"),
        ("plain CRAM-MD5", True, True, "PLAIN"),
        ("PLAIN CRAM-MD5", False, False, "CRAM-MD5"),
        ("PLAIN SCRAM-SHA-1 SCRAM-SHA-256", True, True, "SCRAM-SHA-256"),
        ("SCRAM-SHA-256-PLUS SCRAM-SHA-512", True, True, "SCRAM-SHA-256-PLUS"),
        ("SCRAM-SHA-256-PLUS SCRAM-SHA-512", True, False, "SCRAM-SHA-512"),
        ("XOAUTH2 LOGIN", True, True, "LOGIN"),
        ("XOAUTH2", True, True, None),
        ("", True, True, None),
        ("GSSAPI", True, True, None),
    ],
)
def test_the_strongest_that_a_password_can_run_is_suggested(
    offered: str, encrypted: bool, bindable: bool, name: str | None
) -> None:
    found = strongest(offered.split(), encrypted=encrypted, bindable=bindable)
    assert (found.name if found else None) == name


def test_with_a_token_the_strongest_for_tokens_is_suggested() -> None:
    found = strongest(["PLAIN", "XOAUTH2", "OAUTHBEARER"], secret=Secret.TOKEN)
    assert found is MECHANISMS["OAUTHBEARER"]
