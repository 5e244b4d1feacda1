"""What is read from certificates, and that hostile ones never raise."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.wire.certificate_files import pem as pem_of
from smtp_tui.wire.certificate_files import tlsa
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


def test_what_a_certificate_says_is_what_openssl_says_it_does() -> None:
    """Every kind of key, and names of every sort."""
    for key in (None, rsa.generate_private_key(public_exponent=65537, key_size=2048)):
        pem = self_signed("mail.example", ("mail.example", "192.0.2.1"), key=key)[1]
        facts = describe(der(pem))
        said = openssl(pem, "-serial", "-fingerprint", "-sha256", "-subject", "-issuer",
                       "-nameopt", "RFC2253", "-text")  # fmt: skip
        serial = re.search(r"serial=([0-9A-F]+)", said)
        assert serial is not None
        assert int(serial[1], 16) == int(facts.serial, 16)
        assert facts.sha256.upper() in said.replace(":", "")
        assert f"subject={facts.full_subject}\n" in said
        assert f"issuer={facts.full_issuer}\n" in said
        assert f"Signature Algorithm: {facts.signature}\n" in said
        assert f"Public-Key: ({facts.key_bits} bit)" in said
        public = openssl(pem, "-pubkey").partition("-----BEGIN CERTIFICATE")[0]
        run = subprocess.run(
            ["openssl", "pkey", "-pubin", "-outform", "DER"],
            input=public.encode(), capture_output=True, check=True,
        )  # fmt: skip
        assert facts.spki_sha256 == hashlib.sha256(run.stdout).hexdigest()


def openssl(pem: bytes, *options: str) -> str:
    """What ``openssl x509`` prints of a certificate."""
    command = ["openssl", "x509", "-noout", *options]
    return subprocess.run(command, input=pem, capture_output=True, check=True).stdout.decode()


def test_pin_and_tlsa_record_are_of_the_same_key() -> None:
    facts = describe(SAMPLE)
    digest = base64.b64decode(facts.pin.removeprefix("sha256//")).hex()
    assert digest == facts.spki_sha256
    assert tlsa(facts, "mail.example", 587) == f"_587._tcp.mail.example. IN TLSA 3 1 1 {digest}"
    assert " IN TLSA 2 1 1 " in tlsa(facts, "mail.example", 25, end_entity=False)
    assert tlsa(describe(b"junk"), "mail.example", 25) == ""


def test_a_chain_is_written_as_pem_text() -> None:
    text = pem_of([SAMPLE, SAMPLE])
    assert [der(text.encode())] * 2 == [SAMPLE, SAMPLE]
    assert text.count("-----BEGIN CERTIFICATE-----\n") == 2


def test_a_key_of_a_kind_nobody_knows_has_a_hash_all_the_same() -> None:
    unknown = SAMPLE.replace(
        bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d7f01")
    )
    facts = describe(unknown)
    assert facts.spki_sha256
    assert facts.spki_sha256 != describe(SAMPLE).spki_sha256
    assert (facts.key, facts.key_bits) == ("of the kind 1.2.840.10045.127.1", 0)


def test_an_empty_subject_is_no_problem() -> None:
    facts = describe(der(self_signed("", ("mail.example",))[1]))
    assert (facts.subject, facts.full_subject, facts.problem) == ("", "", "")


def test_a_name_with_a_nul_is_read_whole() -> None:
    facts = describe(der(self_signed("a\0b", ("mail.example\0.attacker.example",))[1]))
    assert facts.subject == "a\0b"
    assert facts.names == ("mail.example\0.attacker.example",)
