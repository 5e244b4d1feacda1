"""The arguments of MAIL and RCPT: angle brackets, addresses and parameters (RFC 5321 4.1.1)."""

from __future__ import annotations

import re

from smtp_tui.practice.replies import Refusal

SIZE_LIMIT = 35_882_577
"""The largest message in octets, as the EHLO reply says (RFC 1870)."""

_BRACKETED = re.compile(
    r'[ \t]*<(?P<path>(?:"(?:\\.|[^"\\])*"|[^<>"])*)>(?:[ \t]+(?P<parameters>.*))?', re.DOTALL
)
_SOURCE_ROUTE = re.compile(r"@[^:\s]*:")
_ADDRESS = re.compile(
    r'(?:"(?:\\[ -~]|[^"\\\x00-\x1f\x7f])*"|[^\s"<>@,;:\\()\[\]\x00-\x1f\x7f]+)'
    r"@(?:\[[^\]\s\x00-\x1f\x7f]+\]|[^\s\"<>@,;:\\()\[\]\x00-\x1f\x7f]+)"
)
_DIGITS = re.compile(r"[0-9]{1,20}")


def parse_mail(argument: str) -> tuple[str, bool]:
    """What follows ``MAIL``: the sender (``""`` for ``<>``) and whether SMTPUTF8 was asked for.

    Raises ``Refusal`` for anything that is not a path in angle brackets with known parameters.
    """
    sender, parameters = _split(argument, "FROM:")
    international = False
    for keyword, value in parameters:
        match keyword, value:
            case "SIZE", str() if _DIGITS.fullmatch(value):
                if int(value) > SIZE_LIMIT:
                    raise Refusal(552, "5.3.4", "Your message exceeds the size limit.")
            case "BODY", str() if value.upper() in ("7BIT", "8BITMIME"):
                pass
            case "SMTPUTF8", None:
                international = True
            case "AUTH", str():
                pass
            case (("SIZE" | "BODY" | "SMTPUTF8" | "AUTH"), _):
                raise Refusal(501, "5.5.4", f"Invalid value of the {keyword} parameter.")
            case _:
                raise Refusal(555, "5.5.4", "Unsupported MAIL parameter.")
    if sender:
        _check(sender, international, "5.1.7", "sender")
    return sender, international


def parse_rcpt(argument: str, international: bool) -> str:
    """What follows ``RCPT``: the recipient.

    Raises ``Refusal`` for anything that is not an address in angle brackets, or for an address
    beyond ASCII when the sender did not ask for SMTPUTF8 (RFC 6531 3.3).
    """
    recipient, parameters = _split(argument, "TO:")
    if parameters:
        raise Refusal(555, "5.5.4", "Unsupported RCPT parameter.")
    if recipient.lower() != "postmaster":  # the one name that needs no domain (RFC 5321 4.5.1)
        _check(recipient, international, "5.1.3", "recipient")
    return recipient


def local_part(address: str) -> str:
    """What stands before the last ``@``, or all of it."""
    return address.rpartition("@")[0] or address


def _split(argument: str, keyword: str) -> tuple[str, list[tuple[str, str | None]]]:
    found = _BRACKETED.fullmatch(argument[len(keyword) :])
    if argument[: len(keyword)].upper() != keyword or found is None:
        raise Refusal(
            555, "5.5.2", "Syntax error, cannot decode response. Put the address between < and >."
        )
    parameters: list[tuple[str, str | None]] = []
    for word in (found["parameters"] or "").split():
        name, equals, value = word.partition("=")
        parameters.append((name.upper(), value if equals else None))
    return _SOURCE_ROUTE.sub("", found["path"], count=1), parameters


def _check(address: str, international: bool, enhanced: str, role: str) -> None:
    if _ADDRESS.fullmatch(address) is None or not _is_utf8(address):
        raise Refusal(553, enhanced, f"The {role} address is not a valid RFC 5321 address.")
    if not address.isascii() and not international:
        raise Refusal(553, "5.6.7", f"The {role} address needs SMTPUTF8 in the MAIL command.")


def _is_utf8(text: str) -> bool:
    """Whether no octet had to be smuggled through decoding as a lone surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
