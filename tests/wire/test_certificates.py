"""What is read from certificates, and that hostile ones never raise."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.wire.certificates import describe
from tests.wire.certificates import NOW, der, leaf_der, self_signed
from tests.wire.loopback import Authority

SAMPLE = der(self_signed("mail.example", ("mail.example", "192.0.2.1"))[1])


def test_the_facts_of_a_certificate() -> None:
    facts = describe(SAMPLE)
    assert (facts.subject, facts.issuer) == ("mail.example", "mail.example")
    assert facts.names == ("mail.example", "192.0.2.1")
    assert facts.not_before == NOW - timedelta(days=1)
    assert facts.not_after == NOW + timedelta(days=30)
    assert facts.self_issued
    assert facts.sha256 == hashlib.sha256(SAMPLE).hexdigest()
    assert facts.problem == ""


@pytest.mark.parametrize(
    ("later", "days"),
    [(timedelta(), 30), (timedelta(hours=1), 29), (timedelta(days=31), -1)],
)
def test_days_left_are_whole_and_go_below_zero(later: timedelta, days: int) -> None:
    assert describe(SAMPLE).days_left(NOW + later) == days


def test_a_certificate_of_an_authority_is_not_self_issued(authority: Authority) -> None:
    facts = describe(leaf_der(authority.ca.issue_cert("mail.example")))
    assert not facts.self_issued
    assert "trustme" in facts.issuer


def test_many_names_are_bounded_and_counted() -> None:
    names = tuple(f"host{number}.example" for number in range(150))
    facts = describe(der(self_signed(names=names)[1]))
    assert (len(facts.names), facts.more_names) == (100, 50)


def test_foreign_text_is_given_as_it_is() -> None:
    assert describe(der(self_signed("\x1b[2J")[1])).subject == "\x1b[2J"


def test_octets_that_are_no_certificate_still_have_a_fingerprint() -> None:
    facts = describe(b"\x30\x03garbage")
    assert facts.problem == "the certificate could not be read"
    assert facts.sha256
    assert facts.days_left(NOW) is None


@settings(max_examples=200, deadline=None)
@given(
    position=st.integers(0, len(SAMPLE) - 1),
    value=st.integers(0, 255),
    keep=st.integers(0, len(SAMPLE)),
)
def test_no_octets_raise(position: int, value: int, keep: int) -> None:
    changed = bytearray(SAMPLE)
    changed[position] = value
    for octets in (bytes(changed), SAMPLE[:keep], bytes(changed[:keep])):
        assert describe(octets).sha256 == hashlib.sha256(octets).hexdigest()
