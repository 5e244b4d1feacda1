"""Pasted text: the strings in it, and what the pasting or the shell put around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from smtp_tui.sasl.clinic import spoken
from smtp_tui.sasl.clinic.base64_word import decode
from smtp_tui.sasl.diagnosis import Finding, note, wrong

KNOWN = frozenset(
    {
        "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "EXTERNAL", "ANONYMOUS",
        "XOAUTH2", "OAUTHBEARER",
        *(f"SCRAM-SHA-{size}{plus}" for size in ("1", "256", "512") for plus in ("", "-PLUS")),
    }
)  # fmt: skip
"""Mechanisms by whose names a line is understood."""

_AUTH = re.compile(r"AUTH(?:\s+|$)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")  # RFC 4422 3.1
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_AROUND = "\"'`\u2018\u2019\u201c\u201d"
_ESCAPED_END = re.compile(r"(?:\\[rn])+$")
_LISTED = re.compile(r"^AUTH=(?=\S)", re.IGNORECASE)
_OF_HTTP = re.compile(r"^(?:Authorization:\s*)?Bearer\s+(?=\S+$)", re.IGNORECASE)
_HIDDEN = re.compile(r"‹[^‹›]* hidden›|\{[A-Z0-9-]+(?:\.[a-z]+)?\}|\*{2,}|•{2,}")
"""What stands in the place of a secret: in our views and files, in our scripts, elsewhere."""
_USUAL_WIDTHS = (60, 64, 72, 76, 78, 79, 80)


@dataclass(frozen=True, slots=True)
class Pasted:
    """The mechanism named in front ("" if none), whether AUTH stood there, and the strings.

    ``text`` is what was pasted without its decoration; ``from_server`` says that all of it was
    marked as the server's, ``hidden`` that other words stand where the string was.
    """

    words: tuple[str, ...] = field(repr=False)
    text: str = field(repr=False)
    mechanism: str = ""
    with_verb: bool = False
    findings: tuple[Finding, ...] = ()
    from_server: bool = False
    hidden: bool = False


def read(text: str) -> Pasted:
    """The strings in a pasted text: bare, behind AUTH, out of a transcript, wrapped."""
    findings: list[Finding] = []
    if _UNSEEN.search(text.strip("\ufeff")):
        text = _UNSEEN.sub("", text)
        findings.append(
            wrong(
                "Characters without width stand in the string, which nobody can see.",
                "Copy it from its source again, or take the corrected string.",
            )
        )
    said = spoken.read(text.strip("\ufeff"))
    findings += said.findings
    clean = "\n".join(said.lines)
    stripped = clean.strip().strip(_AROUND).strip()
    if stripped != clean.strip():
        findings.append(note("The quotes around it are not part of the string."))
    stripped, around = _without_surroundings(stripped)
    findings += around
    pasted = _named([line.split() for line in stripped.splitlines()], stripped)
    lines = _lines_of_words(pasted, stripped)
    words, more = _arranged(pasted.mechanism, lines)
    return replace(
        pasted,
        words=words,
        findings=(*findings, *pasted.findings, *more),
        from_server=said.from_server,
        hidden=any(_HIDDEN.fullmatch(" ".join(line)) for line in lines),
    )


def _without_surroundings(text: str) -> tuple[str, list[Finding]]:
    """The text without what belongs to other protocols or to a program's source."""
    findings: list[Finding] = []
    bare = _ESCAPED_END.sub("", text)
    if bare != text:
        findings.append(
            wrong(
                "The characters of an escaped line end stand behind the string.",
                "Leave them out, or let the program that sends it turn them into CRLF.",
            )
        )
    text, listed = _LISTED.subn("AUTH ", bare)
    if listed:
        findings.append(
            wrong(
                "AUTH= is how some servers list their mechanisms, and no command.",
                "Write a space between AUTH and the mechanism.",
            )
        )
    text, of_http = _OF_HTTP.subn("", text)
    if of_http:
        findings.append(note("What stands in front of the token is how HTTP sends it."))
    return text, findings


def _named(lines: list[list[str]], text: str) -> Pasted:
    """The mechanism in front of the strings, if one is named; the strings are left out."""
    nothing = Pasted((), text)
    first = lines[0] if lines else []
    match first:
        case [verb, name, *rest] if _AUTH.fullmatch(verb):
            more = bool(rest) or len(lines) > 1
            if name.upper() in KNOWN or (more and _NAME.fullmatch(name)):
                return replace(nothing, mechanism=name.upper(), with_verb=True)
            missing = wrong(
                "The name of the mechanism is missing between AUTH and the string.",
                "Write AUTH, the mechanism and the string, as in AUTH PLAIN and so on.",
            )
            return replace(nothing, with_verb=True, findings=(missing,))
        case [name, *rest] if name.upper() in KNOWN and (rest or len(lines) > 1):
            return replace(nothing, mechanism=name.upper())
        case _:
            return nothing


def _lines_of_words(pasted: Pasted, text: str) -> list[list[str]]:
    lines = [line.split() for line in text.splitlines()]
    if lines:
        skipped = int(pasted.with_verb) + bool(pasted.mechanism)
        lines[0] = lines[0][skipped:]
    return [words for words in lines if words]


def _arranged(
    mechanism: str, lines: list[list[str]]
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The strings: two where both answers of LOGIN were pasted, else all words as one."""
    words = [word for line in lines for word in line]
    if len(words) < 2:
        return tuple(words), ()
    if len(words) == 2 and _are_two_answers(mechanism, words[0], words[1]):
        if len(lines) > 1:
            return tuple(words), ()
        return tuple(words), (
            wrong(
                "User name and password of LOGIN stand in one line.",
                "Send the user name, wait for the next 334, then send the password.",
            ),
        )
    return ("".join(words),), (_broken_up(lines, words),)


def _are_two_answers(mechanism: str, first: str, second: str) -> bool:
    if mechanism not in ("", "LOGIN"):
        return False
    if len(first) in _USUAL_WIDTHS and len(first) >= len(second) and not first.endswith("="):
        return False
    return mechanism == "LOGIN" or (_is_text(first) and _is_text(second))


def _is_text(word: str) -> bool:
    octets = decode(word).octets
    try:
        return octets is not None and octets.decode("utf-8").rstrip("\r\n").isprintable()
    except UnicodeDecodeError:
        return False


def _broken_up(lines: list[list[str]], words: list[str]) -> Finding:
    if len(lines) == 1:
        return wrong(
            "White space stands inside the string.", "Send it as one word: see the corrected one."
        )
    widths = {len(word) for word in words[:-1]}
    columns = f" at {widths.pop()} columns" if len(widths) == 1 else ""
    return wrong(
        f"The string is wrapped{columns}, and a server takes the second line for a new command.",
        "Send it as one line; the tool base64 does not wrap with -w0.",
    )
