"""One Base64 word: its octets, and what is wrong with its alphabet and its end (RFC 4648)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from smtp_tui.sasl.diagnosis import Finding, doubtful, wrong
from smtp_tui.smtp.visible import visible

_FOREIGN = re.compile(r"[^A-Za-z0-9+/=]")
_ESCAPED = re.compile(r"%(2B|2F|3D)", re.IGNORECASE)
_ESCAPES = {"2B": "+", "2F": "/", "3D": "="}
_PIECE = re.compile(r"[^=]+=*")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The octets of a word, None where it is no Base64; ``findings`` say what had to be mended.

    ``certain`` says that the mending leaves no doubt.
    """

    octets: bytes | None = field(repr=False)
    findings: tuple[Finding, ...] = ()
    certain: bool = True


def decode(word: str) -> Decoded:
    """Decode a word without white space as kindly as it can be done; never raises."""
    findings: list[Finding] = []
    word = _mended(word, findings)
    foreign = _FOREIGN.search(word)
    if foreign is not None:
        findings.append(
            wrong(
                f"This is no Base64: {visible(foreign.group())} is at place {foreign.start() + 1},"
                " and Base64 is made of letters, digits, + and /.",
                "Copy the string again, or encode what you have with smtp-tui auth.",
            )
        )
        return Decoded(None, tuple(findings))
    body = word.rstrip("=")
    if "=" in body:
        return _run_together(word, findings)
    if len(body) % 4 == 1:
        findings.append(
            wrong(
                f"{len(body)} characters cannot be Base64: one is missing or one is too many.",
                "Copy the string again from its first to its last character.",
            )
        )
        return Decoded(None, tuple(findings))
    findings += _padding(body, len(word) - len(body))
    octets = base64.b64decode(body + "=" * (-len(body) % 4))
    if base64.b64encode(octets).rstrip(b"=").decode("ascii") != body:
        findings.append(
            doubtful(
                "The last character holds bits that stand for nothing: it may have been altered.",
                "Copy the end of the string again; strict servers refuse it as it is.",
            )
        )
    return Decoded(octets, tuple(findings))


def _mended(word: str, findings: list[Finding]) -> str:
    if _ESCAPED.search(word):
        word = _ESCAPED.sub(lambda escape: _ESCAPES[escape[1].upper()], word)
        findings.append(
            wrong("The string is escaped as in a URL, with %3D or the like.", "Send it unescaped.")
        )
    if word.endswith("%"):
        word = word[:-1]
        findings.append(
            wrong(
                "The % at the end is the mark some shells print behind output without a line end.",
                "Leave it out.",
            )
        )
    if "-" in word or "_" in word:
        word = word.replace("-", "+").replace("_", "/")
        findings.append(
            wrong(
                "The string uses the URL-safe alphabet, with - and _ where SMTP wants + and /"
                " (RFC 4648 5).",
                "Encode with the standard alphabet.",
            )
        )
    return word


def _padding(body: str, signs: int) -> list[Finding]:
    wanted = -len(body) % 4
    if signs == wanted:
        return []
    if signs < wanted:
        sentence = f"The padding is missing: the string must end with {'=' * wanted}."
    else:
        sentence = "There are too many = at the end."
    return [wrong(sentence, "The length of a Base64 string is a multiple of four.")]


def _run_together(word: str, findings: list[Finding]) -> Decoded:
    findings.append(
        wrong(
            "An = stands inside the string: pieces were encoded one by one and put together.",
            "Encode the whole credential at once.",
        )
    )
    pieces = [piece.rstrip("=") for piece in _PIECE.findall(word)]
    try:
        octets = b"".join(base64.b64decode(piece + "=" * (-len(piece) % 4)) for piece in pieces)
    except binascii.Error:
        return Decoded(None, tuple(findings))
    return Decoded(octets, tuple(findings), certain=False)
