"""The doctor: takes any pasted credential, says what it is, what went wrong, and what is right."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from smtp_tui.sasl.clinic import base64_word, exchanges, jwt, layers, login, oauth, pasted, plain
from smtp_tui.sasl.clinic.pasted import Pasted
from smtp_tui.sasl.diagnosis import (
    Diagnosis,
    Finding,
    Part,
    Reading,
    Severity,
    doubtful,
    note,
    wrong,
)

LONGEST = 262_144
"""Characters that are looked at; no server takes a credential of a twentieth of that."""

_LONGEST_LINE = 12_288
"""Octets of one Base64 string that a server must take (RFC 4954 4)."""

_FREE_FORM = {"EXTERNAL": "authorization identity", "ANONYMOUS": "trace"}
_UNJUDGED = frozenset({"GSSAPI"})


@dataclass(frozen=True, slots=True)
class _Word:
    """One string, decoded and without what lay around the credential; None if no Base64."""

    text: str = field(repr=False)
    octets: bytes | None = field(repr=False)
    findings: tuple[Finding, ...]
    certain: bool = True


def diagnose(text: str, now: float | None = None) -> Diagnosis:
    """Take a pasted credential apart; never raises.

    ``text`` is Base64 of any kind, bare or in its AUTH line, wrapped or with white space around.
    ``now``, in seconds since 1970, is what the expiry of a token is judged against.
    """
    if len(text) > LONGEST:
        return _nothing(
            f"The text has {len(text):,} characters, and no credential has more than {LONGEST:,}.",
            "Give only the string itself.",
        )
    paste = pasted.read(text)
    if paste.hidden:
        return Diagnosis(paste.mechanism, (), (_HIDDEN,))
    match paste.words:
        case ():
            return _empty(paste)
        case ("=" | "*" as sign,):
            return _sign(paste, sign)
        case (first, second):
            return _two_answers(paste, _opened(first), _opened(second))
        case words:
            return _one(paste, _opened(words[0]), now)


# One string


def _one(paste: Pasted, word: _Word, now: float | None) -> Diagnosis:
    findings = [*paste.findings, *_too_long(word)]
    if word.octets is None:
        return _unencoded(paste, word, now)
    findings += word.findings
    reading = _read(word.octets, paste.mechanism, now)
    if reading is None:
        return _unrecognised(paste, word, tuple(findings))
    reading = replace(reading, certain=reading.certain and word.certain)
    findings += reading.findings
    if (misnamed := _misnamed(paste.mechanism, reading)) is not None:
        findings.append(misnamed)
    return _diagnosis(paste, reading, findings)


def _read(octets: bytes, named: str, now: float | None) -> Reading | None:
    """The octets as the mechanism they have the form of."""
    if named in _FREE_FORM and not plain.is_right(octets):
        return Reading(named, (Part(_FREE_FORM[named], octets),), (), (octets,))
    if (reading := _of_clear_form(octets, now)) is not None:
        return reading
    others = named not in ("", "PLAIN")
    if (reading := plain.read(octets, named=named == "PLAIN", others=others)) is not None:
        return reading
    if jwt.is_token(octets):
        return _bare_token(octets, now)
    return login.read(octets, named=bool(named)) if named in ("", "LOGIN") else None


def _of_clear_form(octets: bytes, now: float | None) -> Reading | None:
    if plain.is_right(octets):
        return plain.read(octets, named=True)
    if (reading := oauth.read(octets, now)) is not None:
        return reading
    for mechanism in (
        exchanges.ntlm,
        oauth.read_error,
        exchanges.scram,
        exchanges.digest_md5,
        exchanges.cram_md5,
        exchanges.prompt,
    ):
        if (reading := mechanism(octets)) is not None:
            return reading
    return None


def _bare_token(octets: bytes, now: float | None) -> Reading:
    parts, findings = jwt.read(octets, now)
    return Reading("XOAUTH2", parts, (_BARE, *findings))


_BARE = wrong(
    "This is the access token alone.",
    "XOAUTH2 puts user= in front and Control-A between: smtp-tui auth XOAUTH2 makes it.",
)


# Two strings: both answers of LOGIN


def _two_answers(paste: Pasted, first: _Word, second: _Word) -> Diagnosis:
    findings = (*paste.findings, *first.findings, *second.findings)
    if first.octets is None or second.octets is None:
        parts = (_raw_part(first), _raw_part(second))
        return Diagnosis(paste.mechanism or "LOGIN", parts, findings)
    reading = login.read_both(first.octets, second.octets)
    reading = replace(reading, certain=reading.certain and first.certain and second.certain)
    return _diagnosis(paste, reading, [*findings, *reading.findings])


def _raw_part(word: _Word) -> Part:
    octets = word.octets
    if octets is None:
        octets = word.text.encode("utf-8", "surrogatepass")
    return Part("answer", octets, secret=True)


# What is nothing of the kind

_HIDDEN = wrong(
    "The string itself is not in it: other words stand in its place, because it is secret.",
    "Give the string as it was sent: a saved session, a log file and the log never hold it.",
)


def _empty(paste: Pasted) -> Diagnosis:
    if not paste.with_verb:
        return _nothing("There is no string in it.", "Paste a Base64 string or an AUTH line.")
    if paste.mechanism:
        nothing_sent = note(
            "No string follows: the server sends a challenge first, and the string goes behind it."
        )
        return Diagnosis(paste.mechanism, (), (*paste.findings, nothing_sent))
    return Diagnosis("", (), paste.findings)


def _sign(paste: Pasted, sign: str) -> Diagnosis:
    if sign == "*":
        told = note("A single * cancels the exchange (RFC 4954 4).")
    elif paste.with_verb:
        told = note("A single = is an empty initial response (RFC 4954 4).")
    else:
        told = wrong(
            "A single = is an empty initial response, but only behind AUTH.",
            "As an answer to a challenge send an empty line.",
        )
    return Diagnosis(paste.mechanism, (), (*paste.findings, told))


def _unencoded(paste: Pasted, word: _Word, now: float | None) -> Diagnosis:
    """What is no Base64 may be the credential itself, not encoded yet."""
    whole = paste.text
    for _ in range(int(paste.with_verb) + bool(paste.mechanism)):
        whole = whole.split(None, 1)[1]
    octets = whole.encode("utf-8", "surrogatepass")
    reading = _of_clear_form(octets, now) or plain.read(
        octets, named=paste.mechanism == "PLAIN", others=paste.mechanism not in ("", "PLAIN")
    )
    if reading is None and jwt.is_token(octets):
        bare = _bare_token(octets, now)
        return Diagnosis(bare.mechanism, bare.parts, (*paste.findings, *bare.findings))
    if reading is None or reading.healed is None:
        part = Part("text", octets, secret=True)
        findings = (*paste.findings, *word.findings)
        return Diagnosis(paste.mechanism, (part,), findings)
    plainly = wrong("It is not in Base64 yet.", "Encode it, or take the corrected string.")
    return _diagnosis(paste, reading, [plainly, *reading.findings])


def _unrecognised(paste: Pasted, word: _Word, findings: tuple[Finding, ...]) -> Diagnosis:
    octets = word.octets or b""
    part = Part("octets", octets, secret=True)
    if paste.mechanism in _UNJUDGED or (paste.mechanism and paste.mechanism not in pasted.KNOWN):
        told = note("This mechanism is not known here: its form is not judged.")
        return Diagnosis(paste.mechanism, (part,), (*findings, told))
    if paste.mechanism:
        told = wrong(
            f"It does not have the form of {paste.mechanism}.",
            f"Make it with smtp-tui auth {paste.mechanism}.",
        )
    else:
        told = wrong(
            f"It decodes to {len(octets):,} octets that have the form of no known mechanism.",
            "Perhaps it is no Base64 at all but the password or token itself.",
        )
        findings = ()  # what is odd about Base64 says nothing if it is none
    return Diagnosis(paste.mechanism, (part,), (*findings, told))


def _nothing(sentence: str, remedy: str) -> Diagnosis:
    return Diagnosis("", (), (wrong(sentence, remedy),))


# From text to octets


def _opened(word: str) -> _Word:
    decoded = base64_word.decode(word)
    if decoded.octets is None:
        return _Word(word, None, decoded.findings)
    peeled = layers.peel(decoded.octets, _is_credential)
    findings = (*decoded.findings, *peeled.findings)
    return _Word(word, peeled.octets, findings, decoded.certain and peeled.certain)


def _is_credential(octets: bytes) -> bool:
    return _of_clear_form(octets, None) is not None


def _too_long(word: _Word) -> tuple[Finding, ...]:
    if len(word.text) <= _LONGEST_LINE:
        return ()
    return (
        doubtful(
            f"The string has {len(word.text):,} characters; a server need not take more than"
            f" {_LONGEST_LINE:,} (RFC 4954 4).",
            "Ask for a shorter token.",
        ),
    )


# The verdict


def _misnamed(named: str, reading: Reading) -> Finding | None:
    """What to say if the string is of another mechanism than the one in front of it."""
    family = named.removesuffix("-PLUS")
    if not named or family == reading.mechanism:
        return None
    if reading.mechanism == "SCRAM" and named.startswith("SCRAM-"):
        return None
    if reading.from_server and {named, reading.mechanism} <= {"XOAUTH2", "OAUTHBEARER"}:
        return None
    return wrong(
        f"The string is of {reading.mechanism}, but {named} stands in front of it.",
        f"Use AUTH {reading.mechanism} with it, or make one for {named} with smtp-tui auth.",
    )


def _diagnosis(paste: Pasted, reading: Reading, findings: Sequence[Finding]) -> Diagnosis:
    corrected = None
    if reading.healed is not None and not reading.from_server:
        words = tuple(base64.b64encode(each).decode("ascii") or "=" for each in reading.healed)
        corrected = _framed(paste, reading.mechanism, words)
    if corrected is not None and corrected.split() == _words(paste) and _well_laid_out(paste):
        corrected = None
    return Diagnosis(
        paste.mechanism if reading.mechanism == "SCRAM" and paste.mechanism else reading.mechanism,
        reading.parts,
        tuple(findings),
        corrected,
        reading.certain,
        reading.from_server or paste.from_server,
    )


def _framed(paste: Pasted, mechanism: str, words: tuple[str, ...]) -> str | None:
    """The strings with AUTH in front if they were pasted so; None for one whose name is open."""
    if not paste.with_verb:
        return "\n".join(words)
    if mechanism == "SCRAM" or paste.mechanism.removesuffix("-PLUS") == mechanism:
        mechanism = paste.mechanism
    if not mechanism:
        return None
    first, *rest = words
    return "\n".join((f"AUTH {mechanism} {first}", *rest))


def _words(paste: Pasted) -> list[str]:
    """What was pasted, word by word, to tell whether what is offered differs."""
    words = paste.text.split()
    if paste.with_verb:
        return ["AUTH", *(word.upper() for word in words[1:2]), *words[2:]]
    return words[bool(paste.mechanism) :]


def _well_laid_out(paste: Pasted) -> bool:
    return all(finding.severity is not Severity.WRONG for finding in paste.findings)
