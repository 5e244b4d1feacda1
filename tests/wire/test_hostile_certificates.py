"""Certificates made to hurt: too many names, too many certificates, names that are no text."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from smtp_tui.wire.certificates import describe
from smtp_tui.wire.context import build_context
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls import TLSLayer
from smtp_tui.wire.tls_failures import TLSFailure, TlsProblem
from smtp_tui.wire.verdicts import Check, Outcome, judge
from tests.wire.certificates import self_signed
from tests.wire.loopback import Authority
from tests.wire.test_tls import Peer, served, shake_hands


def refused(authority: Authority, peer: Peer) -> tuple[TLSFailure, TLSLayer]:
    context = build_context(Target("localhost", ca_file=authority.ca_file))
    layer = TLSLayer(context, "localhost")
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, peer)
    return failed.value, layer


def test_ten_thousand_short_names_are_read_and_matched(
    authority: Authority, tmp_path: Path
) -> None:
    names = tuple(f"{number:x}.e" for number in range(10_000))
    failure, layer = refused(authority, served(self_signed(names=names), tmp_path))
    assert failure.kind is TlsProblem.SELF_SIGNED
    facts = layer.refused_facts(failure)
    assert describe(facts.chain[0]).more_names == 9_900
    verdicts = {verdict.check: verdict for verdict in judge(facts)}
    assert verdicts[Check.NAME].outcome is Outcome.FAILED
    assert "and 9996 more, not for localhost" in verdicts[Check.NAME].reason


def test_more_than_openssl_takes_is_refused_in_words(authority: Authority, tmp_path: Path) -> None:
    names = tuple(f"host{number}.example" for number in range(10_000))
    failure, layer = refused(authority, served(self_signed(names=names), tmp_path))
    assert failure.kind is TlsProblem.TOO_LARGE
    assert "larger than" in failure.sentence
    assert judge(layer.refused_facts(failure)) == ()


def test_a_chain_of_fifty_is_read(authority: Authority, tmp_path: Path) -> None:
    key, leaf = self_signed()
    others = b"".join(self_signed(f"number {number}")[1] for number in range(49))
    failure, layer = refused(authority, served((key, leaf + others), tmp_path))
    facts = layer.refused_facts(failure)
    assert len(facts.chain) == 50
    assert judge(facts)[0].outcome is Outcome.FAILED


@pytest.mark.parametrize("name", ["\x1b[2Jevil", "a\0b", ""])
def test_names_that_are_no_text_are_harmless_in_every_sentence(
    authority: Authority, tmp_path: Path, name: str
) -> None:
    pems = self_signed(name, ("localhost\0.evil.example",))
    failure, layer = refused(authority, served(pems, tmp_path))
    reasons = [verdict.reason for verdict in judge(layer.refused_facts(failure))]
    assert all(reason.isprintable() for reason in [failure.sentence, *reasons])


def test_a_name_cut_by_a_nul_is_never_the_host(authority: Authority, tmp_path: Path) -> None:
    pems = self_signed(names=("localhost\0.evil.example",))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(pems[1])
    layer = TLSLayer(build_context(Target("localhost", ca_file=ca_file)), "localhost")
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, served(pems, tmp_path))
    assert failed.value.kind is TlsProblem.WRONG_HOST
    assert isinstance(failed.value.__cause__, ssl.SSLCertVerificationError)
