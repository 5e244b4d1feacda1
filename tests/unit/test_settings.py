"""Settings: what a file says, what is ignored and how it is told, what is saved, what wins."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smtp_tui.settings import (
    Problem,
    Profile,
    Settings,
    SettingsError,
    delete_profile,
    from_environment,
    layered,
    load,
    resolve,
    save_profile,
    save_theme,
    settings_path,
)
from smtp_tui.settings.profile import FIELDS
from smtp_tui.settings.reading import MOST_PROBLEMS
from smtp_tui.settings.scan import entries, lines
from smtp_tui.settings.source import LARGEST
from smtp_tui.settings.template import TEMPLATE
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import Family, Target, TlsMode, parse_target
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion

FULL = """\
theme = "smtp-light"
default_profile = "work"

[keys]
connect = "f5, ctrl+n"

[profiles.work]
host = "smtp.example.org"
port = 465
tls = "implicit"
ehlo = "laptop.example.org"
verify = false
ca_file = "/etc/ca.pem"
timeout = 12.5
family = "6"
user = "me@example.org"
mechanism = "xoauth2"
sni = "mx.example.org"
verify_name = "example.org"
tls_min = "1.2"
tls_max = 1.3
ciphers = "ECDHE+AESGCM"
client_cert = "/etc/me.pem"
client_key = "/etc/me.key"
key_log = "/tmp/keys.log"
alpn = "smtp esmtp"

[profiles.local]
unix_path = "/run/lmtp.sock"
lmtp = true
"""

WORK = Profile(
    "work",
    host="smtp.example.org",
    port=465,
    tls=TlsMode.IMPLICIT,
    ehlo="laptop.example.org",
    verify=False,
    ca_file=Path("/etc/ca.pem"),
    timeout=12.5,
    family=Family.IPV6,
    user="me@example.org",
    mechanism="XOAUTH2",
    sni="mx.example.org",
    verify_name="example.org",
    tls_min=TlsVersion.TLS_1_2,
    tls_max=TlsVersion.TLS_1_3,
    ciphers="ECDHE+AESGCM",
    client_cert=Path("/etc/me.pem"),
    client_key=Path("/etc/me.key"),
    key_log=Path("/tmp/keys.log"),
    alpn="smtp esmtp",
)
OPTIONS = TlsOptions(
    "mx.example.org",
    "example.org",
    TlsVersion.TLS_1_2,
    TlsVersion.TLS_1_3,
    "ECDHE+AESGCM",
    Path("/etc/me.pem"),
    Path("/etc/me.key"),
    Path("/tmp/keys.log"),
    ("smtp", "esmtp"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def loaded(path: Path, text: str) -> Settings:
    path.write_text(text, encoding="utf-8", newline="")
    return load(path)


def the_problem(path: Path, text: str) -> Problem:
    found = loaded(path, text).problems
    assert len(found) == 1, found
    return found[0]


def profile_problem(path: Path, line: str) -> Problem:
    """The problem with one line of a profile; everything around it must be kept."""
    text = f'[profiles.a]\nhost = "h"\n[profiles.work]\n{line}\n[keys]\nconnect = "f5"\n'
    found = loaded(path, text)
    assert found.profiles == {"a": Profile("a", host="h"), "work": Profile("work")}
    assert found.keys == {"connect": "f5"}
    assert len(found.problems) == 1, found.problems
    problem = found.problems[0]
    assert problem.path == path
    assert problem.line == 4
    assert problem.key == f"profiles.work.{line.partition(' ')[0]}"
    return problem


# Where the file is


def test_the_path_can_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert settings_path({"SMTP_TUI_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    assert settings_path({"SMTP_TUI_CONFIG": "~/y.toml"}) == Path("/home/somebody/y.toml")


def test_the_path_is_else_in_the_users_configuration_and_nothing_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    for environ in ({}, {"SMTP_TUI_CONFIG": ""}):
        found = settings_path(environ)
        assert found.parts[-2:] == ("smtp-tui", "config.toml")
        assert found.is_relative_to(tmp_path)
        assert load(found) == Settings(path=found)
    assert list(tmp_path.iterdir()) == []


def test_importing_loads_no_tomlkit_and_no_platformdirs() -> None:
    script = (
        "import sys, smtp_tui.settings;"
        "print([m for m in ('tomlkit', 'platformdirs', 'tomllib', 'ssl', 'asyncio',"
        " 'threading', 'textual', 'rich', 'tempfile') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_reading_a_sound_file_loads_neither_tomlkit_nor_difflib(path: Path) -> None:
    path.write_text(FULL)
    script = (
        "import sys, pathlib, smtp_tui.settings as s; s.load(pathlib.Path(sys.argv[1]));"
        "print([m for m in ('tomlkit', 'platformdirs', 'difflib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# What a file says


def test_a_missing_file_means_the_defaults_and_is_no_problem(path: Path) -> None:
    assert load(path) == Settings(path=path)
    assert not path.exists()


def test_an_empty_file_means_the_defaults(path: Path) -> None:
    assert loaded(path, "") == Settings(path=path)


def test_every_setting_is_read(path: Path) -> None:
    found = loaded(path, FULL)
    assert found.problems == ()
    assert found.theme == "smtp-light"
    assert found.default_profile == "work"
    assert found.keys == {"connect": "f5,ctrl+n"}
    assert found.profiles == {
        "work": WORK,
        "local": Profile("local", unix_path=Path("/run/lmtp.sock"), lmtp=True),
    }


def test_paths_begin_at_home_or_at_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    found = loaded(path, '[profiles]\na.ca_file = "~/ca.pem"\nb.ca_file = "ca.pem"\n')
    assert found.profiles["a"].ca_file == Path("/home/somebody/ca.pem")
    assert found.profiles["b"].ca_file == path.parent / "ca.pem"


@pytest.mark.parametrize(
    "text",
    [
        'profiles.work.host = "h"\nprofiles.work.port = 25\n',
        '[profiles]\nwork = { host = "h", port = 25 }\n',
        'profiles = { work = { host = "h", port = 25 } }\n',
        "[profiles.'work']\r\nhost = 'h'\r\nport = 0x19\r\n",
        '\ufeff[profiles.work]\nhost = """h"""\nport = 2_5\n',
    ],
)
def test_any_spelling_of_toml_will_do(path: Path, text: str) -> None:
    found = loaded(path, text)
    assert found.problems == ()
    assert found.profiles == {"work": Profile("work", host="h", port=25)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("family = 4", Profile("p", family=Family.IPV4)),
        ('family = "ANY"', Profile("p", family=Family.ANY)),
        ('tls = "StartTLS"', Profile("p", tls=TlsMode.STARTTLS)),
        ('host = "[2001:db8::1]"', Profile("p", host="2001:db8::1")),
        ('host = " a.example "', Profile("p", host="a.example")),
        ('ehlo = ""', Profile("p", ehlo="")),
        ("timeout = 1", Profile("p", timeout=1.0)),
    ],
)
def test_values_are_read_generously(path: Path, line: str, expected: Profile) -> None:
    found = loaded(path, f"[profiles.p]\n{line}\n")
    assert found.problems == ()
    assert found.profiles["p"] == expected


# What a file says wrongly


def test_a_problem_is_one_sentence_with_file_line_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "config.toml"
    text = '# mine\n\n[profiles.work]\n# a server\nhost = "h"\n\nport = 70000\n'
    assert str(the_problem(path, text)) == (
        '~/config.toml line 7, profiles.work.port: "70000" is not a port; use 1 to 65535'
    )
    assert load(path).profiles == {"work": Profile("work", host="h")}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("port = 0", '"0" is not a port; use 1 to 65535'),
        ("port = -1", '"-1" is not a port; use 1 to 65535'),
        ("port = true", '"true" is not a port; use 1 to 65535'),
        ("port = 25.0", '"25.0" is not a port; use 1 to 65535'),
        ("port = [25]", "a list is not a port; use 1 to 65535"),
        ("port = { a = 1 }", "a table is not a port; use 1 to 65535"),
        ("port = 2024-01-01", "a date or time is not a port; use 1 to 65535"),
        ('port = "587"', '"587" is text; write the number without quotes'),
        ('port = "smtp"', '"smtp" is not a port; use 1 to 65535'),
        ("port = 0x" + "f" * 9000, "so large a number is not a port; use 1 to 65535"),
        ('tls = "ssl"', '"ssl" is not a TLS mode; use none, starttls or implicit'),
        ("tls = true", '"true" is not a TLS mode; use none, starttls or implicit'),
        ('family = "ipx"', '"ipx" is not a kind of address; use any, 4 or 6'),
        ("family = 5", '"5" is not a kind of address; use any, 4 or 6'),
        ("family = true", '"true" is not a kind of address; use any, 4 or 6'),
        ("family = 4.0", '"4.0" is not a kind of address; use any, 4 or 6'),
        ('verify = "no"', '"no" is neither true nor false; write one of them without quotes'),
        ("lmtp = 1", '"1" is neither true nor false; write one of them without quotes'),
        ("host = 5", '"5" is not a server name; write text in quotes, as "smtp.example.org"'),
        ('host = " "', "there is no server name here; write one, as smtp.example.org"),
        ('host = "a b"', '"a b" is not a server name; write one, as smtp.example.org'),
        (
            'host = "a.example:587"',
            "write the server name alone; the port has a setting of its own",
        ),
        ("ehlo = 1", '"1" is not a name; write text in quotes, as "laptop.example.org"'),
        ("user = 1", '"1" is not a user name; write text in quotes, as "me@example.org"'),
        ('ca_file = ""', "there is no path here; write one or remove the line"),
        ("unix_path = 1", '"1" is not a path; write text in quotes, as "~/ca.pem"'),
        (
            'mechanism = "CRAM MD5"',
            '"CRAM MD5" is not a mechanism; write its name, as PLAIN or XOAUTH2',
        ),
        ('prot = "x"', "there is no such setting; did you mean port?"),
        ('ca-file = "x"', "there is no such setting; did you mean ca_file?"),
        ("zzz = 1", f"there is no such setting here; there are {', '.join(FIELDS)}"),
    ],
)
def test_a_wrong_value_is_named_and_alone_ignored(path: Path, line: str, text: str) -> None:
    assert profile_problem(path, line).text == text


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e300", "true", "86401", '"soon"'])
def test_a_timeout_is_a_time_that_can_be_waited(path: Path, value: str) -> None:
    text = profile_problem(path, f"timeout = {value}").text
    assert text.endswith("is not a number of seconds; use more than 0 and at most 86400")


def test_a_timeout_in_quotes_is_text(path: Path) -> None:
    assert "without quotes" in profile_problem(path, 'timeout = "30"').text


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("theme = 5\n", 1, "theme", '"5" is not a theme'),
        ('theme = " "\n', 1, "theme", "there is no theme here"),
        ('\nthem = "x"\n', 2, "them", "did you mean theme?"),
        ('[profile.work]\nhost = "h"\n', 1, "profile", "did you mean profiles?"),
        ('# x\nhost = "h"\n', 2, "host", "put it below [profiles.NAME]"),
        ('[profiles]\nhost = "h"\n', 2, "profiles.host", "put it below [profiles.NAME]"),
        ("profiles = 5\n", 1, "profiles", "this must be a table; write [profiles]"),
        ('keys = "f5"\n', 1, "keys", "this must be a table; write [keys]"),
        ("[[keys]]\n", 1, "keys", "this must be a table; write [keys]"),
        ("[profiles]\n\nwork = 5\n", 3, "profiles.work", "a profile is a table"),
        ("[[profiles.work]]\n", 1, "profiles.work", "single brackets"),
        ('[profiles.""]\n', 1, 'profiles.""', "a profile needs a name"),
        ('[profiles."a\\nb"]\n', 1, 'profiles."a‹LF›b"', "holds a control character"),
        ("[keys]\nsend = 5\n", 2, "keys.send", '"5" is not a key; write text in quotes'),
        ('[keys]\nsend = ["f8"]\n', 2, "keys.send", "a list is not a key; write text in quotes"),
        ('[keys]\nsend = ""\n', 2, "keys.send", '"" names no key'),
        ('[keys]\nsend = "f8,"\n', 2, "keys.send", '"f8," names no key'),
        ('[keys]\nsend = "f 8"\n', 2, "keys.send", '"f 8" names no key'),
        ('default_profile = "x"\n', 1, "default_profile", '"x" is not a profile; name one'),
        ("default_profile = 1\n", 1, "default_profile", '"1" is not a profile; name one'),
        (
            'default_profile = "wrok"\n[profiles.work]\n',
            1,
            "default_profile",
            'did you mean "work"?',
        ),
        (
            '[profiles.w]\nhost = "h"\nunix_path = "/s"\n',
            3,
            "profiles.w.unix_path",
            "there is a host as well",
        ),
    ],
)
def test_what_stands_wrong_in_the_file_is_named(
    path: Path, text: str, line: int, key: str, words: str
) -> None:
    problem = the_problem(path, text)
    assert (problem.line, problem.key) == (line, key)
    assert words in problem.text
    assert load(path).theme is None
    assert load(path).keys == {}
    assert load(path).default_profile is None


def test_a_broken_default_profile_leaves_the_others(path: Path) -> None:
    found = loaded(path, f'default_profile = "x"\n{FULL.partition("work")[2][2:]}')
    assert found.default_profile is None
    assert set(found.profiles) == {"work", "local"}


def test_problems_are_told_in_the_order_of_the_file(path: Path) -> None:
    found = loaded(path, "[profiles.a]\nport = 0\n[keys]\nsend = 1\n[profiles.b]\nport = 0\n")
    assert [problem.line for problem in found.problems] == [2, 4, 6]


def test_many_problems_are_counted_not_listed(path: Path) -> None:
    wrong = "".join(f"a{number} = 1\n" for number in range(20_000))
    found = loaded(path, wrong + '[keys]\nsend = "f8"\n')
    assert len(found.problems) == MOST_PROBLEMS + 1
    assert found.problems[-1].text == f"there are {20_000 - MOST_PROBLEMS} more problems"
    assert found.keys == {"send": "f8"}


def test_the_window_can_blame_a_line_too(path: Path) -> None:
    found = loaded(path, '[keys]\nconnect = "f5"\n"odd key" = "f6"\n')
    assert found.problem(("keys", "odd key"), "there is no such action") == Problem(
        path, 3, 'keys."odd key"', "there is no such action"
    )
    assert found.problem(("theme",), "unknown").line is None


# Lines


def test_lines_are_found_whatever_stands_around(path: Path) -> None:
    text = (
        "#[profiles.work]\n"
        'theme = """\n[profiles.work]\nport = 1 # "\n"""\n'
        "list = [ # ]\n  '[profiles.work]',\n  { port = 2 },\n]\n"
        '[ profiles . "work" ] # port = 3\n'
        "  'port'=70000\n"
        "[profiles.work.deeper]\nport = 4\n"
    )
    found = {problem.key: problem.line for problem in loaded(path, text).problems}
    assert found == {"list": 6, "profiles.work.port": 11, "profiles.work.deeper": 12}


def test_lines_are_found_within_inline_tables(path: Path) -> None:
    text = 'profiles = { a = { host = "}" , ehlo = "," }, "b c" = { port = 0 } }\n'
    problem = the_problem(path, text)
    assert (problem.line, problem.key) == (1, 'profiles."b c".port')


plain_values = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
toml_values = st.recursive(
    plain_values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.sampled_from("a.\"'\\#= ü"), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
toml_documents = st.dictionaries(
    st.text(st.sampled_from("ab.\"'\\#= ü"), max_size=4), toml_values, max_size=5
)


def paths_in(data: Mapping[str, object], above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every key of a document, those in lists of tables left out."""
    found = set()
    for key, value in data.items():
        found.add((*above, key))
        if isinstance(value, dict):
            found |= paths_in(value, (*above, key))
    return found


@settings(deadline=None)
@given(toml_documents)
def test_every_key_has_a_line_and_every_value_its_span(document: dict[str, object]) -> None:
    import tomlkit

    text = tomlkit.dumps(document)
    data = tomllib.loads(text)
    found = entries(text)
    assert {key for key in paths_in(data) if len(key) <= 4} <= set(lines(found))
    for entry in found:
        if entry.header or entry.inline:
            continue
        value: object = data
        for part in entry.path:
            if not isinstance(value, dict):
                break  # in a list of tables
            value = value[part]
        else:
            assert tomllib.loads(f"v = {text[entry.value : entry.end]}")["v"] == value
            assert text[: entry.start].count("\n") + 1 == entry.line


@settings(deadline=None)
@given(st.text(st.sampled_from("a=.[]{},\"'#\\\n "), max_size=40))
def test_scanning_anything_ends_and_lines_stay_within_the_text(text: str) -> None:
    for entry in entries(text):
        assert 1 <= entry.line <= text.count("\n") + 1
        assert 0 <= entry.start <= entry.value <= entry.end <= len(text)


# Secrets


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "Password",
        "passwd",
        "pass",
        "smtp_pass",
        "token",
        "oauth-token",
        "client_secret",
        "passphrase",
        "api_key",
    ],
)
def test_a_secret_in_a_profile_is_refused_and_never_repeated(path: Path, key: str) -> None:
    problem = profile_problem(path, f'{key} = "hunter2"')
    assert "never live here" in problem.text
    assert "remove this line" in problem.text
    found = load(path)
    assert "hunter2" not in str(problem)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        'password = "hunter2"\n',
        '[profiles]\npassword = "hunter2"\n',
        '[profiles.work]\nunknown = "hunter2"\n',
        '[profiles.work.auth]\npassword = "hunter2"\n',
        '[profiles.work]\nhost = "smtp://me:hunter2@mail.example"\n',
        '[profiles.work]\nhost = "me:hunter2@mail.example"\n',
        '[profiles.work]\nuser = ["me", "hunter2"]\n',
        '[profiles.work]\nport = { password = "hunter2" }\n',
        "[profiles.work]\npassword = hunter2\n",
        '[profiles.work]\npassword = "hunter2\n',
        '[profiles.work]\npassword = """hunter2\n',
        '[profiles.work]\na = { password = "hunter2" "hunter2" = 1 }\n',
        'profiles = "hunter2"\n',
    ],
)
def test_a_secret_is_repeated_nowhere(path: Path, text: str) -> None:
    problem = the_problem(path, text)
    assert "hunter2" not in str(problem)
    assert "hunter2" not in repr(load(path))


def test_an_action_may_be_named_after_a_token(path: Path) -> None:
    found = loaded(path, '[keys]\ncopy-token = "ctrl+y"\n[profiles.token-server]\nhost = "h"\n')
    assert found.problems == ()
    assert found.keys == {"copy-token": "ctrl+y"}


# Broken files


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("[profiles.w]\nhost = a.example\n", 2, "profiles.w.host", "text stands in quotes"),
        ("[profiles.w]\nverify = yes\n", 2, "profiles.w.verify", "true and false"),
        ("[profiles.w]\n\nport = 1\nport = 2\n", 4, "profiles.w.port", "a second time"),
        ("[profiles.w]\n[profiles.w]\n", 2, "profiles.w", "begins a second time"),
        ('[profiles.w]\nhost = "a\n', 2, "profiles.w.host", "a closing quote is missing"),
        ("[profiles.w\nport = 1\n", 1, "", "at column 12: expected ']'"),
        ("[profiles.w]\nport 587\n", 2, "", "at column 6: expected '='"),
        ("timeout = 30s\n", 1, "timeout", "expected newline or end of document"),
        ('theme = """x\n\n', 2, "", "this is not TOML"),
        ("theme = \x1b\n", 1, "theme", "this value is not understood"),
    ],
)
def test_broken_toml_is_named_with_line_and_key(
    path: Path, text: str, line: int, key: str, words: str
) -> None:
    found = loaded(path, text)
    assert found == Settings(path=path, problems=found.problems)
    assert len(found.problems) == 1
    problem = found.problems[0]
    assert (problem.path, problem.line, problem.key) == (path, line, key)
    assert words in problem.text
    assert "\n" not in str(problem)


def test_a_value_too_deep_or_too_long_is_a_problem(path: Path) -> None:
    for text in ("a = " + "[" * 50_000, "a = " + "9" * 10_000):
        assert "too long or a value lies too deep" in the_problem(path, text).text


def test_what_is_not_utf8_is_a_problem_with_its_line(path: Path) -> None:
    path.write_bytes(b'theme = "x"\n[profiles.w]\nuser = "M\xfcller"\n')
    (problem,) = load(path).problems
    assert problem.line == 3
    assert problem.text == "this is not UTF-8 text; save the file as UTF-8"


def test_a_directory_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load(tmp_path).problems
    assert "not an ordinary file" in problem.text


def test_a_pipe_is_a_problem_and_nobody_waits_for_it(path: Path) -> None:
    os.mkfifo(path)
    (problem,) = load(path).problems
    assert "not an ordinary file" in problem.text


def test_a_file_of_100_megabytes_is_a_problem(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)
    (problem,) = load(path).problems
    assert f"larger than {LARGEST // 1024} KiB" in problem.text


def test_a_file_that_may_not_be_read_is_a_problem(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    path.write_text(FULL)
    monkeypatch.setattr(os, "open", refuse)
    (problem,) = load(path).problems
    assert problem.text.startswith("the file cannot be read (permission denied); make it readable")


def test_a_loop_of_links_and_a_path_through_a_file_are_problems(tmp_path: Path) -> None:
    loop, plain = tmp_path / "loop", tmp_path / "plain"
    loop.symlink_to(loop)
    plain.write_text("")
    for path in (loop, plain / "config.toml", Path("nul\0byte")):
        (problem,) = load(path).problems
        assert "cannot be read" in problem.text
        assert visible(str(problem)) == str(problem)


def test_the_null_device_is_a_file_without_settings() -> None:
    assert load(Path(os.devnull)) == Settings(path=Path(os.devnull))


def test_control_characters_never_reach_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b]0;x\x07.toml"
    text = (
        '[profiles."\\u202e"]\ntls = "\\u001b[2J\\u202e"\n"\\u001bkey" = 1\n'
        'host = "a\\u009bb"\nehlo = "a\\r\\nQUIT"\nca_file = "a\\u0000b"\n'
    )
    found = loaded(path, text)
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5, 6]
    for problem in found.problems:
        for said in (str(problem), problem.text, problem.key):
            assert visible(said) == said
    assert "‹ESC›[2J‹RLO›" in found.problems[0].text


def test_long_values_and_keys_are_cut(path: Path) -> None:
    problem = the_problem(path, f'[profiles.w]\ntls = "{"x" * 9000}"\n')
    assert len(str(problem)) < 300 + len(str(path))
    problem = the_problem(path, f"[profiles.w]\n{'x' * 9000} = 1\n")
    assert len(str(problem)) < 500 + len(str(path))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.text("[]=\"'{}.#\n profiles.work.port", max_size=80))
@example("[profiles.a]\nport=[[]]\n")
def test_no_file_whatsoever_stops_the_program(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for problem in load(path).problems:
        assert visible(str(problem)) == str(problem)


# Saving


names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
printable = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
file_paths = printable.map(lambda text: Path("/") / text.replace("\0", ""))
hosts = st.sampled_from(["smtp.example.org", "2001:db8::1", "münchen.example"])


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    place = draw(st.sampled_from(["nowhere", "host", "socket"]))
    return Profile(
        name=draw(names | st.sampled_from(["a b", "a.b", 'a"b', "a'b", "]", "#", "ü", "\\", " "])),
        host=draw(hosts) if place == "host" else None,
        port=draw(st.none() | st.integers(1, 65535)),
        tls=draw(st.none() | st.sampled_from(TlsMode)),
        ehlo=draw(st.none() | printable),
        verify=draw(st.none() | st.booleans()),
        ca_file=draw(st.none() | file_paths),
        timeout=draw(st.none() | st.floats(1e-9, 86_400)),
        family=draw(st.none() | st.sampled_from(Family)),
        lmtp=draw(st.none() | st.booleans()),
        unix_path=draw(file_paths) if place == "socket" else None,
        user=draw(st.none() | texts),
        mechanism=draw(st.none() | st.sampled_from(["PLAIN", "SCRAM-SHA-256", "X"])),
        sni=draw(st.none() | hosts | st.just("none")),
        verify_name=draw(st.none() | hosts),
        tls_min=draw(st.none() | st.sampled_from(TlsVersion)),
        tls_max=draw(st.none() | st.sampled_from(TlsVersion)),
        ciphers=draw(st.none() | st.sampled_from(["DEFAULT", "ECDHE+AESGCM:!MD5"])),
        client_cert=draw(st.none() | file_paths),
        client_key=draw(st.none() | file_paths),
        key_log=draw(st.none() | file_paths),
        alpn=draw(st.none() | st.sampled_from(["smtp", "smtp esmtp"])),
    )


STARTS = [
    None,
    "",
    "# only a comment",
    FULL,
    FULL.replace("\n", "\r\n"),
    "\ufeff" + FULL,
    '[profiles]\nwork = { host = "h" }\n',
    'profiles = { work = { host = "h" } }\n',
    'profiles.work.host = "h"\n',
    '[profiles.work]\nhost = "h"\n\n# the keys\n[keys]\nsend = "f8"\n\n[profiles.z]\nport = 1',
]


@settings(max_examples=200, deadline=None)
@given(profile=profiles(), start=st.sampled_from(STARTS))
def test_what_is_saved_is_read_again_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, profile: Profile, start: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.toml"
    path.unlink(missing_ok=True)
    before = Settings(path=path) if start is None else loaded(path, start)
    save_profile(path, profile)
    after = load(path)
    assert after.problems == ()
    assert after.profiles == {**before.profiles, profile.name: profile}
    assert (after.theme, after.keys) == (before.theme, before.keys)
    delete_profile(path, profile.name)
    rest = {name: kept for name, kept in before.profiles.items() if name != profile.name}
    assert load(path).profiles == rest
    assert load(path).problems == ()


@settings(max_examples=100, deadline=None)
@given(first=profiles(), second=profiles())
def test_a_profile_saved_twice_is_the_second(
    tmp_path_factory: pytest.TempPathFactory, first: Profile, second: Profile
) -> None:
    path = tmp_path_factory.getbasetemp() / "twice.toml"
    path.unlink(missing_ok=True)
    save_profile(path, first)
    save_profile(path, replace(second, name=first.name))
    assert load(path).profiles == {first.name: replace(second, name=first.name)}


def test_the_first_file_explains_itself(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "config.toml"
    save_profile(path, WORK)
    text = path.read_text()
    assert text.startswith(TEMPLATE)
    assert "Passwords never live here" in text
    for field in FIELDS:
        assert f"# {field} = " in text
    assert load(path).profiles == {"work": WORK}
    assert load(path).problems == ()


def test_the_examples_of_the_first_file_are_sound(path: Path) -> None:
    uncommented = [
        line.removeprefix("# ") if " = " in line or line.startswith("# [") else line
        for line in TEMPLATE.splitlines()
    ]
    text = "\n".join(line for line in uncommented if "unix_path" not in line)
    found = loaded(path, text)
    assert found.problems == ()
    assert found.theme == "smtp-dark"
    assert found.default_profile == "work"
    assert set(found.keys) == {"connect", "starttls"}
    (work,) = found.profiles.values()
    assert [field for field in FIELDS if getattr(work, field) is None] == ["unix_path"]


def test_the_theme_stands_behind_its_example(path: Path) -> None:
    save_theme(path, "smtp-light")
    assert '# theme = "smtp-dark"\ntheme = "smtp-light"\n' in path.read_text()
    save_theme(path, 'odd "one"')
    assert load(path).theme == 'odd "one"'
    assert path.read_text().count("\ntheme = ") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "t"\n'),
        ("# mine\n[keys]\n", 'theme = "t"\n\n# mine\n[keys]\n'),
        (
            'default_profile = "a" # a\n\n[profiles.a]\n',
            'default_profile = "a" # a\ntheme = "t"\n\n[profiles.a]\n',
        ),
        ('theme="x" # dark\n', 'theme="t" # dark\n'),
        ('theme = """x"""" # dark\n', 'theme = "t" # dark\n'),
        ("# theme = 1\r\n[keys]\r\n", '# theme = 1\r\ntheme = "t"\r\n[keys]\r\n'),
        ("# theme = 'x'", "# theme = 'x'\ntheme = \"t\"\n"),
        ("theme = 5\n", 'theme = "t"\n'),
    ],
)
def test_the_theme_is_written_where_it_belongs(path: Path, before: str, after: str) -> None:
    path.write_bytes(before.encode())
    save_theme(path, "t")
    assert path.read_bytes() == after.encode()


MINE = """\
# my settings

[profiles.work] # the office
# they moved in May
host = "old.example"   # soon gone
port = 0x19 # twenty-five
mine = 1

# home
[profiles.home]
host = 'home.example'
timeout = 1_0
"""

WORK_ELSEWHERE = replace(WORK, name="the office, again")


def test_saving_keeps_comments_order_and_spelling(path: Path) -> None:
    path.write_text(MINE)
    save_profile(path, Profile("work", host="new.example", port=25, user="me"))
    assert path.read_text() == MINE.replace("old.example", "new.example").replace(
        "mine = 1\n", 'mine = 1\nuser = "me"\n'
    )
    save_profile(path, Profile("home", host="home.example", timeout=10.0))
    save_profile(path, Profile("work", user="me"))
    assert path.read_text() == MINE.replace(
        'host = "old.example"   # soon gone\nport = 0x19 # twenty-five\nmine = 1\n',
        'mine = 1\nuser = "me"\n',
    )


def test_deleting_takes_the_profile_and_leaves_what_is_said_about_others(path: Path) -> None:
    path.write_text(MINE)
    delete_profile(path, "work")
    assert path.read_text() == "# my settings\n\n# home\n" + MINE.partition("# home\n")[2]
    delete_profile(path, "home")
    assert path.read_text() == "# my settings\n\n# home\n"


def test_new_lines_end_as_the_others_do(path: Path) -> None:
    path.write_bytes(MINE.replace("\n", "\r\n").encode())
    save_profile(path, Profile("work", host="new.example", user="me"))
    save_profile(path, WORK_ELSEWHERE)
    text = path.read_bytes()
    assert b'user = "me"\r\n' in text
    assert text.count(b"\n") == text.count(b"\r\n")


def test_a_profile_saved_and_deleted_leaves_no_trace(path: Path) -> None:
    path.write_text(MINE)
    save_profile(path, WORK_ELSEWHERE)
    assert path.read_text().startswith(MINE)
    delete_profile(path, WORK_ELSEWHERE.name)
    assert path.read_text() == MINE


def test_deleting_the_default_profile_takes_that_word_too(path: Path) -> None:
    path.write_text(
        'default_profile = "work" # mostly\n# mine\n[profiles.local]\n[profiles.work]\n'
    )
    delete_profile(path, "work")
    assert path.read_text() == "# mine\n[profiles.local]\n"
    found = load(path)
    assert found.problems == ()
    assert found.default_profile is None
    assert set(found.profiles) == {"local"}


def test_deleting_what_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(SettingsError, match='there is no profile "wrok" in '):
        delete_profile(path, "wrok")
    assert not path.exists()


def test_a_relative_path_is_saved_so_that_it_means_the_same_everywhere(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/usr")
    save_profile(path, Profile("p", ca_file=Path("ca.pem")))
    monkeypatch.chdir("/")
    assert load(path).profiles["p"].ca_file == Path("/usr/ca.pem")


def test_the_file_is_the_persons_alone(path: Path) -> None:
    path.write_text("")
    path.chmod(0o644)
    save_theme(path, "t")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_folder_is_the_persons_alone(tmp_path: Path) -> None:
    save_theme(tmp_path / "smtp-tui" / "config.toml", "t")
    assert stat.S_IMODE((tmp_path / "smtp-tui").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "smtp-tui" / "config.toml").stat().st_mode) == 0o600


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    link, real = tmp_path / "config.toml", tmp_path / "dotfiles" / "smtp.toml"
    link.symlink_to(real)
    save_theme(link, "one")
    save_theme(link, "two")
    assert link.is_symlink()
    assert not real.is_symlink()
    assert load(real).theme == "two"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    path.write_text(FULL)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="cannot be written: no space left on device"):
        save_profile(path, Profile("new"))
    assert path.read_text() == FULL
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["[profiles.w]\nhost = a.example\n", "profiles = 5\n", "[profiles]\nw = 5\n"]
)
def test_a_broken_file_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"config\.toml.*\(nothing was saved\)"):
        save_profile(path, Profile("w", host="b.example"))
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def test_a_broken_file_refuses_theme_and_deletion_too(path: Path) -> None:
    path.write_text("[profiles.w]\nhost = a.example\n")
    with pytest.raises(SettingsError, match="line 2"):
        save_theme(path, "t")
    with pytest.raises(SettingsError, match="line 2"):
        delete_profile(path, "w")
    assert path.read_text() == "[profiles.w]\nhost = a.example\n"


def test_what_is_no_ordinary_file_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(old: str, new: Path) -> None:  # the machine's own null device is at stake
        raise AssertionError(f"{new} was about to be replaced")

    monkeypatch.setattr(os, "replace", forbid)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(SettingsError, match="not an ordinary file"):
            save_theme(path, "t")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(""), "a profile needs a name"),
        (Profile("a\nb"), "control character"),
        (Profile("w", port=70000), 'port: "70000" is not a port'),
        (Profile("w", timeout=float("inf")), "timeout: "),
        (Profile("w", host="me:hunter2@mail.example"), "write the server name alone"),
        (Profile("w", host="h", unix_path=Path("/s")), "there is a host as well"),
        (Profile("w", user="\ud800"), "half a character"),
        (Profile("\ud800"), "half a character"),
    ],
)
def test_what_could_not_be_read_again_is_not_saved(
    path: Path, profile: Profile, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        save_profile(path, profile)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert not path.exists()


def test_a_theme_needs_a_name(path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no theme here"):
        save_theme(path, "")


def test_a_secret_somebody_put_there_is_neither_used_nor_touched(path: Path) -> None:
    path.write_text('[profiles.work]\nhost = "h"\npassword = "hunter2"\n')
    save_profile(path, Profile("work", host="other"))
    assert path.read_text() == '[profiles.work]\nhost = "other"\npassword = "hunter2"\n'


# Profile and target


def test_port_and_mode_fill_each_other_in() -> None:
    def filled(profile: Profile) -> tuple[int, TlsMode]:
        target = profile.target()
        return target.port, target.tls

    assert filled(Profile("", host="h")) == (587, TlsMode.STARTTLS)
    assert filled(Profile("", port=465)) == (465, TlsMode.IMPLICIT)
    assert filled(Profile("", port=25)) == (25, TlsMode.STARTTLS)
    assert filled(Profile("", port=465, tls=TlsMode.STARTTLS)) == (465, TlsMode.STARTTLS)
    assert filled(Profile("", tls=TlsMode.IMPLICIT)) == (465, TlsMode.IMPLICIT)
    assert filled(Profile("", tls=TlsMode.NONE)) == (25, TlsMode.NONE)
    assert filled(Profile("", tls=TlsMode.STARTTLS)) == (587, TlsMode.STARTTLS)
    assert filled(Profile("", lmtp=True)) == (24, TlsMode.NONE)
    assert filled(Profile("", lmtp=True, tls=TlsMode.NONE)) == (24, TlsMode.NONE)
    assert filled(Profile("", unix_path=Path("/s")))[1] is TlsMode.NONE


def test_an_empty_profile_is_the_default_target() -> None:
    assert Profile("").target() == Target("")


def test_every_setting_reaches_the_target() -> None:
    assert WORK.target() == Target(
        host="smtp.example.org",
        port=465,
        tls=TlsMode.IMPLICIT,
        ehlo="laptop.example.org",
        verify=False,
        ca_file=Path("/etc/ca.pem"),
        timeout=12.5,
        family=Family.IPV6,
        user="me@example.org",
        options=OPTIONS,
    )


@pytest.mark.parametrize(
    "text",
    [
        "smtp.example.org",
        "me@smtp.example.org:2525",
        "smtp://smtp.example.org",
        "smtps://[2001:db8::1]",
        "lmtp://localhost",
        "smtp+starttls://smtp.example.org:465",
    ],
)
def test_a_profile_made_of_a_target_leads_there(path: Path, text: str) -> None:
    asked = replace(parse_target(text), verify=False, timeout=4.0, family=Family.IPV4)
    target = replace(asked, options=OPTIONS)
    profile = Profile.from_target("p", target, mechanism="PLAIN")
    assert profile.target() == target
    save_profile(path, profile)
    assert load(path).profiles["p"] == profile


@pytest.mark.parametrize("text", ["unix:/run/s", "lmtp+unix:/run/s"])
def test_a_profile_made_of_a_unix_socket_leads_there(text: str) -> None:
    target = parse_target(text)
    profile = Profile.from_target("p", target, "me")
    assert replace(profile.target(), port=target.port) == replace(target, user="me")
    assert (profile.host, profile.port, profile.tls) == (None, None, None)


def test_a_profile_made_of_a_target_says_only_what_is_not_default() -> None:
    assert Profile.from_target("p", Target("h", user="u"), "me", "") == Profile(
        "p", host="h", port=587, tls=TlsMode.STARTTLS, user="me"
    )
    assert Profile.from_target("p", Target("h", user="u")).user == "u"


def test_a_profile_has_no_place_for_a_secret() -> None:
    assert not {"password", "token", "secret"} & set(FIELDS)


# Layers


def test_of_each_setting_the_first_that_is_set_wins() -> None:
    strong = Profile("a", host="one", verify=False, ehlo="")
    weak = Profile("b", host="two", port=25, verify=True, ehlo="me", user="u")
    assert layered(strong, Profile(""), weak) == Profile(
        "a", host="one", port=25, verify=False, ehlo="", user="u"
    )
    assert layered() == Profile("")


def test_a_host_outranks_a_socket_below_it_and_the_other_way_round() -> None:
    host, socket = Profile("", host="h"), Profile("", unix_path=Path("/s"))
    assert layered(host, socket) == host
    assert layered(socket, host) == socket


@settings(deadline=None)
@given(profiles(), profiles(), profiles())
def test_layers_may_be_joined_in_any_grouping(a: Profile, b: Profile, c: Profile) -> None:
    assert layered(a, b, c) == layered(layered(a, b), c) == layered(a, layered(b, c))
    assert layered(a, a) == layered(a) == a


def test_the_environment_is_a_layer() -> None:
    profile, problems = from_environment(
        {
            "SMTP_TUI_HOST": "h.example",
            "SMTP_TUI_PORT": "2525",
            "SMTP_TUI_TLS": "NONE",
            "SMTP_TUI_EHLO": "me",
            "SMTP_TUI_USER": "u",
            "SMTP_TUI_CA_FILE": "ca.pem",
            "SMTP_TUI_TIMEOUT": "2.5",
            "SMTP_TUI_INSECURE": "1",
            "SMTP_TUI_PASSWORD": "hunter2",
        }
    )
    assert problems == ()
    assert profile == Profile(
        "",
        host="h.example",
        port=2525,
        tls=TlsMode.NONE,
        ehlo="me",
        verify=False,
        ca_file=Path("ca.pem"),
        timeout=2.5,
        user="u",
    )


def test_the_environment_says_how_tls_is_spoken() -> None:
    variables = {
        "SNI": "mx.example.org",
        "VERIFY_NAME": "example.org",
        "TLS_MIN": "TLSv1.2",
        "TLS_MAX": "1.3",
        "CIPHERS": "ECDHE+AESGCM",
        "CLIENT_CERT": "/etc/me.pem",
        "CLIENT_KEY": "/etc/me.key",
        "KEY_LOG": "/tmp/keys.log",
        "ALPN": "smtp esmtp",
    }
    environ = {f"SMTP_TUI_{name}": value for name, value in variables.items()}
    profile, problems = from_environment(environ)
    assert problems == ()
    assert profile.target().options == OPTIONS


def test_the_key_log_of_the_browsers_counts_unless_there_is_our_own() -> None:
    theirs = {"SSLKEYLOGFILE": "/tmp/theirs.log"}
    assert from_environment(theirs)[0].key_log == Path("/tmp/theirs.log")
    both = {**theirs, "SMTP_TUI_KEY_LOG": "/tmp/ours.log"}
    assert from_environment(both)[0].key_log == Path("/tmp/ours.log")


def test_a_key_never_goes_with_the_certificate_of_another_layer() -> None:
    strong = Profile("", client_cert=Path("/a.pem"))
    weak = Profile("", client_cert=Path("/b.pem"), client_key=Path("/b.key"))
    assert layered(strong, weak) == strong
    assert layered(Profile(""), weak) == weak


def test_an_empty_variable_is_not_set() -> None:
    environ = {"SMTP_TUI_PORT": "", "SMTP_TUI_INSECURE": "", "SMTP_TUI_USER": ""}
    assert from_environment(environ) == (Profile(""), ())


@pytest.mark.parametrize(
    ("word", "verify"), [("1", False), ("Yes", False), ("true", False), ("0", True), ("off", True)]
)
def test_insecure_is_yes_or_no(word: str, verify: bool) -> None:
    profile, problems = from_environment({"SMTP_TUI_INSECURE": word})
    assert (profile.verify, problems) == (verify, ())


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("PORT", "70000", '"70000" is not a port; use 1 to 65535'),
        ("PORT", "9" * 9000, f'"{"9" * 59}…" is not a port; use 1 to 65535'),
        ("PORT", "٢٥", '"٢٥" is not a port; use 1 to 65535'),
        ("TLS", "ssl", '"ssl" is not a TLS mode; use none, starttls or implicit'),
        ("INSECURE", "maybe", '"maybe" is neither yes nor no; use 1 or 0'),
        (
            "TIMEOUT",
            "soon",
            '"soon" is not a number of seconds; use more than 0 and at most 86400',
        ),
        ("TIMEOUT", "inf", '"inf" is not a number of seconds; use more than 0 and at most 86400'),
        (
            "HOST",
            "smtp://me:hunter2@h",
            "write the server name alone, as smtp.example.org, not a whole address",
        ),
        ("EHLO", "a\x1b", '"a‹ESC›" holds a control character, which no command line can'),
        ("CA_FILE", " ", "there is no path here; write one or remove the line"),
        ("TLS_MIN", "2", '"2" is not a version of TLS; use 1.0, 1.1, 1.2 or 1.3'),
        ("CIPHERS", "a\0", '"a‹NUL›" holds a control character, which no list here can'),
    ],
)
def test_a_bad_variable_is_named_and_alone_ignored(variable: str, value: str, text: str) -> None:
    profile, problems = from_environment({f"SMTP_TUI_{variable}": value, "SMTP_TUI_USER": "u"})
    assert profile == Profile("", user="u")
    assert problems == (Problem(None, None, f"SMTP_TUI_{variable}", text),)
    assert str(problems[0]) == f"SMTP_TUI_{variable}: {text}"


# All together


@pytest.fixture
def office(path: Path) -> Settings:
    return loaded(
        path,
        'theme = "smtp-light"\ndefault_profile = "home"\n'
        '[profiles.work]\nhost = "work.example"\nport = 25\nuser = "w"\n'
        '[profiles.home]\nhost = "home.example"\nverify = false\n',
    )


def test_command_line_then_environment_then_profile_then_default(office: Settings) -> None:
    environ = {"SMTP_TUI_PORT": "2525", "SMTP_TUI_USER": "e", "SMTP_TUI_THEME": "env"}
    found = resolve(office, environ, Profile("", user="c"), name="work", theme="cli")
    assert found.profile == Profile("work", host="work.example", port=2525, user="c")
    assert found.profile.target().tls is TlsMode.STARTTLS
    assert found.theme == "cli"
    assert resolve(office, environ, name="work").profile.user == "e"
    assert resolve(office, environ).theme == "env"
    assert resolve(office, {}, name="work").profile == office.profiles["work"]
    assert resolve(office, {}).theme == "smtp-light"
    assert resolve(Settings(), {}).profile == Profile("")
    assert resolve(Settings(), {}).theme is None


def test_the_profile_is_named_by_command_line_environment_or_file(office: Settings) -> None:
    environ = {"SMTP_TUI_PROFILE": "work"}
    assert resolve(office, environ, name="home").profile.name == "home"
    assert resolve(office, environ).profile.name == "work"
    assert resolve(office, {}).profile.name == "home"


def test_the_default_profile_does_not_reach_another_server(office: Settings) -> None:
    elsewhere = Profile("", host="other.example")
    assert resolve(office, {}, elsewhere).profile == elsewhere
    assert resolve(office, {"SMTP_TUI_HOST": "other.example"}).profile == elsewhere
    assert resolve(office, {}, use_default=False).profile == Profile("")
    assert resolve(office, {}, elsewhere, name="home").profile.verify is False


def test_a_profile_that_is_not_there_is_told_with_what_is_meant(office: Settings) -> None:
    with pytest.raises(SettingsError, match=r'there is no profile "wrok" in .*"work"\?'):
        resolve(office, {}, name="wrok")
    with pytest.raises(SettingsError, match=r'"\?\?" in .*; there are "home", "work"'):
        resolve(office, {}, name="??")
    with pytest.raises(SettingsError, match="there are none yet"):
        resolve(Settings(path=Path("/x")), {}, name="work")


def test_a_profile_asked_of_a_broken_file_tells_what_is_broken(path: Path) -> None:
    broken = loaded(path, "[profiles.work]\nhost = a.example\n")
    with pytest.raises(SettingsError, match=r'"work": .*line 2, profiles\.work\.host: '):
        resolve(broken, {}, name="work")


def test_a_profile_the_environment_names_in_vain_is_a_problem(office: Settings) -> None:
    found = resolve(office, {"SMTP_TUI_PROFILE": "x\x1b"})
    assert found.profile == Profile("")
    (problem,) = found.problems
    assert problem.key == "SMTP_TUI_PROFILE"
    assert problem.text.startswith('there is no profile "x‹ESC›"')


def test_the_problems_of_file_and_environment_come_together(path: Path) -> None:
    broken = loaded(path, "theme = 5\n")
    found = resolve(broken, {"SMTP_TUI_PORT": "x", "SMTP_TUI_THEME": " "})
    assert [problem.key for problem in found.problems] == [
        "theme",
        "SMTP_TUI_PORT",
        "SMTP_TUI_THEME",
    ]
