"""The TLS of a real Postfix: told as ``openssl`` tells it."""

from __future__ import annotations

import pytest

from smtp_tui.wire.events import TlsEstablished
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls_options import TlsOptions, TlsVersion
from smtp_tui.wire.verdicts import Outcome, judge
from tests.servers.postfix import Postfix
from tests.wire.loopback import drive, up_to_starttls
from tests.wire.openssl import assert_same, s_client


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        (TlsOptions(), ()),
        (TlsOptions(maximum=TlsVersion.TLS_1_2), ("-tls1_2",)),
    ],
)
def test_what_openssl_tells_of_postfix(
    postfix: Postfix, options: TlsOptions, theirs: tuple[str, ...]
) -> None:
    target = Target(postfix.host, postfix.starttls_port, ca_file=postfix.ca_file, options=options)
    with drive(target) as driven:
        up_to_starttls(driven)
        driven.until(lambda: bool(driven.all(TlsEstablished)), "TLS")
        facts = driven.one(TlsEstablished).facts
    assert [verdict.outcome for verdict in judge(facts)] == [Outcome.PASSED] * 4
    assert_same(facts, s_client(postfix.host, postfix.starttls_port, postfix.ca_file, *theirs))
