"""Targets: every form a person may write, and one clear sentence for every mistake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.wire.target import (
    Family,
    Target,
    TargetError,
    TlsMode,
    ascii_host,
    check_host,
    check_port,
    parse_target,
    validate,
)

FORMS = [
    ("mail.example.org", "mail.example.org", 587, TlsMode.STARTTLS),
    ("  mail.example.org ", "mail.example.org", 587, TlsMode.STARTTLS),
    ("mail.example.org.", "mail.example.org.", 587, TlsMode.STARTTLS),
    ("mail.example.org:25", "mail.example.org", 25, TlsMode.STARTTLS),
    ("mail.example.org:465", "mail.example.org", 465, TlsMode.IMPLICIT),
    ("localhost:2525", "localhost", 2525, TlsMode.STARTTLS),
    ("192.0.2.1:25", "192.0.2.1", 25, TlsMode.STARTTLS),
    ("[2001:db8::1]:465", "2001:db8::1", 465, TlsMode.IMPLICIT),
    ("[2001:db8::1]", "2001:db8::1", 587, TlsMode.STARTTLS),
    ("2001:db8::1", "2001:db8::1", 587, TlsMode.STARTTLS),
    ("::1", "::1", 587, TlsMode.STARTTLS),
    ("fe80::1%eth0", "fe80::1%eth0", 587, TlsMode.STARTTLS),
    ("smtp://mail.example.org", "mail.example.org", 25, TlsMode.NONE),
    ("smtp://mail.example.org:465", "mail.example.org", 465, TlsMode.NONE),
    ("smtp+starttls://mail.example.org", "mail.example.org", 587, TlsMode.STARTTLS),
    ("SMTPS://mail.example.org/", "mail.example.org", 465, TlsMode.IMPLICIT),
    ("smtps://[::1]:1465", "::1", 1465, TlsMode.IMPLICIT),
    ("lmtp://mail.example.org", "mail.example.org", 24, TlsMode.NONE),
    ("unix:25", "unix", 25, TlsMode.STARTTLS),
    ("bücher.example", "bücher.example", 587, TlsMode.STARTTLS),
]


@pytest.mark.parametrize(("text", "host", "port", "tls"), FORMS)
def test_every_form_is_understood(text: str, host: str, port: int, tls: TlsMode) -> None:
    target = parse_target(text)
    assert (target.host, target.port, target.tls) == (host, port, tls)


def test_lmtp_is_named_by_the_scheme_alone() -> None:
    assert parse_target("lmtp://mail.example.org").lmtp
    assert not parse_target("mail.example.org:24").lmtp


@pytest.mark.parametrize("text", ["unix:/run/smtp", "unix:///run/smtp", "UNIX:/run/smtp"])
def test_a_unix_socket_needs_no_host(text: str) -> None:
    target = parse_target(text)
    assert target.unix_path == Path("/run/smtp")
    assert (target.host, target.tls, target.lmtp) == ("", TlsMode.NONE, False)
    assert target.place == "/run/smtp"


def test_a_unix_socket_may_speak_lmtp() -> None:
    assert parse_target("lmtp+unix:/run/lmtp").lmtp


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("me@mail.example.org", "me"),
        ("me@gmail.com@smtp.gmail.com:587", "me@gmail.com"),
        ("smtps://me%40gmail.com@smtp.gmail.com", "me@gmail.com"),
        ("@mail.example.org", ""),
    ],
)
def test_a_user_may_stand_before_the_host(text: str, user: str) -> None:
    assert parse_target(text).user == user


@pytest.mark.parametrize(
    "text",
    [
        "me:hunter2@mail.example.org",
        "smtps://me:hunter2@mail.example.org:465",
        "smtp://me:hun/hunter2@mail.example.org",
        "smtp://me:hunter2@at@mail.example.org",
        "me:hunter2://@mail.example.org",
        "unix:hunter2@mail.example.org",
        ":hunter2@mail.example.org",
        "me:hunter2",
        "me@host:hunter2",
    ],
)
def test_a_password_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(TargetError) as refused:
        parse_target(text)
    assert "hunter2" not in str(refused.value)


def test_the_refusal_of_a_password_says_why() -> None:
    with pytest.raises(TargetError, match="shell's history"):
        parse_target("me:hunter2@mail.example.org")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "host is missing"),
        ("   ", "host is missing"),
        (":25", "host is missing"),
        ("smtp://", "host is missing"),
        ("a" * 64 + ".example", "longer than 63"),
        (("a" * 60 + ".") * 5, "longer than 253"),
        ("a" * 300, "longer than 253"),
        ("ü" * 60 + ".example", "international|63"),
        ("mail..example", "empty part"),
        (".example", "empty part"),
        (".", "empty part"),
        ("mail\0.example", "control character, ‹NUL›"),
        ("mail.example\r\nRCPT TO:<x>", "control character, ‹CR›"),
        ("mail.\x1b[2Jexample", "control character, ‹ESC›"),
        ("mail example.org", "“ ” cannot stand"),
        ("mail\u00a0example.org", "cannot stand"),
        ("mail_example!.org", "“!” cannot stand"),
        ("xn--\u2028.example", "cannot"),
        ("\udce4.example", "cannot"),
        ("256.1.1.1", "neither a host name nor an IPv4"),
        ("1.2.3", "neither a host name nor an IPv4"),
        ("1:2:3", "neither host:port nor an IPv6"),
        ("[::1", "written \\[address\\]:port"),
        ("[::1]25", "written \\[address\\]:port"),
        ("[mail.example]:25", "not an IPv6 address"),
        ("[::1%a b]", "not an IPv6 address"),
        ("mail.example:", "port is missing"),
        ("mail.example:0", "from 1 to 65535, not 0"),
        ("mail.example:70000", "not 70000"),
        ("mail.example:" + "9" * 5000, "not 9999"),
        ("mail.example:abc", "from 1 to 65535"),
        ("mail.example:٢٥", "from 1 to 65535"),
        ("mail.example:-25", "from 1 to 65535"),
        ("smtp://mail.example/inbox", "from 1 to 65535|cannot stand"),
        ("https://mail.example", "scheme “https” is unknown"),
        ("unix:", "path of the Unix socket is missing|port is missing"),
        ("unix:/run/\0", "control character"),
    ],
)
def test_a_mistake_is_one_clear_sentence(text: str, words: str) -> None:
    with pytest.raises(TargetError, match=words) as refused:
        parse_target(text)
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 200


@given(st.text(max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        target = parse_target(text)
    except TargetError:
        return
    assert validate(target) == target


@given(st.text(alphabet="aü.:@/[]%019ux\0 +", max_size=20))
def test_no_text_that_looks_like_a_target_raises_anything_else(text: str) -> None:
    for form in (text, f"smtp://{text}", f"unix:{text}", f"[{text}]:25"):
        try:
            parse_target(form)
        except TargetError:
            continue


def test_an_international_name_is_looked_up_by_its_a_label() -> None:
    assert ascii_host("bücher.example") == "xn--bcher-kva.example"
    assert ascii_host("例え。テスト") == "xn--r8jz45g.xn--zckzah"
    assert ascii_host("Mail.Example.ORG.") == "Mail.Example.ORG."


def test_host_and_port_fields_are_checked_alone() -> None:
    assert check_host(" mail.example.org ") == "mail.example.org"
    assert check_host("[::1]") == "::1"
    assert check_port(" 25 ") == 25
    with pytest.raises(TargetError, match="cannot stand"):
        check_host("mail.example.org:25")
    with pytest.raises(TargetError, match="port is missing"):
        check_port("")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Target("h", timeout=0), "above zero"),
        (Target("h", timeout=float("nan")), "above zero"),
        (Target("h", ehlo="a\r\nRCPT"), "EHLO holds a control"),
        (Target("h", user="a\0"), "user name holds a control"),
        (Target("h", port=0), "from 1 to 65535"),
        (Target(""), "host is missing"),
        (Target("", unix_path=Path()), "path of the Unix socket is missing"),
    ],
)
def test_a_target_made_elsewhere_is_checked_too(broken: Target, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        validate(broken)


BASE = Target(
    "old.example",
    port=2525,
    tls=TlsMode.NONE,
    ehlo="me.example",
    verify=False,
    ca_file=Path("/ca.pem"),
    timeout=5.0,
    family=Family.IPV4,
    user="me",
)


def test_what_the_text_leaves_open_comes_from_the_base() -> None:
    assert parse_target("new.example", base=BASE) == replace(BASE, host="new.example")
    assert parse_target("you@new.example", base=BASE).user == "you"


def test_a_port_or_scheme_in_the_text_decides_the_mode_over_the_base() -> None:
    assert parse_target("new.example:2525", base=BASE).tls is TlsMode.NONE
    assert parse_target("new.example:465", base=BASE).tls is TlsMode.IMPLICIT
    assert parse_target("new.example:587", base=BASE).tls is TlsMode.STARTTLS
    assert parse_target("smtps://new.example", base=BASE).port == 465


def test_a_host_after_a_unix_socket_does_not_inherit_its_plain_mode() -> None:
    base = parse_target("unix:/run/smtp")
    target = parse_target("new.example", base=base)
    assert (target.tls, target.unix_path) == (TlsMode.STARTTLS, None)


@pytest.mark.parametrize(
    ("text", "place"),
    [("[::1]:25", "[::1]:25"), ("mail.example:25", "mail.example:25")],
)
def test_the_place_reads_as_it_is_written(text: str, place: str) -> None:
    assert parse_target(text).place == place
