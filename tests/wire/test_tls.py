"""TLS without a socket: what the layer gives, and one sentence for everything that goes wrong."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from smtp_tui.wire.context import build_context
from smtp_tui.wire.target import Target, TargetError, TlsMode
from smtp_tui.wire.tls import TLSLayer, server_name
from smtp_tui.wire.tls_failures import TLSFailure, TlsProblem, handshake_timeout
from tests.wire.certificates import NOW, leaf_der, self_signed, short_key
from tests.wire.loopback import Authority, server_context

CLIENT_HELLO = b"\x16\x03"
ALERT = b"\x15\x03"
GREETING = b"220 plain.example ESMTP\r\n"


class Peer:
    """The server's side of a session, in memory."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.received = b""
        self.refusal = ""
        self.ended = False
        self._done = False

    def receive(self, ciphertext: bytes) -> bytes:
        """Take what the client sent, and give what goes back."""
        self._incoming.write(ciphertext)
        try:
            if not self._done:
                self.tls.do_handshake()
                self._done = True
            while data := self.tls.read(65536):
                self.received += data
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.refusal = error.reason or ""
        return self._outgoing.read()

    def send(self, plaintext: bytes) -> bytes:
        """Encrypt."""
        self.tls.write(plaintext)
        return self._outgoing.read()

    def goodbye(self) -> bytes:
        """End TLS in order."""
        with pytest.raises(ssl.SSLError):
            self.tls.unwrap()
        return self._outgoing.read()


def shake_hands(layer: TLSLayer, peer: Peer) -> None:
    """Carry octets both ways until there are none."""
    while data := layer.outgoing():
        assert layer.receive(peer.receive(data)) == b""


def established(authority: Authority) -> tuple[TLSLayer, Peer]:
    """A session that is up."""
    layer = TLSLayer(trusting(authority), "localhost")
    peer = Peer(authority.server())
    shake_hands(layer, peer)
    assert layer.established
    return layer, peer


def trusting(authority: Authority) -> ssl.SSLContext:
    """A client's context that trusts the authority."""
    return build_context(authority.target(465, TlsMode.IMPLICIT))


def failure_with(context: ssl.SSLContext, peer: Peer, name: str = "localhost") -> TLSFailure:
    """How a handshake fails; the alert must reach the server."""
    layer = TLSLayer(context, name)
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, peer)
    failure = failed.value
    assert not layer.established
    alert = layer.outgoing()
    assert alert
    peer.receive(alert)
    assert "ALERT" in peer.refusal
    assert failure.sentence.endswith(".")
    assert failure.sentence.isprintable()
    assert str(failure) == failure.sentence
    return failure


def served(pems: tuple[bytes, bytes], tmp_path: Path) -> Peer:
    """A peer with that key and certificate."""
    path = tmp_path / "server.pem"
    path.write_bytes(pems[0] + pems[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(path)
    return Peer(context)


def test_a_session_shows_its_facts(authority: Authority) -> None:
    certificate = authority.ca.issue_cert("localhost")
    layer = TLSLayer(trusting(authority), "localhost")
    assert layer.facts is None
    shake_hands(layer, Peer(server_context(certificate)))
    facts = layer.facts
    assert facts is not None
    assert facts.version == "TLSv1.3"
    assert facts.cipher.startswith("TLS_")
    assert facts.bits >= 128
    assert facts.chain == (leaf_der(certificate),)
    assert (facts.verified, facts.problem) == (True, "")


def test_text_goes_both_ways_whole(authority: Authority) -> None:
    layer, peer = established(authority)
    assert layer.receive(peer.send(b"220 ready\r\n")) == b"220 ready\r\n"
    layer.send(b"EHLO me\r\n")
    peer.receive(layer.outgoing())
    assert peer.received == b"EHLO me\r\n"


def test_several_records_come_out_in_one(authority: Authority) -> None:
    layer, peer = established(authority)
    text = bytes(range(256)) * 1000
    assert layer.receive(peer.send(b"first") + peer.send(text)) == b"first" + text
    layer.send(memoryview(text))
    peer.receive(layer.outgoing())
    assert peer.received == text


def test_octets_may_come_one_by_one(authority: Authority) -> None:
    layer, peer = TLSLayer(trusting(authority), "localhost"), Peer(authority.server())
    while data := layer.outgoing():
        for octet in peer.receive(data):
            layer.receive(bytes((octet,)))
    received = b"".join(layer.receive(bytes((octet,))) for octet in peer.send(b"220 ready\r\n"))
    assert received == b"220 ready\r\n"


def test_without_verification_the_chain_is_shown_and_not_vouched_for(
    authority: Authority,
) -> None:
    context = build_context(Target("localhost", verify=False))
    layer = TLSLayer(context, "elsewhere.example")
    shake_hands(layer, Peer(authority.server()))
    facts = layer.facts
    assert facts is not None
    assert (facts.verified, len(facts.chain)) == (False, 1)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_an_address_is_verified_as_an_address(authority: Authority, address: str) -> None:
    layer = TLSLayer(trusting(authority), address)
    shake_hands(layer, Peer(authority.server(address)))
    assert layer.established


def test_a_certificate_for_another_address_is_refused(authority: Authority) -> None:
    failure = failure_with(trusting(authority), Peer(authority.server("192.0.2.7")), "192.0.2.8")
    assert failure.kind is TlsProblem.WRONG_HOST
    assert "192.0.2.7, not for 192.0.2.8" in failure.sentence


def test_a_certificate_for_another_name_is_refused_and_says_for_which(
    authority: Authority,
) -> None:
    peer = Peer(authority.server("a.example", "b.example"))
    failure = failure_with(trusting(authority), peer)
    assert failure.kind is TlsProblem.WRONG_HOST
    assert "a.example, b.example, not for localhost" in failure.sentence
    assert len(failure.chain) == 1


def test_many_names_are_counted_rather_than_listed(authority: Authority) -> None:
    peer = Peer(authority.server(*(f"host{number}.example" for number in range(9))))
    assert "and 5 more" in failure_with(trusting(authority), peer).sentence


def test_a_name_only_in_the_common_name_does_not_count(tmp_path: Path) -> None:
    pems = self_signed("localhost", ())
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(pems[1])
    context = build_context(Target("localhost", ca_file=ca_file))
    failure = failure_with(context, served(pems, tmp_path))
    assert failure.kind is TlsProblem.WRONG_HOST
    assert "names no host" in failure.sentence


@pytest.mark.parametrize(
    ("days", "words"),
    [(timedelta(days=12), "(12 days ago)"), (timedelta(days=1), "(1 day ago)")],
)
def test_an_expired_certificate_is_refused_with_its_date(
    authority: Authority, days: timedelta, words: str
) -> None:
    certificate = authority.ca.issue_cert("localhost", not_after=NOW - days)
    failure = failure_with(trusting(authority), Peer(server_context(certificate)))
    assert failure.kind is TlsProblem.EXPIRED
    assert failure.sentence.startswith(f"The certificate expired on {NOW - days:%Y-%m-%d}")
    assert words in failure.sentence
    assert failure.chain == (leaf_der(certificate),)


def test_a_certificate_from_the_future_is_refused(tmp_path: Path) -> None:
    pems = self_signed(not_before=NOW + timedelta(days=3))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(pems[1])
    context = build_context(Target("localhost", ca_file=ca_file))
    failure = failure_with(context, served(pems, tmp_path))
    assert failure.kind is TlsProblem.NOT_YET_VALID
    assert "check the clock" in failure.sentence


def test_a_self_signed_certificate_is_refused_and_its_chain_readable(
    authority: Authority, tmp_path: Path
) -> None:
    failure = failure_with(trusting(authority), served(self_signed(), tmp_path))
    assert failure.kind is TlsProblem.SELF_SIGNED
    assert "signed by itself" in failure.sentence
    assert len(failure.chain) == 1


def test_a_self_signed_certificate_can_be_trusted_by_itself(tmp_path: Path) -> None:
    pems = self_signed()
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(pems[1])
    layer = TLSLayer(build_context(Target("localhost", ca_file=ca_file)), "localhost")
    shake_hands(layer, served(pems, tmp_path))
    assert layer.established


def test_an_unknown_authority_is_named(authority: Authority) -> None:
    root = trustme.CA(organization_name="Elsewhere \x1b[2J Trust")
    middle = root.create_child_ca()
    certificate = middle.issue_cert("localhost")
    failure = failure_with(trusting(authority), Peer(server_context(certificate)))
    assert failure.kind is TlsProblem.UNKNOWN_AUTHORITY
    assert "not trusted here" in failure.sentence
    assert len(failure.chain) == 2


def test_a_missing_intermediate_is_recognised(authority: Authority, tmp_path: Path) -> None:
    certificate = authority.ca.create_child_ca().issue_cert("localhost")
    pems = certificate.private_key_pem.bytes(), certificate.cert_chain_pems[0].bytes()
    failure = failure_with(trusting(authority), served(pems, tmp_path))
    assert failure.kind is TlsProblem.INCOMPLETE_CHAIN
    assert "intermediate" in failure.sentence


def test_a_weak_key_is_refused(tmp_path: Path) -> None:
    pems = self_signed(key=short_key())
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(pems[1])
    context = build_context(Target("localhost", ca_file=ca_file))
    failure = failure_with(context, served(pems, tmp_path))
    assert failure.kind is TlsProblem.WEAK_KEY
    assert "weak" in failure.sentence


def test_only_problems_of_the_certificate_can_be_skipped() -> None:
    skippable = {problem for problem in TlsProblem if problem.is_verification}
    assert TlsProblem.EXPIRED in skippable
    assert TlsProblem.PLAINTEXT not in skippable
    assert TlsProblem.CLIENT_CERTIFICATE not in skippable


@pytest.mark.parametrize(
    ("alert", "kind"),
    [
        (70, TlsProblem.VERSION),
        (40, TlsProblem.CIPHER),
        (71, TlsProblem.CIPHER),
        (112, TlsProblem.UNKNOWN_NAME),
        (116, TlsProblem.CLIENT_CERTIFICATE),
        (80, TlsProblem.ALERT),
        (255, TlsProblem.ALERT),
    ],
)
def test_an_alert_instead_of_a_handshake_is_explained(
    authority: Authority, alert: int, kind: TlsProblem
) -> None:
    layer = TLSLayer(trusting(authority), "localhost")
    with pytest.raises(TLSFailure) as failed:
        layer.receive(b"\x15\x03\x01\x00\x02\x02" + bytes((alert,)))
    assert failed.value.kind is kind
    assert failed.value.sentence.endswith(".")


@pytest.mark.parametrize("cut", [1, 4, len(GREETING)])
def test_plain_text_is_recognised_from_its_first_octet(authority: Authority, cut: int) -> None:
    layer = TLSLayer(trusting(authority), "localhost")
    assert layer.outgoing().startswith(CLIENT_HELLO)
    with pytest.raises(TLSFailure) as failed:
        layer.receive(GREETING[:cut])
    assert failed.value.kind is TlsProblem.PLAINTEXT
    assert failed.value.first_bytes == GREETING[:cut]


def test_plain_text_is_quoted_harmlessly(authority: Authority) -> None:
    layer = TLSLayer(trusting(authority), "localhost")
    with pytest.raises(TLSFailure) as failed:
        layer.receive(b"220 \x1b]0;owned\x07\r\n250 more\r\n")
    assert "“220 ‹ESC›]0;owned‹BEL›”" in failed.value.sentence


def test_the_end_in_the_handshake_is_a_failure(authority: Authority) -> None:
    layer = TLSLayer(trusting(authority), "localhost")
    with pytest.raises(TLSFailure) as failed:
        layer.eof()
    assert failed.value.kind is TlsProblem.CLOSED


def test_silence_is_put_into_words() -> None:
    failure = handshake_timeout(30)
    assert failure.kind is TlsProblem.TIMEOUT
    assert "30 s" in failure.sentence


def test_a_client_certificate_wanted_by_tls_1_3_is_told_at_the_first_read(
    authority: Authority,
) -> None:
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    layer, peer = TLSLayer(trusting(authority), "localhost"), Peer(context)
    layer.receive(peer.receive(layer.outgoing()))
    assert layer.established
    with pytest.raises(TLSFailure) as failed:
        layer.receive(peer.receive(layer.outgoing()))
    assert failed.value.kind is TlsProblem.CLIENT_CERTIFICATE
    assert layer.refused_facts(failed.value).version == "TLSv1.3"


def test_a_client_certificate_wanted_by_tls_1_2_is_recognised(authority: Authority) -> None:
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    layer, peer = TLSLayer(trusting(authority), "localhost"), Peer(context)
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, peer)
    assert failed.value.kind is TlsProblem.CLIENT_CERTIFICATE


def test_the_end_after_close_notify_is_clean(authority: Authority) -> None:
    layer, peer = established(authority)
    assert not layer.ended
    assert layer.receive(peer.send(b"221 bye\r\n") + peer.goodbye()) == b"221 bye\r\n"
    assert layer.ended
    assert layer.eof()


def test_the_end_without_close_notify_is_not_clean(authority: Authority) -> None:
    layer, peer = established(authority)
    assert layer.receive(peer.send(b"221 bye\r\n")) == b"221 bye\r\n"
    assert not layer.eof()


def test_close_says_goodbye(authority: Authority) -> None:
    layer, peer = established(authority)
    layer.close()
    peer.receive(layer.outgoing())
    assert peer.ended


def test_a_broken_record_ends_the_session_with_an_alert(authority: Authority) -> None:
    layer, peer = established(authority)
    broken = bytearray(peer.send(b"250 two\r\n"))
    broken[-1] ^= 1
    with pytest.raises(TLSFailure) as failed:
        layer.receive(bytes(broken))
    assert failed.value.kind is TlsProblem.ALERT
    assert layer.outgoing()


def test_text_before_a_broken_record_comes_with_the_failure(authority: Authority) -> None:
    layer, peer = established(authority)
    whole = peer.send(b"250 one\r\n")
    broken = bytearray(peer.send(b"250 two\r\n"))
    broken[-1] ^= 1
    with pytest.raises(TLSFailure) as failed:
        layer.receive(whole + bytes(broken))
    assert failed.value.plaintext == b"250 one\r\n"


def test_what_was_learnt_of_a_refused_server_is_kept(authority: Authority) -> None:
    layer = TLSLayer(trusting(authority), "other.example")
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, Peer(authority.server()))
    facts = layer.refused_facts(failed.value)
    assert facts.chain == failed.value.chain
    assert (facts.verified, facts.problem) == (False, failed.value.sentence)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("mail.example.", "mail.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("fe80::1%eth0", "fe80::1"),
        ("", "localhost"),
    ],
)
def test_the_name_to_verify(host: str, name: str) -> None:
    assert server_name(Target(host)) == name


def test_the_rules_do_not_depend_on_the_python_version() -> None:
    context = build_context(Target("localhost"))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert not context.options & ssl.OP_IGNORE_UNEXPECTED_EOF


def test_verification_is_off_only_where_it_was_asked_for() -> None:
    assert build_context(Target("localhost", verify=False)).verify_mode is ssl.CERT_NONE


def test_a_context_is_kept_until_its_file_changes(authority: Authority, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.ca_file.read_bytes())
    target = Target("localhost", ca_file=ca_file)
    first = build_context(target)
    assert build_context(replace(target, host="other.example")) is first
    ca_file.write_bytes(trustme.CA().cert_pem.bytes() * 2)
    assert build_context(target) is not first


def make_directory(path: Path) -> None:
    path.mkdir()


def make_garbage(path: Path) -> None:
    path.write_bytes(b"\x30\x82 not PEM")


def make_nothing(path: Path) -> None:
    assert not path.exists()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_nothing, "does not exist"),
        (make_directory, "not a regular file"),
        (make_pipe, "not a regular file"),
        (make_garbage, "holds no certificate in PEM form"),
    ],
)
def test_a_bad_ca_file_is_one_sentence(
    make: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "ca\x1b.pem"
    make(path)
    with pytest.raises(TargetError, match=words) as refused:
        build_context(Target("localhost", ca_file=path))
    assert "ca‹ESC›.pem" in str(refused.value)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "may not be read"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_a_ca_file_that_cannot_be_read_is_one_sentence(
    error: OSError,
    words: str,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    path = tmp_path / "ca.pem"
    path.write_bytes(authority.ca_file.read_bytes())
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", refuse)
    with pytest.raises(TargetError, match=words):
        build_context(Target("localhost", ca_file=path))


def test_a_path_that_is_no_path_is_one_sentence() -> None:
    with pytest.raises(TargetError, match="cannot be read"):
        build_context(Target("localhost", ca_file=Path("a\0b")))
