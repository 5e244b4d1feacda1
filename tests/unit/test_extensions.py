"""EHLO keywords."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.amounts import human_size, human_span, whole_number
from smtp_tui.smtp.extensions import meaning, parse


def test_keywords_and_arguments_without_regard_to_case() -> None:
    found = parse([b"mx.example.org hello", b"Size 35882577", b"8bitmime", b"AUTH plain login"])
    assert list(found) == ["SIZE", "8BITMIME", "AUTH"]
    assert found["size"].arguments == ("35882577",)
    assert b"8BITMIME" in found
    assert found.size == 35882577
    assert found.mechanisms == ("PLAIN", "LOGIN")


def test_the_old_form_of_auth_is_read_with_the_new_one() -> None:
    found = parse([b"mx", b"AUTH PLAIN", b"AUTH=LOGIN PLAIN"])
    assert found.mechanisms == ("PLAIN", "LOGIN")
    assert [entry.raw for entry in found.entries] == [b"AUTH PLAIN", b"AUTH=LOGIN PLAIN"]


def test_other_keywords_in_the_old_form_are_read_too() -> None:
    found = parse([b"mx", b"X-EXPS=LOGIN", b"x-other=1"])
    assert found["X-EXPS"].arguments == ("LOGIN",)
    assert found["X-EXPS"].legacy
    assert not found["X-OTHER=1"].legacy


def test_duplicates_and_empty_lines_are_kept() -> None:
    found = parse([b"mx", b"", b"X-A 1", b"X-A 2", b"  "])
    assert [entry.arguments for entry in found.entries] == [(), ("1",), ("2",), ()]
    assert [entry.keyword for entry in found.entries] == ["", "X-A", "X-A", ""]
    assert found["X-A"].arguments == ("1",)


def test_a_size_that_is_no_number_or_beyond_reason_is_no_limit() -> None:
    for argument in (b"", b"x", b"0", b"9" * 5000):
        assert parse([b"mx", b"SIZE " + argument]).size is None


def test_arguments_are_made_human() -> None:
    found = parse([b"mx", b"SIZE 35882577", b"AUTH PLAIN LOGIN", b"PIPELINING", b"X-OWN"])
    texts = [known.text if (known := meaning(entry)) else None for entry in found.entries]
    assert texts == ["34.2 MiB a message", "PLAIN LOGIN", "commands in groups", None]


def test_sizes_for_a_person() -> None:
    assert human_size(1) == "1 octet"
    assert [human_size(n) for n in (0, 1023, 1024, 5 * 1024**5)] == [
        "0 octets",
        "1023 octets",
        "1.0 KiB",
        "5120.0 TiB",
    ]


def test_spans_for_a_person() -> None:
    assert [human_span(n) for n in (0, 1, 60, 5400, 604800, 90061)] == [
        "0 seconds",
        "1 second",
        "1 minute",
        "1 hour 30 minutes",
        "7 days",
        "1 day 1 hour",
    ]


def test_only_plain_digits_are_a_number() -> None:
    assert whole_number("007") == 7
    assert [whole_number(word) for word in ("", "-1", "1e3", "٣", "9" * 21)] == [None] * 5


@given(st.lists(st.binary()))
def test_any_octets_give_some_extensions(lines: list[bytes]) -> None:
    found = parse(lines)
    for entry in found.entries:
        meaning(entry)
        assert entry.keyword in found
