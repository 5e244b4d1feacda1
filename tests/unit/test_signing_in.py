"""As whom somebody signed in: the name in what was said, and never a secret."""

from __future__ import annotations

import base64

import pytest

from smtp_tui.smtp.events import Command
from smtp_tui.smtp.state import AUTH_RESPONSE
from smtp_tui.transcript.signing_in import SigningIn


def whom(mechanism: str, *said: bytes, initial: bool = False) -> str:
    """The name after AUTH and these answers, the first of them on the AUTH line if ``initial``."""
    signing_in = SigningIn()
    tokens = [base64.b64encode(each) for each in said]
    line = [b"AUTH", mechanism.encode(), *(tokens[:1] if initial else [])]
    signing_in.follow(Command(b"AUTH", b" ".join(line) + b"\r\n"))
    for token in tokens[1:] if initial else tokens:
        signing_in.follow(Command(AUTH_RESPONSE, token + b"\r\n"))
    return signing_in.user


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        ("PLAIN", [b"\0me@example.org\0hunter2"]),
        ("LOGIN", [b"me@example.org", b"hunter2"]),
        ("XOAUTH2", [b"user=me@example.org\x01auth=Bearer hunter2\x01\x01"]),
        ("OAUTHBEARER", [b"n,a=me@example.org,\x01auth=Bearer hunter2\x01\x01"]),
        ("SCRAM-SHA-256", [b"n,,n=me@example.org,r=fyko", b"c=biws,r=fyko,p=hunter2"]),
        ("CRAM-MD5", [b"me@example.org " + b"0123456789abcdef" * 2]),
        ("DIGEST-MD5", [b'charset=utf-8,username="me@example.org",realm="x",response=1']),
    ],
)
def test_the_name_is_found_in_what_each_mechanism_says(
    mechanism: str, said: list[bytes], initial: bool
) -> None:
    assert whom(mechanism, *said, initial=initial) == "me@example.org"


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        ("PLAIN", [b"\0secret\0secret"]),
        ("PLAIN", [b"\0my-secret-name\0secret"]),
        ("PLAIN", [b"secret"]),
        ("LOGIN", [b"secret", b"secret"]),
        ("EXTERNAL", [b"secret"]),
        ("X-UNKNOWN", [b"secret"]),
    ],
)
def test_what_may_be_a_secret_is_no_name(mechanism: str, said: list[bytes]) -> None:
    assert whom(mechanism, *said) == ""


def test_a_name_obeys_no_terminal_and_is_bounded() -> None:
    shown = whom("LOGIN", b"\x1b[2J" + b"a" * 5000)
    assert "\x1b" not in shown
    assert len(shown) < 100


def test_a_second_exchange_begins_anew() -> None:
    signing_in = SigningIn()
    for user in (b"one", b"two"):
        token = base64.b64encode(b"\0" + user + b"\0secret")
        signing_in.follow(Command(b"AUTH", b"AUTH PLAIN " + token + b"\r\n"))
        assert signing_in.user == user.decode()


def test_what_is_no_base64_tells_nothing() -> None:
    signing_in = SigningIn()
    signing_in.follow(Command(b"AUTH", b"AUTH PLAIN !!!\r\n"))
    assert signing_in.user == ""
