"""Capabilities of several stages side by side."""

from __future__ import annotations

from smtp_tui.smtp.comparison import Change, changed, compare
from smtp_tui.smtp.extensions import Extensions, parse


def offered(*lines: str) -> Extensions:
    return parse([b"mx.example.org", *(line.encode() for line in lines)])


def test_what_came_what_went_and_what_changed() -> None:
    rows = compare(
        [
            offered("STARTTLS", "SIZE 10", "DSN"),
            offered("SIZE 20", "DSN", "AUTH PLAIN"),
            offered("SIZE 20", "DSN"),
        ]
    )
    found = {row.keyword: [cell.change for cell in row.cells] for row in rows}
    assert found == {
        "SIZE": [Change.FIRST, Change.CHANGED, Change.SAME],
        "DSN": [Change.FIRST, Change.SAME, Change.SAME],
        "AUTH": [Change.ABSENT, Change.NEW, Change.GONE],
        "STARTTLS": [Change.FIRST, Change.DONE, Change.ABSENT],
    }


def test_a_stage_that_was_not_asked_is_passed_over() -> None:
    (row,) = compare([None, offered("DSN"), None, offered("DSN")])
    changes = [cell.change for cell in row.cells]
    assert changes == [Change.NOT_ASKED, Change.FIRST, Change.NOT_ASKED, Change.SAME]
    assert compare([None, None]) == ()


def test_every_change_has_a_sign_and_a_word_of_its_own_meaning() -> None:
    assert Change.NEW.mark == "+"
    assert Change.GONE.mark == "−"
    assert Change.CHANGED.mark == "~"
    assert all(change.word for change in Change if change is not Change.NOT_ASKED)


def test_one_capability_against_the_stage_before() -> None:
    assert changed("DSN", None, offered("DSN")) is Change.FIRST
    assert changed("DSN", offered(), offered("DSN")) is Change.NEW
    assert changed("DSN", None, offered()) is Change.ABSENT
