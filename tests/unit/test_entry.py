"""Hex dumps and what is unusual about octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.transcript.hex_dump import rows
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.unusual import unusual


def test_a_dump_has_offset_octets_and_ascii() -> None:
    assert list(rows(b"0123456789abcdef\r\n")) == [
        ("0000", "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66", "0123456789abcdef"),
        ("0010", "0d 0a".ljust(48), ".."),
    ]


@given(st.binary(max_size=100), st.integers(0, 100), st.integers(0, 100))
def test_a_dump_shows_every_octet_but_the_hidden(raw: bytes, start: int, end: int) -> None:
    shown = " ".join(words for _, words, _ in rows(raw, [(start, end)])).split()
    assert shown == [
        "••" if start <= place < end else f"{octet:02x}" for place, octet in enumerate(raw)
    ]


@pytest.mark.parametrize(
    ("raw", "phrases"),
    [
        (b"250 ok\r\n", ()),
        (b"250 ok\n", ("ends with LF alone, without CR (RFC 5321 2.3.8)",)),
        (b"250 ok", ("no line end",)),
        (b"a\rb\r\n", ("a CR within the line (RFC 5321 2.3.8)",)),
        (b"\r\r\n", ("a CR within the line (RFC 5321 2.3.8)",)),
        (b"\0\0\r\n", ("2 NUL",)),
        (b"\x1b[m\r\n", ("1 control character",)),
        (b"a\tb\r\n", ()),
        ("ü\r\n".encode(), ("2 octets above 127, UTF-8",)),
        (b"\xfc\r\n", ("1 octet above 127, no UTF-8",)),
        (b"x" * 510 + b"\r\n", ()),
        (b"x" * 511 + b"\r\n", ("513 octets, more than 512 (RFC 5321 4.5.3.1)",)),
    ],
)
def test_what_is_unusual_about_octets_is_named(raw: bytes, phrases: tuple[str, ...]) -> None:
    assert unusual(Record(Kind.SERVER, 0.0, 1, raw=raw)) == phrases
