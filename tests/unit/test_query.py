"""Queries: what is typed to filter the log, which lines it takes, and never for long."""

from __future__ import annotations

import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.transcript.expression import Expression, ExpressionError, TooSlow
from smtp_tui.transcript.query import Query, QueryError, query
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.runs import text
from smtp_tui.transcript.trouble import begins_trouble


def line(raw: bytes, kind: Kind = Kind.SERVER, note: str = "") -> Record:
    return Record(kind, 0.0, 1, raw=raw, note=note)


def asked(source: str) -> Query:
    found = query(source)
    assert found is not None
    return found


@pytest.mark.parametrize("source", ["", "   ", "re:", " -re:"])
def test_nothing_typed_asks_for_nothing(source: str) -> None:
    assert query(source) is None


def test_a_code_is_only_that_of_a_reply() -> None:
    assert asked("55x").takes(line(b"550 no\r\n"))
    assert not asked("55x").takes(line(b"501 no\r\n"))
    assert not asked("5xx").takes(line(b"550 no\r\n", Kind.CLIENT))
    assert asked("550").takes(line(b"550 no\r\n", Kind.CLIENT))  # words, wherever they stand


def test_quoted_letters_are_words() -> None:
    assert asked('"S"').takes(line(b"SIZE\r\n", Kind.CLIENT))
    assert not asked("S").takes(line(b"SIZE\r\n", Kind.CLIENT))


def test_an_expression_ignores_case_unless_it_has_capitals() -> None:
    assert asked("/^ehlo/").takes(line(b"EHLO x\r\n"))
    assert asked(r"/^ehlo\S*/").takes(line(b"EHLO x\r\n"))
    assert not asked("/^Ehlo/").takes(line(b"EHLO x\r\n"))


def test_a_slash_can_be_asked_for() -> None:
    assert asked(r"/a\/b/").takes(line(b"a/b\r\n"))


@given(st.text(max_size=60))
def test_whatever_is_typed_it_is_a_query_or_told_why_not(source: str) -> None:
    try:
        found = query(source)
    except QueryError:
        return
    if found is not None:
        found.takes(line(b"250 ok\r\n"))
        assert all("250 ok"[first:last] for first, last in found.spans("250 ok"))


@given(st.text(alphabet="aB \\/-\"'.x5C*", min_size=1, max_size=12), st.text(max_size=20))
def test_quoted_words_mean_themselves(words: str, around: str) -> None:
    words = words.replace('"', "")
    if not words:
        return
    record = line((around + words.upper() + around).encode(), Kind.CLIENT)
    if words.upper() in text(record):
        assert asked(f'"{words}"').takes(record)
        assert not asked(f'-"{words}"').takes(record)


@pytest.mark.parametrize(
    "source", ["(a+)+$", "(a|a)*$", "(?:a?){400}a{400}b", "(.*?,){50}P|(a*)*b", "(?=(a+)+c)x"]
)
def test_an_expression_that_takes_years_ends(source: str) -> None:
    with pytest.raises(TooSlow):
        Expression(source).found("a" * 900 + "b" + "1," * 60)


def test_after_one_that_took_too_long_others_are_found_as_ever() -> None:
    with pytest.raises(TooSlow):
        Expression("(a+)+$").spans("a" * 900 + "b")
    assert Expression("a+$").found("b" * 1000 + "a")


@pytest.mark.parametrize("source", ["(", "a{2,1}", "[z-a]", "(?P<n>a)(?P<n>b)", "*", "x" * 501])
def test_what_is_no_expression_is_told_in_a_sentence(source: str) -> None:
    with pytest.raises(ExpressionError, match=r"expression"):
        Expression(source)


def test_what_is_wrong_with_an_expression_fits_beside_it() -> None:
    with pytest.raises(ExpressionError) as told:
        Expression("a(b")
    assert str(told.value) == "no regular expression: missing ) at character 2"


def test_what_may_change_its_meaning_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Expression("[[a]b]").found("ab]")


def test_no_expression_is_made_where_it_could_not_be_stopped() -> None:
    told: list[str] = []

    def make() -> None:
        try:
            Expression("a")
        except ExpressionError as error:
            told.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert told == ["expressions need the main thread"]


def test_trouble_begins_once_a_reply() -> None:
    first, last = line(b"550-5.7.1 a\r\n"), line(b"550 5.7.1 b\r\n")
    assert begins_trouble(first, line(b"250 ok\r\n"))
    assert not begins_trouble(last, first)
    assert begins_trouble(last, last)
    alarm, fault = line(b"", Kind.ALARM, "no"), line(b"xx\r\n", Kind.FAULT)
    assert begins_trouble(alarm, last)
    assert not begins_trouble(fault, alarm)
    assert not begins_trouble(line(b"421 x\r\n", Kind.CLIENT), None)
