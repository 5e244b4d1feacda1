"""PLAIN and LOGIN, against the examples of their documents."""

from __future__ import annotations

import base64

import pytest

from smtp_tui.sasl.credentials import NO_INITIAL_RESPONSE, Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS, begin


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        (Credentials("tim", "tanstaaftanstaaf"), b"\0tim\0tanstaaftanstaaf"),
        (Credentials("Kurt", "xipj3plmq", "Ursel"), b"Ursel\0Kurt\0xipj3plmq"),
        (Credentials("bücher", "pässwörd"), "\0bücher\0pässwörd".encode()),
        (Credentials("", ""), b"\0\0"),
        (Credentials("u", "\udce4"), b"\0u\0\xe4"),
    ],
)
def test_plain_is_one_message(credentials: Credentials, message: bytes) -> None:
    exchange = begin("PLAIN", credentials)
    assert next(exchange) == message
    with pytest.raises(StopIteration):
        exchange.send(b"")


def test_plain_of_the_well_known_walk_through() -> None:
    message = next(begin("plain", Credentials("user@gmail.com", "password")))
    assert message is not None
    assert base64.b64encode(message) == b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


def test_plain_of_rfc_4954() -> None:
    message = next(begin("PLAIN", Credentials("test", "1234", "test")))
    assert message is not None
    assert base64.b64encode(message) == b"dGVzdAB0ZXN0ADEyMzQ="


@pytest.mark.parametrize("prompt", [b"Username:", b"Password:", b"", b"\xff\0"])
def test_login_answers_in_order_whatever_the_prompts_say(prompt: bytes) -> None:
    exchange = begin("LOGIN", Credentials("user", "secret"))
    assert next(exchange) is NO_INITIAL_RESPONSE
    assert exchange.send(prompt) == b"user"
    assert exchange.send(prompt) == b"secret"
    with pytest.raises(StopIteration):
        exchange.send(prompt)


@pytest.mark.parametrize(
    ("credentials", "what"),
    [
        (Credentials("a\0b", "p"), "user name"),
        (Credentials("u", "hunter2\0"), "password"),
        (Credentials("u", "p", "\0z"), "authorization identity"),
        (Credentials("u", "hunter2\ud800"), "password"),
    ],
)
def test_what_plain_cannot_carry_is_refused_without_repeating_it(
    credentials: Credentials, what: str
) -> None:
    with pytest.raises(CredentialsError, match=what) as refused:
        next(begin("PLAIN", credentials))
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_login_refuses_half_a_character_before_anything_is_sent() -> None:
    with pytest.raises(CredentialsError, match="password"):
        next(begin("LOGIN", Credentials("u", "\ud800")))


def test_an_unknown_mechanism_is_refused_with_what_there_is() -> None:
    with pytest.raises(CredentialsError, match="choose PLAIN, LOGIN, "):
        begin("X-UNHEARD-OF", Credentials("u", "p"))


def test_credentials_never_show_themselves() -> None:
    shown = repr(Credentials("user", "hunter2", "other"))
    assert "user" not in shown
    assert "hunter2" not in shown
    assert "other" not in shown


def test_every_mechanism_has_an_upper_case_name() -> None:
    assert all(name == name.upper() for name in MECHANISMS)
