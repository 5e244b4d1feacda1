"""Each check of a certificate by itself, also of those OpenSSL did not come to."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trustme

from smtp_tui.wire.certificates import describe
from smtp_tui.wire.context import build_context
from smtp_tui.wire.events import TlsFacts, Verification
from smtp_tui.wire.server_names import matching
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls import TLSLayer
from smtp_tui.wire.tls_failures import TLSFailure
from smtp_tui.wire.verdicts import Check, Outcome, Verdict, judge
from tests.wire.certificates import NOW, der, self_signed, short_key
from tests.wire.loopback import Authority, server_context
from tests.wire.test_tls import Peer, served, shake_hands

OLD = NOW - timedelta(days=12)


def seen(context: ssl.SSLContext, peer: Peer, name: str = "localhost") -> TlsFacts:
    """What a handshake shows, whether it succeeds or not."""
    layer = TLSLayer(context, name)
    try:
        shake_hands(layer, peer)
    except TLSFailure as failure:
        return layer.refused_facts(failure)
    assert layer.facts is not None
    return layer.facts


def verdicts(facts: TlsFacts) -> dict[Check, Verdict]:
    return {verdict.check: verdict for verdict in judge(facts)}


def marks(facts: TlsFacts) -> str:
    """The outcomes in one word: root, name, dates, strength."""
    return "".join(verdict.outcome.value for verdict in judge(facts))


def trusting(authority: Authority) -> ssl.SSLContext:
    return build_context(Target("localhost", ca_file=authority.ca_file))


def trusting_itself(pems: tuple[bytes, bytes], folder: Path) -> ssl.SSLContext:
    path = folder / "itself.pem"
    path.write_bytes(pems[1])
    return build_context(Target("localhost", ca_file=path))


def test_a_sound_certificate_passes_every_check(authority: Authority) -> None:
    facts = seen(trusting(authority), Peer(authority.server()))
    assert marks(facts) == "✓✓✓✓"
    found = verdicts(facts)
    assert "trustme" in found[Check.ROOT].reason
    assert found[Check.NAME].matched == "localhost"
    assert " days left" in found[Check.DATES].reason
    assert "EC P-256" in found[Check.STRENGTH].reason


def test_the_name_that_matched_is_told(authority: Authority) -> None:
    peer = Peer(authority.server("a.example", "*.mail.example"))
    facts = seen(trusting(authority), peer, "mx1.mail.example")
    verdict = verdicts(facts)[Check.NAME]
    assert verdict.matched == "*.mail.example"
    assert verdict.reason == "It is for mx1.mail.example by *.mail.example."


Wrong = Callable[[Authority, Path], TlsFacts]


def _expired(authority: Authority, folder: Path) -> TlsFacts:
    return seen(trusting(authority), Peer(server_context(_leaf(authority.ca, OLD))))


def _expired_and_wrong_host(authority: Authority, folder: Path) -> TlsFacts:
    return seen(
        trusting(authority), Peer(server_context(_leaf(authority.ca, OLD))), "elsewhere.example"
    )


def _wrong_host(authority: Authority, folder: Path) -> TlsFacts:
    return seen(trusting(authority), Peer(authority.server()), "elsewhere.example")


def _from_the_future(authority: Authority, folder: Path) -> TlsFacts:
    pems = self_signed(not_before=NOW + timedelta(days=3))
    return seen(trusting_itself(pems, folder), served(pems, folder))


def _self_signed(authority: Authority, folder: Path) -> TlsFacts:
    return seen(trusting(authority), served(self_signed(), folder))


def _self_signed_expired_wrong_host(authority: Authority, folder: Path) -> TlsFacts:
    pems = self_signed("a", ("a.example",), not_before=OLD - timedelta(days=9), not_after=OLD)
    return seen(trusting(authority), served(pems, folder))


def _unknown_root(authority: Authority, folder: Path) -> TlsFacts:
    certificate = trustme.CA().create_child_ca().issue_cert("localhost")
    return seen(trusting(authority), Peer(server_context(certificate)))


def _no_intermediate(authority: Authority, folder: Path) -> TlsFacts:
    certificate = authority.ca.create_child_ca().issue_cert("localhost")
    pems = certificate.private_key_pem.bytes(), certificate.cert_chain_pems[0].bytes()
    return seen(trusting(authority), served(pems, folder))


def _weak(authority: Authority, folder: Path) -> TlsFacts:
    pems = self_signed(key=short_key())
    return seen(trusting_itself(pems, folder), served(pems, folder))


def _unverified(authority: Authority, folder: Path) -> TlsFacts:
    return seen(build_context(Target("localhost", verify=False)), Peer(authority.server()))


def _unverified_and_expired(authority: Authority, folder: Path) -> TlsFacts:
    peer = Peer(server_context(_leaf(authority.ca, OLD)))
    return seen(build_context(Target("x", verify=False)), peer, "elsewhere.example")


def _leaf(ca: trustme.CA, until: datetime) -> trustme.LeafCert:
    return ca.issue_cert("localhost", not_after=until)


@pytest.mark.parametrize(
    ("fault", "expected", "check", "words"),
    [
        (_expired, "✓✓✗✓", Check.DATES, "(12 days ago)"),
        (_expired_and_wrong_host, "✓✗✗✓", Check.NAME, "not for elsewhere.example"),
        (_wrong_host, "✓✗✓✓", Check.NAME, "not for elsewhere.example"),
        (_from_the_future, "✓✓✗✓", Check.DATES, "check the clock"),
        (_self_signed, "✗✓✓✓", Check.ROOT, "signed by itself"),
        (_self_signed_expired_wrong_host, "✗✗✗✓", Check.DATES, "expired on"),
        (_unknown_root, "✗✓✓✓", Check.ROOT, "not trusted here"),
        (_no_intermediate, "✗✓✓✓", Check.ROOT, "lacks an intermediate"),
        (_weak, "✓✓✓✗", Check.STRENGTH, "too weak"),
        (_unverified, "·✓✓✓", Check.ROOT, "without verification"),
        (_unverified_and_expired, "·✗✗✓", Check.DATES, "expired on"),
    ],
)
def test_every_fault_is_found_beside_the_others(
    authority: Authority, tmp_path: Path, fault: Wrong, expected: str, check: Check, words: str
) -> None:
    facts = fault(authority, tmp_path)
    assert marks(facts) == expected
    assert words in verdicts(facts)[check].reason
    assert all(verdict.reason.endswith(".") for verdict in judge(facts))


def test_an_expired_root_counts_though_it_was_not_sent(tmp_path: Path) -> None:
    root = self_signed("Old Root", (), not_before=OLD - timedelta(days=9), not_after=OLD)
    leaf = self_signed()
    said = Verification(True, "localhost", 10, "", (der(leaf[1]), der(root[1])))
    facts = TlsFacts("TLSv1.3", "", 0, (der(leaf[1]),), False, "x", verification=said)
    found = verdicts(facts)
    assert found[Check.DATES].outcome is Outcome.FAILED
    assert "“Old Root”" in found[Check.DATES].reason


def test_a_root_is_only_vouched_for_when_the_signatures_are_right() -> None:
    leaf, other = self_signed(), self_signed("Somebody")
    path = (der(leaf[1]), der(other[1]))
    said = Verification(True, "elsewhere.example", 62, "", path)
    facts = TlsFacts("TLSv1.3", "", 0, path, False, "x", verification=said)
    assert verdicts(facts)[Check.ROOT].outcome is Outcome.UNCHECKED


def test_no_certificate_has_no_verdicts() -> None:
    assert judge(TlsFacts("TLSv1.3", "", 0, (), True)) == ()


def test_octets_that_are_no_certificate_are_judged_without_raising() -> None:
    facts = TlsFacts(
        "TLSv1.3", "", 0, (b"0\x03junk",), False, "", verification=Verification(name="a")
    )
    assert marks(facts) == "·✗··"


NAMES = (
    "mail.example.org", "MAIL.example.ORG", "*.example.org", "*.org", "*", "m*.example.org",
    "mail.*.org", "*.*.org", "example.org", "xn--mnchen-3ya.example", "*.mail.example.org",
    "mail.example.org.", "*.xn--mnchen-3ya.example",
)  # fmt: skip
WANTED = (
    "mail.example.org", "a.mail.example.org", "example.org", "mx_1.example.org", "org",
    "xn--mnchen-3ya.example", "mx.xn--mnchen-3ya.example", "mail.Example.org", "192.0.2.1",
    "*.example.org",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_match_as_they_do_for_openssl(tmp_path: Path, name: str) -> None:
    pems = self_signed(names=(name,))
    context = trusting_itself(pems, tmp_path)
    for wanted in WANTED:
        facts = seen(context, served(pems, tmp_path), wanted)
        assert bool(matching((name,), wanted)) == facts.verified, (name, wanted)
        assert facts.verification.code in (0, 62, 64)


def test_an_address_matches_an_address_alone() -> None:
    address = ipaddress.ip_address("192.0.2.1")
    assert matching((address,), "192.0.2.1") == "192.0.2.1"
    assert matching((ipaddress.ip_address("2001:db8::1"),), "2001:DB8:0::1") == "2001:db8::1"
    assert matching(("192.0.2.1",), "192.0.2.1") == ""
    assert matching((address,), "192.0.2.2") == ""


def test_a_name_cut_by_a_nul_matches_nothing() -> None:
    assert matching(("mail.example.org\0.attacker.example",), "mail.example.org") == ""


def test_a_name_among_ten_thousand_is_found() -> None:
    names = tuple(f"h{number}.example" for number in range(10_000))
    certificate = der(self_signed(names=names)[1])
    said = Verification(True, "h9999.example", 18, "")
    facts = TlsFacts("TLSv1.3", "", 0, (certificate,), False, "x", verification=said)
    assert verdicts(facts)[Check.NAME].matched == "h9999.example"
    assert describe(certificate).more_names == 9_900
