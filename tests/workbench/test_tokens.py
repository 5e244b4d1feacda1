"""The Base64 strings and which of their characters give the password away."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.sasl.credentials import Credentials, CredentialsError
from smtp_tui.workbench.tokens import DOTS, clear_characters, tokens

_TEXT = st.text(st.characters(codec="utf-8"), max_size=9)
_PASSWORD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)


def test_plain_is_the_string_of_rfc_4616() -> None:
    (token,) = tokens("PLAIN", Credentials("tim", "tanstaaftanstaaf"))
    assert base64.b64decode(token.text) == b"\0tim\0tanstaaftanstaaf"


def test_the_well_known_walk_through_comes_out_as_everywhere() -> None:
    (token,) = tokens("PLAIN", Credentials("user@gmail.com", "password"))
    assert token.text == "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
    assert token.masked == "AHVzZXJAZ21haWwuY29tA" + DOTS
    assert token.octets == 24


def test_login_is_two_strings_of_which_the_user_name_is_no_secret() -> None:
    user, password = tokens("LOGIN", Credentials("user", "secret"))
    assert (user.text, password.text) == ("dXNlcg==", "c2VjcmV0")
    assert (user.masked, password.masked) == ("dXNlcg==", DOTS)


def test_a_token_shows_nothing_of_itself_in_its_repr() -> None:
    (token,) = tokens("PLAIN", Credentials("user", "password"))
    assert token.text not in repr(token)


def test_nul_in_the_password_is_refused_in_words() -> None:
    with pytest.raises(CredentialsError, match="NUL"):
        tokens("PLAIN", Credentials("user", "pass\0word"))


@given(_TEXT, _PASSWORD, _PASSWORD)
def test_no_clear_character_depends_on_the_password(user: str, one: str, other: str) -> None:
    def made(password: str) -> str:
        message = b"\0" + user.encode() + b"\0" + password.encode()
        return base64.b64encode(message).decode()

    clear = clear_characters(len(user.encode()) + 2)
    assert made(one)[:clear] == made(other)[:clear]
