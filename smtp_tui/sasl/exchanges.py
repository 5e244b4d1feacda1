"""How each mechanism is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from smtp_tui.sasl.cram_md5 import cram_md5
from smtp_tui.sasl.credentials import Channel, Credentials, Exchange
from smtp_tui.sasl.digest_md5 import digest_md5
from smtp_tui.sasl.login import login
from smtp_tui.sasl.oauth import oauthbearer, xoauth2
from smtp_tui.sasl.plain import plain
from smtp_tui.sasl.scram import scram
from smtp_tui.sasl.without_password import anonymous, external

EXCHANGES: Mapping[str, Callable[[Credentials, Channel], Exchange]] = MappingProxyType(
    {
        "PLAIN": plain,
        "LOGIN": login,
        "CRAM-MD5": cram_md5,
        "SCRAM-SHA-1": scram("sha1"),
        "SCRAM-SHA-1-PLUS": scram("sha1", plus=True),
        "SCRAM-SHA-256": scram("sha256"),
        "SCRAM-SHA-256-PLUS": scram("sha256", plus=True),
        "SCRAM-SHA-512": scram("sha512"),
        "SCRAM-SHA-512-PLUS": scram("sha512", plus=True),
        "XOAUTH2": xoauth2,
        "OAUTHBEARER": oauthbearer,
        "EXTERNAL": external,
        "ANONYMOUS": anonymous,
        "DIGEST-MD5": digest_md5,
    }
)
"""Begins an exchange, by the name ``MECHANISMS`` has."""
