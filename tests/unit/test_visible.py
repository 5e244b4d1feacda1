"""The gate: nothing a terminal obeys gets through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.visible import pieces, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"250 ok", "250 ok"),
        (b"\x1b]0;title\x07", "‹ESC›]0;title‹BEL›"),
        (b"\x1b[2J", "‹ESC›[2J"),
        ("\x9b2J", "‹CSI›2J"),
        (b"\x9b2J", "‹CSI›2J"),
        ("a\u202eb", "a‹RLO›b"),
        ("a\u200bb", "a‹ZWSP›b"),
        ("a\xa0b", "a‹NBSP›b"),
        (b"a\0b\r\n\t\x7f", "a‹NUL›b‹CR›‹LF›‹TAB›‹DEL›"),
        ("\U000e0041", "‹U+E0041›"),
        ("\ud800", "‹U+D800›"),
        ("grüße 日本語 😀", "grüße 日本語 😀"),
        (b"gr\xfc\xdfe", "grüße"),
        ("[/oops] [@click=app.quit]x[/]", "[/oops] [@click=app.quit]x[/]"),
        ("", ""),
    ],
)
def test_controls_become_their_names(text: str | bytes, shown: str) -> None:
    assert visible(text) == shown


@given(st.text() | st.binary())
def test_nothing_that_a_terminal_obeys_is_left(text: str | bytes) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)


@given(st.text())
def test_the_pieces_tell_names_from_text(text: str) -> None:
    found = list(pieces(text))
    assert "".join(f"‹{piece}›" if hidden else piece for piece, hidden in found) == visible(text)
    assert all(piece for piece, _ in found)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert visible(text) == text
