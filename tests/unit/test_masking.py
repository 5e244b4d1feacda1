"""Secrets in reports: covered wherever they show up, and nothing else changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smtp_tui.smtp.events import Span
from smtp_tui.smtp.visible import decode
from smtp_tui.transcript.masking import Veil, mask
from smtp_tui.transcript.sent_lines import SentLine, SentLines
from smtp_tui.wire.events import Protection, Sent


def veil(*secrets: bytes) -> Veil:
    made = Veil()
    for secret in secrets:
        made.learn(secret, "PLAIN")
    return made


def test_a_span_is_covered_with_its_label_and_length() -> None:
    assert Veil().visible(b"AUTH PLAIN abcd", [(11, 15)], "PLAIN") == (
        "AUTH PLAIN ‹PLAIN: 4 octets hidden›"
    )


def test_a_learned_secret_is_covered_wherever_it_stands() -> None:
    assert veil(b"hunter2").text(b"hunter2 and hunter2!") == (
        "‹PLAIN: 7 octets hidden› and ‹PLAIN: 7 octets hidden›!"
    )


PASSWORD = b"hunter2!"


def base64_of(octets: bytes) -> bytes:
    return base64.b64encode(octets)


@pytest.mark.parametrize(
    ("secret", "label"),
    [
        (base64_of(b"\0me@example.org\0" + PASSWORD), "PLAIN"),
        (base64_of(b"user=me@example.org\1auth=Bearer " + PASSWORD + b"\1\1"), "XOAUTH2"),
        (PASSWORD, "password"),
    ],
)
def test_what_a_secret_holds_is_covered_too_also_in_base64(secret: bytes, label: str) -> None:
    covering = Veil()
    covering.learn(secret, label)
    said = b"535 for me@example.org: " + b" or ".join([secret, PASSWORD, base64_of(PASSWORD)])
    told = covering.text(said)
    assert told.startswith("535 for me@example.org: ‹")
    for each in (secret, PASSWORD, base64_of(PASSWORD).rstrip(b"=")):
        assert each.decode() not in told


def test_of_the_answers_of_login_the_password_alone_is_covered_as_it_is() -> None:
    covering = Veil()
    for prompt, answer in ((b"Username:", b"me@example.org"), (b"Password:", PASSWORD)):
        covering.challenged(prompt)
        covering.learn(base64_of(answer), "LOGIN")
    assert covering.text(b"me@example.org, hunter2!") == "me@example.org, ‹LOGIN: 8 octets hidden›"


def test_overlapping_secrets_are_one_cover() -> None:
    assert veil(b"abcdef", b"defghi").text(b"-abcdefghi-") == "-‹PLAIN: 9 octets hidden›-"


def test_text_for_a_terminal_has_no_control_characters_and_other_text_keeps_them() -> None:
    assert veil().visible(b"a\x1b\xe9") == "a‹ESC›é"
    assert veil().text(b"a\x1b\xe9") == "a\x1bé"


def test_a_veil_shows_no_secret_in_its_repr() -> None:
    assert "hunter2" not in repr(veil(b"hunter2"))


@given(st.binary(min_size=4, max_size=8), st.binary(max_size=10), st.binary(max_size=10))
def test_all_but_the_secret_stays(secret: bytes, before: bytes, after: bytes) -> None:
    data = before + secret + after
    assume(data.find(secret) == data.rfind(secret) == len(before))
    shown = veil(secret).text(data)
    assert shown == f"{decode(before)}{mask('PLAIN', len(secret))}{decode(after)}"
    assert veil(secret).hides(data)
    assert not veil(secret).hides(before)


def sent(data: bytes, *secrets: Span) -> Sent:
    return Sent(1.0, 1, data, 0, secrets, "PLAIN" if secrets else "", Protection.CLEAR)


def cut(*events: Sent) -> list[SentLine]:
    lines = SentLines()
    return [*(line for event in events for line in lines.take(event)), *lines.rest()]


def test_sent_octets_are_cut_into_lines() -> None:
    assert [line.line for line in cut(sent(b"a\r\nb\nc\r\n\r\n"))] == [b"a", b"b", b"c", b""]


def test_a_line_may_go_out_in_pieces_with_its_secret() -> None:
    lines = cut(sent(b"AUTH PLAIN ab", (11, 13)), sent(b"cd\r\nNOOP\r\n", (0, 2)))
    assert [line.line for line in lines] == [b"AUTH PLAIN abcd", b"NOOP"]
    assert Veil().text(lines[0].line, lines[0].secrets, lines[0].label) == (
        "AUTH PLAIN ‹PLAIN: 4 octets hidden›"
    )
    assert lines[1].secrets == ()


def test_a_secret_over_several_lines_is_covered_in_each() -> None:
    first, second = cut(sent(b"xab\r\ncdx\r\n", (1, 7)))
    assert (first.secrets, second.secrets) == (((1, 3),), ((0, 2),))


def test_an_unfinished_line_is_given_at_the_end() -> None:
    assert [line.line for line in cut(sent(b"a\r\nunfinished"))] == [b"a", b"unfinished"]


@pytest.mark.parametrize("pieces", [1, 2, 3, 7])
def test_how_octets_are_cut_makes_no_difference(pieces: int) -> None:
    data = b"one\r\ntwo two\r\n\r\nfour\r\n"
    whole = cut(sent(data))
    assert cut(*(sent(data[at : at + pieces]) for at in range(0, len(data), pieces))) == whole
