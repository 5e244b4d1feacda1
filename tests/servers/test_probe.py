"""``smtp-tui probe`` of a real Postfix, held against ``openssl`` and ``swaks`` in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.servers.daemons import until
from tests.servers.postfix import Postfix
from tests.wire import others

pytestmark = pytest.mark.skipif(
    bool(others.missing()) and "CI" not in os.environ, reason="openssl or swaks is missing"
)


def probe(target: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smtp_tui", "probe", target, *arguments],
        env={**os.environ, "SMTP_TUI_CONFIG": os.devnull},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_says_what_openssl_and_swaks_say(postfix: Postfix) -> None:
    target = f"{postfix.host}:{postfix.starttls_port}"
    ran = probe(target, "--ca-file", str(postfix.ca_file), "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    document = json.loads(ran.stdout)
    assert document["tls"]["verified"] is True
    assert document["extensions"]["after_tls"]["SIZE"] == [str(postfix.size_limit)]
    assert document["auth_before_tls"] == []
    assert "PLAIN" in document["auth"]
    others.assert_agrees(document, postfix.starttls_port, postfix.ca_file)


def test_both_ports_show_the_same_certificate(postfix: Postfix) -> None:
    chains = []
    for port, scheme in ((postfix.starttls_port, "smtp+starttls"), (postfix.tls_port, "smtps")):
        ran = probe(
            f"{scheme}://{postfix.host}:{port}", "--ca-file", str(postfix.ca_file), "--json"
        )
        assert ran.returncode == 0
        chains.append(json.loads(ran.stdout)["tls"]["chain"])
    assert chains[0] == chains[1]


def test_an_authority_that_is_not_trusted_ends_it(postfix: Postfix) -> None:
    ran = probe(f"{postfix.host}:{postfix.starttls_port}")
    assert ran.returncode == 4
    assert "not trusted here" in ran.stderr
    assert "SHA-256" in ran.stdout


def test_the_server_saw_a_polite_session(postfix: Postfix) -> None:
    def polite() -> int:
        log = "".join(file.read_text("utf-8", "replace") for file in postfix.logs)
        return log.count("ehlo=2 starttls=1 quit=1 commands=4")

    before = polite()
    ran = probe(f"{postfix.host}:{postfix.starttls_port}", "--ca-file", str(postfix.ca_file))
    assert ran.returncode == 0
    assert until(lambda: polite() > before, 10.0)
