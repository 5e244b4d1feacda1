"""Where to connect: command line over environment over profile over default."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.destination import Asked, Destination, find, practice
from smtp_tui.practice.server import PracticeAddress
from smtp_tui.settings import Profile, SettingsError
from smtp_tui.wire.target import Family, Target, TargetError, TlsMode
from smtp_tui.wire.tls_options import TlsVersion

FILE = """
default_profile = "home"

[profiles.home]
host = "home.example"
user = "me@home.example"

[profiles.work]
host = "work.example"
port = 2525
tls = "none"
timeout = 7
mechanism = "LOGIN"
"""


@pytest.fixture
def settings(tmp_path: Path) -> str:
    file = tmp_path / "config.toml"
    file.write_text(FILE)
    return str(file)


def found(settings: str, asked: Asked, **environment: str) -> Destination:
    variables = {f"SMTP_TUI_{name}": value for name, value in environment.items()}
    return find(asked, {"SMTP_TUI_CONFIG": settings, **variables})


def target(settings: str, asked: Asked, **environment: str) -> Target:
    resolved = found(settings, asked, **environment).target
    assert resolved is not None
    return resolved


def test_nothing_names_a_server() -> None:
    assert found("/dev/null", Asked()).target is None


def test_the_default_profile_steps_in_where_nothing_names_a_server(settings: str) -> None:
    assert target(settings, Asked()).host == "home.example"


def test_a_named_server_gets_nothing_of_the_default_profile(settings: str) -> None:
    assert target(settings, Asked("other.example")) == Target("other.example")


def test_the_environment_outranks_the_profile(settings: str) -> None:
    resolved = target(settings, Asked(profile="work"), HOST="env.example", TIMEOUT="9")
    assert (resolved.host, resolved.port, resolved.timeout) == ("env.example", 2525, 9)


def test_the_command_line_outranks_the_environment(settings: str) -> None:
    asked = Asked("cli.example:26", user="cli", timeout=3, tls=TlsMode.IMPLICIT)
    resolved = target(settings, asked, HOST="env.example", PORT="99", USER="env", TLS="none")
    assert (resolved.host, resolved.port) == ("cli.example", 26)
    assert (resolved.user, resolved.timeout, resolved.tls) == ("cli", 3, TlsMode.IMPLICIT)


def test_a_profile_fills_what_the_target_leaves_open(settings: str) -> None:
    resolved = target(settings, Asked("other.example", profile="work"))
    assert (resolved.port, resolved.tls, resolved.timeout) == (2525, TlsMode.NONE, 7)


def test_what_the_profile_says_beside_the_target_is_passed_on(settings: str) -> None:
    destination = found(settings, Asked(profile="work"))
    assert (destination.profile, destination.mechanism) == ("work", "LOGIN")
    assert destination.timeout == 7


@pytest.mark.parametrize(
    ("text", "tls", "port", "mode"),
    [
        ("h", None, 587, TlsMode.STARTTLS),
        ("h:465", None, 465, TlsMode.IMPLICIT),
        ("h", TlsMode.IMPLICIT, 465, TlsMode.IMPLICIT),
        ("h", TlsMode.NONE, 25, TlsMode.NONE),
        ("h:465", TlsMode.STARTTLS, 465, TlsMode.STARTTLS),
        ("h:2525", TlsMode.IMPLICIT, 2525, TlsMode.IMPLICIT),
        ("smtp://h", None, 25, TlsMode.NONE),
        ("smtp://h", TlsMode.STARTTLS, 25, TlsMode.STARTTLS),
    ],
)
def test_the_port_decides_unless_the_mode_is_named(
    text: str, tls: TlsMode | None, port: int, mode: TlsMode
) -> None:
    resolved = target("/dev/null", Asked(text, tls=tls))
    assert (resolved.port, resolved.tls) == (port, mode)


def test_a_mode_in_the_environment_holds_for_a_port_but_not_for_a_scheme() -> None:
    assert target("/dev/null", Asked("h:2525"), TLS="none").tls is TlsMode.NONE
    assert target("/dev/null", Asked("smtps://h"), TLS="none").tls is TlsMode.IMPLICIT


def test_the_user_of_the_option_outranks_the_one_in_the_target() -> None:
    assert target("/dev/null", Asked("in-url@h"), USER="env").user == "in-url"
    assert target("/dev/null", Asked("in-url@h", user="option")).user == "option"


def test_a_user_is_known_without_a_server() -> None:
    assert found("/dev/null", Asked(user="me")).user == "me"


def test_every_option_reaches_the_target(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    asked = Asked("h", ca_file=ca_file, insecure=True, ehlo="me", family=Family.IPV6)
    resolved = target("/dev/null", asked)
    assert (resolved.ca_file, resolved.verify) == (ca_file, False)
    assert (resolved.ehlo, resolved.family) == ("me", Family.IPV6)


def test_what_is_said_of_tls_reaches_the_target_over_the_profile(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[profiles.p]\nhost = "h"\nsni = "none"\ntls_max = "1.2"\n')
    asked = Asked(profile="p", encryption=Profile("", sni="mx.example"))
    options = target(str(file), asked, VERIFY_NAME="mail.example").options
    assert (options.sni, options.verify_name) == ("mx.example", "mail.example")
    assert options.maximum is TlsVersion.TLS_1_2


def test_a_unix_socket_needs_no_mode() -> None:
    resolved = target("/dev/null", Asked("unix:/run/smtp", tls=TlsMode.NONE))
    assert resolved.unix_path == Path("/run/smtp")


def test_an_unknown_profile_and_a_bad_target_are_refused(settings: str) -> None:
    with pytest.raises(SettingsError, match="no profile"):
        found(settings, Asked(profile="wrok"))
    with pytest.raises(TargetError):
        found(settings, Asked("me:word@h"))


def test_what_is_wrong_with_the_environment_is_told() -> None:
    (problem,) = found("/dev/null", Asked("h"), PORT="many").problems
    assert "SMTP_TUI_PORT" in str(problem)


def test_the_practice_server_is_trusted_by_its_own_authority(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    at = PracticeAddress("127.0.0.1", 1, 2, authority, "user", "password", "token")
    for tls, port in ((None, 1), (TlsMode.STARTTLS, 1), (TlsMode.NONE, 1), (TlsMode.IMPLICIT, 2)):
        resolved = practice(Asked(tls=tls, timeout=3), {"SMTP_TUI_TLS": "none"}, at)
        assert (resolved.port, resolved.tls) == (port, tls or TlsMode.STARTTLS)
        assert (resolved.ca_file, resolved.verify, resolved.timeout) == (authority, True, 3)


def test_the_key_log_of_the_environment_is_for_the_practice_server_too(tmp_path: Path) -> None:
    at = PracticeAddress("127.0.0.1", 1, 2, tmp_path / "ca.pem", "user", "password", "token")
    theirs = {"SSLKEYLOGFILE": "/tmp/theirs"}
    assert practice(Asked(), theirs, at).options.key_log == Path("/tmp/theirs")
    ours = Asked(encryption=Profile("", key_log=Path("/tmp/ours")))
    assert practice(ours, theirs, at).options.key_log == Path("/tmp/ours")
