"""Dialling: which addresses are tried, in which order, and what is said of those that fail."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smtp_tui.wire.dial import reason_of
from smtp_tui.wire.events import (
    Connected,
    Failed,
    Failure,
    Gone,
    Opening,
    Resolved,
    Resolving,
    Trying,
    Unreachable,
)
from smtp_tui.wire.link import Stage
from smtp_tui.wire.lookup import Address, LookupFailed, interleaved, without_lookup
from smtp_tui.wire.target import Family, Target, TlsMode
from tests.wire.loopback import (
    Drive,
    dialogue,
    drive,
    free_port,
    plain,
    serve,
    serve_on,
    silent_port,
)

Found = list[tuple[socket.AddressFamily, int, int, str, tuple[str, int]]]
Resolver = Callable[..., Found]


def answering(*addresses: str | tuple[str, int]) -> Resolver:
    """A resolver that knows every name, with these addresses."""

    def getaddrinfo(host: str, port: int, **_: int) -> Found:
        places = [one if isinstance(one, tuple) else (one, port) for one in addresses]
        return [
            (socket.AF_INET6 if ":" in place[0] else socket.AF_INET, 1, 6, "", place)
            for place in places
        ]

    return getaddrinfo


def failing(error: Exception) -> Resolver:
    """A resolver that raises."""

    def getaddrinfo(host: str, port: int, **_: int) -> Found:
        raise error

    return getaddrinfo


def failure_of(driven: Drive) -> Failed:
    """How it failed; the last event must be the only ``Gone``."""
    driven.until_over()
    assert isinstance(driven.events[0], Opening)
    assert isinstance(driven.events[-1], Gone)
    assert not driven.one(Gone).clean
    failed = driven.one(Failed)
    assert driven.connection.failure == failed
    assert failed.text.endswith((".", "?"))
    return failed


def test_a_literal_is_dialled_without_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing(OSError("never asked")))
    with serve(dialogue()) as server, drive(plain(server.port)) as driven:
        driven.until_stage(Stage.OPEN)
        driven.until_idle()
        assert driven.one(Trying).address == f"127.0.0.1:{server.port}"
        assert driven.one(Connected).address == f"127.0.0.1:{server.port}"
        assert not driven.all(Resolving)


def test_an_ipv6_literal_is_dialled() -> None:
    with (
        serve(dialogue(), family=socket.AF_INET6) as server,
        drive(plain(server.port, "::1")) as driven,
    ):
        driven.until_idle()
        assert driven.one(Connected).address == f"[::1]:{server.port}"


def test_a_name_is_looked_up_and_its_addresses_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.1", "127.0.0.1"))
    with serve(dialogue()) as server, drive(plain(server.port, "mail.example")) as driven:
        driven.until_idle()
        assert driven.one(Resolving).host == "mail.example"
        assert driven.one(Resolved).addresses == (f"127.0.0.1:{server.port}",)


def test_an_international_name_is_looked_up_by_its_a_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: int) -> Found:
        asked.append(host)
        return answering("127.0.0.1")(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with serve(dialogue()) as server, drive(plain(server.port, "bücher.example")) as driven:
        driven.until_idle()
    assert asked == ["xn--bcher-kva.example"]


def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(dialogue()) as server:
        port = server.port
        monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.2", "127.0.0.1"))
        with drive(plain(port, "mail.example")) as driven:
            driven.until_idle()
            tried = [event.address for event in driven.all(Trying)]
            assert tried == [f"127.0.0.2:{port}", f"127.0.0.1:{port}"]
            refused = driven.one(Unreachable)
            assert refused.address == tried[0]
            assert "refused" in refused.reason


def test_a_silent_address_does_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_port() as silent, serve(dialogue()) as server:
        both = answering(("127.0.0.1", silent), ("127.0.0.1", server.port))
        monkeypatch.setattr(socket, "getaddrinfo", both)
        with drive(plain(server.port, "mail.example")) as driven:
            driven.until_idle()
            first, second = driven.all(Trying)
            assert second.at - first.at >= 0.25  # the head start of RFC 8305
            assert driven.one(Connected).address == f"127.0.0.1:{server.port}"
            assert not driven.all(Unreachable)


def test_a_refusal_is_one_sentence_with_the_reason() -> None:
    port = free_port()
    with drive(plain(port)) as driven:
        failed = failure_of(driven)
    assert failed.failure is Failure.CONNECT
    assert failed.text == (
        f"127.0.0.1:{port} could not be reached: refused, nothing listens on this port"
        " (is the server running, and is the port right?)."
    )
    assert driven.one(Unreachable).address == f"127.0.0.1:{port}"


def test_when_all_addresses_refuse_the_sentence_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.1", "127.0.0.2"))
    with drive(plain(free_port(), "mail.example")) as driven:
        failed = failure_of(driven)
    assert failed.text.startswith("None of the 2 addresses of mail.example:")
    assert len(driven.all(Unreachable)) == 2


def test_an_attempt_without_any_answer_ends_with_the_timeout() -> None:
    with silent_port() as silent, drive(plain(silent)) as driven:
        assert driven.connection.step(0)
        driven.pass_time(100)
        failed = failure_of(driven)
    assert failed.failure is Failure.CONNECT
    assert "no answer within 20 s" in failed.text
    assert "no answer" in driven.one(Unreachable).reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "is not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "is the network up"),
        (socket.gaierror(-5, "No address"), "has no address"),
        (socket.gaierror(socket.EAI_FAIL, "\x1b[2J"), "‹ESC›"),
        (UnicodeError("label too long"), "could not be looked up"),
        (OSError(errno.EMFILE, "Too many open files"), "could not be looked up"),
        (OverflowError("port"), "could not be looked up"),
    ],
)
def test_a_name_that_cannot_be_looked_up_is_one_sentence(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing(error))
    with drive(plain(25, "mail.example")) as driven:
        failed = failure_of(driven)
    assert failed.failure is Failure.RESOLVE
    assert words in failed.text
    assert "mail.example" in failed.text
    assert failed.text.isprintable()


def test_a_name_without_an_address_to_try_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering())
    with drive(plain(25, "mail.example")) as driven:
        assert "no address that can be tried" in failure_of(driven).text


def test_only_the_wanted_family_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def getaddrinfo(host: str, port: int, *, family: int, **_: int) -> Found:
        asked.append(family)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    for family in (Family.ANY, Family.IPV4, Family.IPV6):
        with drive(replace(plain(25, "mail.example"), family=family)) as driven:
            failure_of(driven)
    assert asked == [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6]


@pytest.mark.parametrize(
    ("host", "family", "words"),
    [
        ("::1", Family.IPV4, "::1 is an IPv6 address, and IPv4 was asked for"),
        ("127.0.0.1", Family.IPV6, "127.0.0.1 is an IPv4 address, and IPv6 was asked for"),
    ],
)
def test_an_address_of_the_other_family_is_refused(host: str, family: Family, words: str) -> None:
    with drive(Target(host, 25, TlsMode.NONE, family=family)) as driven:
        failed = failure_of(driven)
    assert (failed.failure, words in failed.text) == (Failure.RESOLVE, True)


def test_a_target_that_nobody_checked_fails_in_words_too() -> None:
    with drive(Target("a\0b", 70000)) as driven:
        assert failure_of(driven).failure is Failure.RESOLVE


def test_an_unknown_zone_is_told() -> None:
    with pytest.raises(LookupFailed, match="nowhere0"):
        without_lookup(plain(25, "fe80::1%nowhere0"))


def test_families_take_turns_in_the_resolvers_order() -> None:
    def six(host: str) -> Address:
        return Address(socket.AF_INET6, (host, 25, 0, 0), host)

    def four(host: str) -> Address:
        return Address(socket.AF_INET, (host, 25), host)

    found = [six("a"), six("b"), six("b"), six("c"), four("x"), four("y")]
    assert [one.shown for one in interleaved(found)] == ["a", "x", "b", "y", "c"]


def test_a_unix_socket_is_dialled(tmp_path: Path) -> None:
    path = tmp_path / "smtp"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        target = Target("", tls=TlsMode.NONE, unix_path=path)
        with serve_on(listener, dialogue()), drive(target) as driven:
            driven.until_idle()
            assert driven.one(Connected).address == str(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing", "no such socket"), ("x" * 200, "too long")],
)
def test_a_unix_socket_that_cannot_be_reached_says_why(
    name: str, words: str, tmp_path: Path
) -> None:
    with drive(Target("", tls=TlsMode.NONE, unix_path=tmp_path / name)) as driven:
        failed = failure_of(driven)
    assert failed.failure is Failure.CONNECT
    assert words in failed.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.ENETUNREACH, "no route to that network"),
        (errno.EHOSTUNREACH, "no route to that host"),
        (errno.EPERM, "firewall"),
        (errno.ETIMEDOUT, "no answer"),
        (errno.EIO, "Input/output error"),
        (0, "does not tell"),
    ],
)
def test_every_reason_is_in_words(code: int, words: str) -> None:
    assert words in reason_of(code, plain(587))


@pytest.mark.parametrize("code", [errno.ECONNREFUSED, errno.ETIMEDOUT])
def test_on_port_25_it_is_said_that_networks_block_it(code: int) -> None:
    assert "many networks block port 25" in reason_of(code, plain(25))
    assert "port 25" not in reason_of(code, plain(587))
