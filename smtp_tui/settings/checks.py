"""What each setting may be: one function a kind of value, from a plain value to a typed one.

Each takes whatever a TOML file can hold and raises ``Refused`` with what is wrong and what to
write instead.
"""

from __future__ import annotations

import math
import os.path
import re
from pathlib import Path

from smtp_tui.settings.problem import Refused, shown
from smtp_tui.wire.target import Family, TlsMode
from smtp_tui.wire.tls_options import TlsVersion

LONGEST_TIMEOUT = 86_400.0
"""Seconds in a day: no wait in a dialogue is longer, and the system's timers can hold it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MECHANISM = re.compile(r"[A-Za-z0-9_-]{1,20}")
_DIGITS = re.compile(r"[0-9]+")


def host(value: object) -> str:
    """A host name or an address, without brackets; looked at lightly, the target does the rest."""
    text = _text(value, "a server name", "smtp.example.org").strip(" ")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if not text:
        raise Refused("there is no server name here; write one, as smtp.example.org")
    if "/" in text or "@" in text:  # not repeated: a password may stand in it
        raise Refused("write the server name alone, as smtp.example.org, not a whole address")
    if text.count(":") == 1:
        raise Refused("write the server name alone; the port has a setting of its own")
    if _CONTROL.search(text) or " " in text:
        raise Refused(f"{shown(text)} is not a server name; write one, as smtp.example.org")
    return text


def port(value: object) -> int:
    """A TCP port."""
    if isinstance(value, str) and _DIGITS.fullmatch(value) and len(value) <= 5:
        raise Refused(f"{shown(value)} is text; write the number without quotes")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise Refused(f"{shown(value)} is not a port; use 1 to 65535")
    return value


def tls(value: object) -> TlsMode:
    """How encryption begins."""
    match value.casefold() if isinstance(value, str) else value:
        case "none":
            return TlsMode.NONE
        case "starttls":
            return TlsMode.STARTTLS
        case "implicit":
            return TlsMode.IMPLICIT
        case _:
            raise Refused(f"{shown(value)} is not a TLS mode; use none, starttls or implicit")


def family(value: object) -> Family:
    """Which addresses to try; the number may be text or not."""
    match value.casefold() if isinstance(value, str) else value:
        case "any":
            return Family.ANY
        case "4":
            return Family.IPV4
        case "6":
            return Family.IPV6
        case int() if value in (4, 6):
            return Family(str(value))
        case _:
            raise Refused(f"{shown(value)} is not a kind of address; use any, 4 or 6")


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Refused(f"{shown(value)} is neither true nor false; write one of them without quotes")
    return value


def tls_version(value: object) -> TlsVersion:
    """A version of TLS; the number may be text or not."""
    text = str(value) if isinstance(value, float) else value
    if isinstance(text, str):
        number = text.strip(" ").casefold().removeprefix("tls").removeprefix("v").strip(" ")
        for version in TlsVersion:
            if version.value == number:
                return version
    raise Refused(f"{shown(value)} is not a version of TLS; use 1.0, 1.1, 1.2 or 1.3")


def words(value: object) -> str:
    """A list in one line, as of ciphers; OpenSSL does the rest."""
    text = _text(value, "a list", "ECDHE+AESGCM").strip(" ")
    if _CONTROL.search(text):
        raise Refused(f"{shown(text)} holds a control character, which no list here can")
    return text


def timeout(value: object) -> float:
    """Seconds, more than none and at most a day."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        raise Refused(f"{shown(value)} is text; write the number without quotes")
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 < value <= LONGEST_TIMEOUT
    ):
        raise Refused(
            f"{shown(value)} is not a number of seconds; use more than 0 and at most"
            f" {LONGEST_TIMEOUT:.0f}"
        )
    return float(value)


def ehlo(value: object) -> str:
    """The name to say in EHLO; "" leaves it to the program."""
    text = _text(value, "a name", "laptop.example.org")
    if _CONTROL.search(text):
        raise Refused(f"{shown(text)} holds a control character, which no command line can")
    return text


def user(value: object) -> str:
    """A user name; any text, for the mechanism decides."""
    return _text(value, "a user name", "me@example.org")


def mechanism(value: object) -> str:
    """The name of a SASL mechanism, in upper case (RFC 4422 3.1)."""
    if not isinstance(value, str) or not _MECHANISM.fullmatch(value):
        raise Refused(f"{shown(value)} is not a mechanism; write its name, as PLAIN or XOAUTH2")
    return value.upper()


def path(value: object, base: Path) -> Path:
    """An absolute path; ``~`` is the home directory, a relative path begins at ``base``."""
    text = _text(value, "a path", "~/ca.pem")
    if not text.strip():
        raise Refused("there is no path here; write one or remove the line")
    if _CONTROL.search(text):
        raise Refused(f"{shown(text)} holds a control character, which no path here can")
    return base / os.path.expanduser(text)


def theme(value: object) -> str:
    """The name of a theme; the window knows which there are."""
    text = _text(value, "a theme", "smtp-dark")
    if not text.strip():
        raise Refused("there is no theme here; write one, as smtp-dark, or remove the line")
    return text.strip()


def binding(value: object) -> str:
    """Keys for one action, separated by commas, without spaces."""
    text = _text(value, "a key", "ctrl+n")
    keys = [key.strip() for key in text.split(",")]
    if not all(keys) or any(_CONTROL.search(key) or " " in key for key in keys):
        raise Refused(f"{shown(text)} names no key; write as f5, or several as f5,ctrl+n")
    return ",".join(keys)


def profile_name(value: object) -> str:
    """The name of a profile: any text but none at all, and no control characters."""
    text = _text(value, "the name of a profile", "work")
    if not text:
        raise Refused("a profile needs a name; write one between the quotes")
    if _CONTROL.search(text):
        raise Refused(f"{shown(text)} holds a control character; give the profile another name")
    return text


def seconds(text: str) -> float | str:
    """A number written as text, or the text where it is none."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _text(value: object, what: str, example: str) -> str:
    if not isinstance(value, str):
        raise Refused(f'{shown(value)} is not {what}; write text in quotes, as "{example}"')
    return value
