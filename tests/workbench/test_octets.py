"""The row of octets: each in sight, the end of a long line before its beginning."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.workbench.panes.octets import row


def test_each_octet_that_is_no_printable_character_has_its_name() -> None:
    assert row("ü \0\r\n".encode(), (), 40).plain == " C3  BC · NUL  CR  LF "


def test_credentials_are_dots() -> None:
    assert row(b"AUTH PLAIN secret", ((11, 17),), 40).plain == "AUTH·PLAIN·••••••"


def test_of_a_long_line_the_end_is_shown() -> None:
    shown = row(b"a" * 5_000_000 + b"end\r\n", (), 20)
    assert shown.plain == "… " + "a" * 7 + "end CR  LF "


@given(st.binary(max_size=60), st.integers(0, 50))
def test_the_row_is_never_wider_than_its_place(data: bytes, width: int) -> None:
    assert row(data, (), width).cell_length <= max(width, 2)
