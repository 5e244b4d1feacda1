"""How TLS is spoken when a person asks for it otherwise: names, versions, ciphers, own files."""

from __future__ import annotations

import ssl
import stat
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from smtp_tui.wire.binding import bindings
from smtp_tui.wire.context import build_context
from smtp_tui.wire.events import Alarm, Failed, Note, Protection, Received, TlsEstablished, TlsFacts
from smtp_tui.wire.target import Target, TargetError, TlsMode, validate
from smtp_tui.wire.tls import session
from smtp_tui.wire.tls_failures import TLSFailure, TlsProblem
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion
from tests.wire.loopback import (
    SESSION,
    Authority,
    Drive,
    drive,
    free_port,
    over_tls,
    serve,
    server_context,
)
from tests.wire.test_tls import Peer, shake_hands

OLD, OLDER = TlsVersion.TLS_1_1, TlsVersion.TLS_1_0
NEW, NEWEST = TlsVersion.TLS_1_2, TlsVersion.TLS_1_3


def target(authority: Authority, options: TlsOptions, host: str = "localhost") -> Target:
    return validate(Target(host, 465, TlsMode.IMPLICIT, ca_file=authority.ca_file, options=options))


def seen(
    authority: Authority, peer: Peer, options: TlsOptions, host: str = "localhost"
) -> TlsFacts:
    """What a handshake shows with these options; raises what it fails by."""
    there = target(authority, options, host)
    layer = session(build_context(there), there)
    shake_hands(layer, peer)
    assert layer.facts is not None
    return layer.facts


def failure(
    authority: Authority, peer: Peer, options: TlsOptions, host: str = "localhost"
) -> TLSFailure:
    with pytest.raises(TLSFailure) as failed:
        seen(authority, peer, options, host)
    return failed.value


def refused(authority: Authority, options: TlsOptions) -> str:
    """The sentence about options that cannot be used; nothing is dialled."""
    where = Target("127.0.0.1", free_port(), TlsMode.STARTTLS, ca_file=authority.ca_file)
    with drive(replace(where, options=options)) as driven:
        sentence = driven.one(Failed).text
        assert driven.connection.finished
        assert sentence.endswith(".")
        assert sentence.isprintable()
        return sentence


class Listener(Peer):
    """A peer that notes the SNI it is told."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.names: list[str | None] = []
        context.sni_callback = lambda _, name, __: self.names.append(name)
        super().__init__(context)


# Names


@pytest.mark.parametrize(
    ("options", "announced"),
    [
        (TlsOptions(), "localhost"),
        (TlsOptions(sni="mx.example"), "mx.example"),
        (TlsOptions(sni="none"), None),
        (TlsOptions(sni="None"), None),
        (TlsOptions(sni="münchen.example"), "xn--mnchen-3ya.example"),
    ],
)
def test_the_server_hears_the_name_that_was_asked_for(
    authority: Authority, options: TlsOptions, announced: str | None
) -> None:
    peer = Listener(authority.server())
    facts = seen(authority, peer, options)
    assert facts.verified
    assert peer.names == [announced]
    assert facts.server_name == (announced or "")


def test_the_certificate_is_checked_for_another_name_than_the_announced(
    authority: Authority,
) -> None:
    peer = Listener(authority.server("mail.example"))
    options = TlsOptions(sni="mx.example", verify_name="mail.example")
    facts = seen(authority, peer, options, "127.0.0.1")
    assert facts.verified
    assert (peer.names, facts.verification.name) == (["mx.example"], "mail.example")


@pytest.mark.parametrize("sni", ["", "none", "other.example"])
def test_a_wrong_name_is_refused_whatever_is_announced(authority: Authority, sni: str) -> None:
    options = TlsOptions(sni=sni, verify_name="mail.example")
    failed = failure(authority, Peer(authority.server("localhost")), options)
    assert failed.kind is TlsProblem.WRONG_HOST
    assert "is for localhost, not for mail.example" in failed.sentence


def test_a_session_that_was_refused_for_its_name_is_bound_to_by_its_certificate_alone(
    authority: Authority,
) -> None:
    there = target(authority, TlsOptions(sni="none", verify_name="mail.example"))
    layer = session(build_context(there), there)
    with pytest.raises(TLSFailure) as failed:
        shake_hands(layer, Peer(authority.server()))
    facts = layer.refused_facts(failed.value)
    assert facts.version == "TLSv1.3"
    assert [binding.name for binding in bindings(facts)] == ["tls-server-end-point"]


@pytest.mark.parametrize("sni", ["none", "other.example"])
def test_an_unknown_authority_is_refused_whatever_is_announced(
    authority: Authority, sni: str
) -> None:
    peer = Peer(server_context(trustme.CA().issue_cert("localhost")))
    failed = failure(authority, peer, TlsOptions(sni=sni))
    assert failed.kind is TlsProblem.INCOMPLETE_CHAIN


def test_a_refused_name_ends_the_connection_before_anything_is_said(authority: Authority) -> None:
    heard: list[bytes] = []

    def script(client: object) -> None:
        assert isinstance(client, ssl.SSLSocket)
        heard.append(client.recv(100))

    with serve(over_tls(authority.server("localhost"), script)) as server:
        options = TlsOptions(sni="none", verify_name="mail.example")
        where = replace(target(authority, options, "127.0.0.1"), port=server.port)
        with drive(where) as driven:
            driven.until_over()
            failed = driven.one(Failed)
    assert "not for mail.example" in failed.text
    assert failed.facts is not None
    assert failed.facts.verification.code == 62
    assert heard == [b""]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (TlsOptions(sni="192.0.2.1"), "never addresses"),
        (TlsOptions(sni="a b"), "cannot stand in a host name"),
        (TlsOptions(verify_name="a..b"), "empty part"),
        (TlsOptions(minimum=NEWEST, maximum=NEW), "lowest version of TLS is above the highest"),
        (TlsOptions(ciphers="A\0B"), "control character"),
        (TlsOptions(alpn=("smtp", "ü")), "ASCII"),
        (TlsOptions(client_key=Path("key.pem")), "without a client certificate"),
    ],
)
def test_what_makes_no_sense_is_told(authority: Authority, options: TlsOptions, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        target(authority, options)


# Versions and ciphers


def speaking(authority: Authority, lowest: TlsVersion, highest: TlsVersion) -> Peer:
    """A server that speaks these versions alone."""
    context = authority.server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    names = {OLDER: "TLSv1", OLD: "TLSv1_1", NEW: "TLSv1_2", NEWEST: "TLSv1_3"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion[names[lowest]]
        context.maximum_version = ssl.TLSVersion[names[highest]]
    return Peer(context)


@pytest.mark.parametrize(
    ("options", "version"),
    [
        (TlsOptions(), "TLSv1.3"),
        (TlsOptions(maximum=NEW), "TLSv1.2"),
        (TlsOptions(minimum=NEWEST), "TLSv1.3"),
        (TlsOptions(maximum=OLD), "TLSv1.1"),
        (TlsOptions(maximum=OLDER), "TLSv1"),
    ],
)
def test_the_versions_asked_for_are_spoken(
    authority: Authority, options: TlsOptions, version: str
) -> None:
    facts = seen(authority, speaking(authority, OLDER, NEWEST), options)
    assert (facts.version, facts.verified) == (version, True)


@pytest.mark.parametrize(
    ("server", "options", "words"),
    [
        ((OLDER, OLD), TlsOptions(), "no TLS 1.2 or 1.3"),
        ((OLDER, NEW), TlsOptions(minimum=NEWEST), "no TLS 1.3, and nothing else is allowed"),
        ((NEWEST, NEWEST), TlsOptions(maximum=NEW), "no TLS 1.2, and nothing else is allowed"),
    ],
)
def test_versions_that_do_not_meet_are_told(
    authority: Authority, server: tuple[TlsVersion, TlsVersion], options: TlsOptions, words: str
) -> None:
    failed = failure(authority, speaking(authority, *server), options)
    assert failed.kind is TlsProblem.VERSION
    assert words in failed.sentence


def test_an_old_server_is_reached_when_that_was_asked_for_and_it_is_told(
    authority: Authority,
) -> None:
    context = authority.server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    with serve(over_tls(context, SESSION)) as server:
        asked = target(authority, TlsOptions(minimum=OLDER), "127.0.0.1")
        with drive(replace(asked, port=server.port)) as driven:
            facts = secured(driven)
    assert facts.version == "TLSv1"
    assert any("TLS 1.0 and 1.1" in note.text for note in driven.all(Note))
    assert facts.verified
    assert driven.connection.protection is Protection.OUTDATED


def test_the_ciphers_asked_for_are_offered_alone(authority: Authority) -> None:
    options = TlsOptions(ciphers="ECDHE-ECDSA-CHACHA20-POLY1305", maximum=NEW)
    facts = seen(authority, Peer(authority.server()), options)
    assert facts.cipher == "ECDHE-ECDSA-CHACHA20-POLY1305"


def test_ciphers_that_do_not_meet_are_told(authority: Authority) -> None:
    context = authority.server()
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    options = TlsOptions(ciphers="ECDHE-ECDSA-CHACHA20-POLY1305", maximum=NEW)
    failed = failure(authority, Peer(context), options)
    assert failed.kind is TlsProblem.CIPHER
    assert "list of ciphers set here may be too short" in failed.sentence


@pytest.mark.parametrize("ciphers", ["BOGUS", "TLS_AES_128_GCM_SHA256", "ü"])
def test_a_list_without_a_cipher_is_refused_before_anything_is_dialled(
    authority: Authority, ciphers: str
) -> None:
    assert f"no cipher in “{ciphers}”" in refused(authority, TlsOptions(ciphers=ciphers))


def test_a_protocol_is_agreed_on_when_some_are_offered(authority: Authority) -> None:
    context = authority.server()
    context.set_alpn_protocols(["smtp"])
    assert seen(authority, Peer(context), TlsOptions(alpn=("esmtp", "smtp"))).alpn == "smtp"
    assert seen(authority, Peer(context), TlsOptions()).alpn == ""


# The client's certificate


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path, Path]:
    """An authority of clients, and the certificate and key of one."""
    folder = tmp_path_factory.mktemp("client")
    ca = trustme.CA()
    leaf = ca.issue_cert("client.example")
    leaf.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    leaf.private_key_pem.write_to_path(str(folder / "client.key"))
    return ca, folder / "client.pem", folder / "client.key"


def wanting(authority: Authority, ca: trustme.CA, highest: ssl.TLSVersion) -> ssl.SSLContext:
    """A server that lets nobody in without a certificate from that authority."""
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = highest
    ca.configure_trust(context)
    return context


VERSIONS = pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@VERSIONS
@pytest.mark.parametrize("joined", [False, True])
def test_a_client_certificate_opens_the_door(
    authority: Authority,
    own: tuple[trustme.CA, Path, Path],
    tmp_path: Path,
    highest: ssl.TLSVersion,
    joined: bool,
) -> None:
    ca, certificate, key = own
    options = TlsOptions(client_cert=certificate, client_key=key)
    if joined:
        both = tmp_path / "both.pem"
        both.write_bytes(key.read_bytes() + certificate.read_bytes())
        options = TlsOptions(client_cert=both)
    with serve(over_tls(wanting(authority, ca, highest), SESSION)) as server:
        asked = target(authority, options, "127.0.0.1")
        with drive(replace(asked, port=server.port)) as driven:
            facts = secured(driven)
            driven.until(lambda: b"220 ready" in greeting(driven), "the greeting")
    assert facts.client_asked
    assert not driven.all(Alarm)


@VERSIONS
def test_a_client_certificate_that_is_not_wanted_is_told(
    authority: Authority, own: tuple[trustme.CA, Path, Path], highest: ssl.TLSVersion
) -> None:
    _, certificate, key = own
    options = TlsOptions(client_cert=certificate, client_key=key)
    failed = told_of(authority, wanting(authority, trustme.CA(), highest), options)
    assert failed.text.startswith("The server refused the client certificate")
    assert "does not trust the authority" in failed.text


@VERSIONS
def test_a_client_certificate_that_is_missing_is_told(
    authority: Authority, own: tuple[trustme.CA, Path, Path], highest: ssl.TLSVersion
) -> None:
    failed = told_of(authority, wanting(authority, own[0], highest), TlsOptions())
    assert "wants a certificate from its clients" in failed.text
    assert "--client-cert" in failed.text


def told_of(authority: Authority, server: ssl.SSLContext, options: TlsOptions) -> Failed:
    """How the connection fails."""
    with serve(over_tls(server, SESSION)) as listening:
        asked = target(authority, options, "127.0.0.1")
        with drive(replace(asked, port=listening.port)) as driven:
            driven.until_over()
            return driven.one(Failed)


def test_bad_files_of_the_client_are_told_before_anything_is_dialled(
    authority: Authority, own: tuple[trustme.CA, Path, Path], tmp_path: Path
) -> None:
    _, certificate, key = own
    gone, junk, locked = (tmp_path / name for name in ("gone.pem", "junk.pem", "locked.key"))
    junk.write_text("nothing of use\n")
    stranger = tmp_path / "stranger.key"
    trustme.CA().issue_cert("a.example").private_key_pem.write_to_path(str(stranger))
    locked.write_bytes(
        load_pem_private_key(key.read_bytes(), None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
    )
    for options, words in (
        (TlsOptions(client_cert=gone), "client certificate .*gone.pem does not exist"),
        (TlsOptions(client_cert=tmp_path), "is not a regular file"),
        (TlsOptions(client_cert=junk, client_key=key), "holds no certificate in PEM form"),
        (TlsOptions(client_cert=certificate), "holds no private key.*name the client key as well"),
        (TlsOptions(client_cert=certificate, client_key=junk), "junk.pem holds no private key"),
        (TlsOptions(client_cert=certificate, client_key=gone), "client key .*does not exist"),
        (TlsOptions(client_cert=certificate, client_key=stranger), "does not belong to"),
        (TlsOptions(client_cert=certificate, client_key=locked), "locked with a password"),
    ):
        with pytest.raises(TargetError, match=words):
            build_context(target(authority, options))
        assert refused(authority, options)


# The key log


def test_the_key_log_takes_the_secrets_of_the_session_and_binding_still_works(
    authority: Authority, tmp_path: Path
) -> None:
    log = tmp_path / "keys.log"
    facts = seen(authority, Peer(authority.server()), TlsOptions(key_log=log))
    assert bindings(facts)[0].name == "tls-exporter"
    labels = [line.split()[0] for line in log.read_text().splitlines()]
    assert {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"} <= set(labels)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    seen(authority, Peer(authority.server()), TlsOptions(key_log=log, maximum=NEW))
    *others, last = log.read_text().splitlines()
    assert others[: len(labels)] == log.read_text().splitlines()[: len(labels)]
    assert last.startswith("CLIENT_RANDOM ")


def test_the_key_log_of_a_server_is_the_same(authority: Authority, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.log", tmp_path / "theirs.log"
    context = authority.server()
    context.keylog_filename = str(theirs)
    seen(authority, Peer(context), TlsOptions(key_log=ours))
    secrets = {line for line in theirs.read_text().splitlines() if not line.startswith("#")}
    assert secrets
    assert set(ours.read_text().splitlines()) == secrets


def test_a_failed_handshake_too_leaves_its_secrets(authority: Authority, tmp_path: Path) -> None:
    log = tmp_path / "keys.log"
    peer = Peer(authority.server("other.example"))
    failure(authority, peer, TlsOptions(key_log=log))
    assert "SERVER_HANDSHAKE_TRAFFIC_SECRET" in log.read_text()


def test_a_key_log_that_cannot_be_written_is_told(authority: Authority, tmp_path: Path) -> None:
    for path, words in (
        (tmp_path, "cannot be written: Is a directory"),
        (tmp_path / "no" / "keys.log", "cannot be written: No such file"),
        (Path("/dev/null"), "is not a regular file"),
    ):
        assert words in refused(authority, TlsOptions(key_log=path))


def test_a_key_log_that_vanishes_is_begun_again_and_ends_no_session(
    authority: Authority, tmp_path: Path
) -> None:
    log = tmp_path / "logs" / "keys.log"
    log.parent.mkdir()
    there = target(authority, TlsOptions(key_log=log))
    layer = session(build_context(there), there)
    log.unlink()
    log.parent.rmdir()
    shake_hands(layer, Peer(authority.server()))
    assert layer.established


def secured(driven: Drive) -> TlsFacts:
    """Wait for TLS."""
    driven.until(lambda: bool(driven.all(TlsEstablished)), "TLS")
    return driven.one(TlsEstablished).facts


def greeting(driven: Drive) -> bytes:
    """What came so far."""
    return b"".join(event.data for event in driven.all(Received))
