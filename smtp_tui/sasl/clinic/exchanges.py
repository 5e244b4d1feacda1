"""The other mechanisms taken apart: CRAM-MD5, DIGEST-MD5, SCRAM, NTLM, the prompts of LOGIN."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from smtp_tui.sasl import ntlm as windows
from smtp_tui.sasl.diagnosis import Finding, Part, Reading, doubtful, note, wrong

_CRAM = re.compile(
    rb"(?P<user>.*?)[ ]?(?:(?:MD5|HMAC-MD5)?\([^()]*\)= )?(?P<digest>[0-9a-f]{32})(?P<rest>  ?-)?",
    re.IGNORECASE | re.DOTALL,
)
_CRAM_CHALLENGE = re.compile(rb"<[^<>\s]+@[^<>\s]*>")
_GS2 = re.compile(rb"(?P<header>(?:[ny]|p=[A-Za-z0-9.-]+),(?:a=[^,]*)?,)(?=[a-z]=)")
_ATTRIBUTE = re.compile(rb"(?P<name>[A-Za-z])=(?P<value>[^,]*)(?:,|$)")
_DIRECTIVE = re.compile(
    rb'\s*(?P<name>[a-z-]{1,20})=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^,"]*))\s*(?:,|$)'
)
_PROMPT = re.compile(rb"(?:user ?name|pass ?word|login)\s*:?[ \0]*", re.IGNORECASE)
_MOST = 24
_FEWEST_ITERATIONS = 4096
_NTLM_TYPES = {1: "negotiation", 2: "challenge", 3: "answer"}
_SCRAM_SIZES = {20: "SCRAM-SHA-1", 32: "SCRAM-SHA-256", 64: "SCRAM-SHA-512"}
_SCRAM_KINDS: Mapping[bytes, str] = {
    b"n": "user name", b"r": "nonce", b"c": "channel binding", b"p": "proof", b"s": "salt",
    b"i": "iterations", b"v": "server signature", b"e": "error", b"m": "extension",
}  # fmt: skip
_MALFORMED_NAME = re.compile(rb"=(?!2C|3D)")


def cram_md5(octets: bytes) -> Reading | None:
    """``user SP 32 hexadecimal digits``, or the challenge between angle brackets (RFC 2195)."""
    if _CRAM_CHALLENGE.fullmatch(octets):
        return Reading("CRAM-MD5", (Part("challenge", octets),), from_server=True)
    match = _CRAM.fullmatch(octets[-4096:]) if len(octets) <= 4096 else None
    if match is None or b"\0" in match["user"]:
        return None
    user, digest = match["user"], match["digest"]
    healed = user + b" " + digest.lower()
    findings: list[Finding] = []
    if not user:
        findings.append(
            wrong(
                "The user name and a space are missing in front of the digest.",
                "The answer is: user name, space, 32 hexadecimal digits.",
            )
        )
    elif healed != octets and healed.lower() == octets.lower():
        findings.append(
            wrong("The digest is in capital letters.", "Its digits are lower-case (RFC 2195 2).")
        )
    elif healed != octets:
        findings.append(
            wrong(
                "Between or behind user name and digest stands what the tool printed along with"
                " it.",
                "The answer is: user name, one space, 32 hexadecimal digits.",
            )
        )
    parts = (Part("user name", user), Part("digest", digest, secret=True))
    return Reading("CRAM-MD5", parts, tuple(findings), (healed,) if user else None)


def ntlm(octets: bytes) -> Reading | None:
    """The three messages of NTLM; of the challenge what the server tells of itself."""
    if not octets.startswith(b"NTLMSSP\0"):
        return None
    number = int.from_bytes(octets[8:12], "little")
    told = windows.challenge(octets)
    if told is not None:
        parts = tuple(Part(name, value.encode("utf-8", "replace")) for name, value in told.facts)
        nonce = Part("nonce", told.nonce.hex().encode("ascii"))
        return Reading("NTLM", (*parts, nonce), (), (octets,), from_server=True)
    kind = _NTLM_TYPES.get(number, "message of an unknown kind")
    return Reading(
        "NTLM", (Part(kind, octets, secret=number == 3),), (), (octets,), from_server=number == 2
    )


def prompt(octets: bytes) -> Reading | None:
    """What a server asks in LOGIN."""
    if _PROMPT.fullmatch(octets) is None or not octets.rstrip(b" \0").endswith(b":"):
        return None
    asked = "password" if octets[:1] in b"pP" else "user name"
    return Reading(
        "LOGIN",
        (Part("prompt", octets),),
        (note(f"The server asks for the {asked}."),),
        from_server=True,
    )


def digest_md5(octets: bytes) -> Reading | None:
    """Directives of DIGEST-MD5, an answer or a challenge (RFC 2831, historic since RFC 6331)."""
    directives = _directives(octets)
    if directives is None or b"nonce" not in directives:
        return None
    answer = b"response" in directives
    known = (b"username", b"realm", b"nonce", b"cnonce", b"nc", b"qop", b"digest-uri", b"response",
             b"charset", b"algorithm", b"authzid", b"cipher", b"maxbuf", b"stale")  # fmt: skip
    parts = tuple(
        Part(name.decode("ascii"), directives[name], secret=name == b"response")
        for name in known
        if name in directives
    )
    findings = [note("DIGEST-MD5 is historic (RFC 6331): prefer SCRAM or PLAIN under TLS.")]
    missing = [
        name.decode("ascii")
        for name in (b"username", b"cnonce", b"digest-uri")
        if answer and name not in directives
    ]
    if missing:
        findings.append(
            wrong(f"The directive {missing[0]} is missing.", "Compute the answer anew.")
        )
    healed = None if missing or not answer else (octets,)
    return Reading("DIGEST-MD5", parts, tuple(findings), healed, from_server=not answer)


def _directives(octets: bytes) -> dict[bytes, bytes] | None:
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(octets):
        match = _DIRECTIVE.match(octets, position)
        if match is None or match.end() == position or len(found) > _MOST:
            return None
        value = match["quoted"] if match["quoted"] is not None else match["bare"]
        found[match["name"]] = value
        position = match.end()
    return found


def scram(octets: bytes) -> Reading | None:
    """The four messages of SCRAM (RFC 5802 5.1)."""
    header = _GS2.match(octets)
    attributes = _attributes(octets, header.end() if header is not None else 0)
    if attributes is None:
        return None
    names = [name for name, _ in attributes if name in _SCRAM_KINDS]
    parts = [Part("GS2 header", header["header"])] if header is not None else []
    parts += [
        Part(_SCRAM_KINDS.get(name, "extension"), _shown(name, value), secret=name == b"p")
        for name, value in attributes
    ]
    values = dict(attributes)
    if header is not None and names[:2] == [b"n", b"r"]:
        return Reading("SCRAM", tuple(parts), _on_first(values), (octets,))
    if header is None and names[:2] == [b"n", b"r"]:
        missing = wrong(
            "The GS2 header is missing in front: the first message begins with n,, or the like.",
            "Without channel binding that is n,, and then n= and r=.",
        )
        more = _on_first(values)
        healed = None if more else (b"n,," + octets,)
        return Reading("SCRAM", tuple(parts), (missing, *more), healed)
    if header is not None:
        return None
    if names[:2] == [b"c", b"r"]:
        return _final(octets, parts, values)
    if names[:3] == [b"r", b"s", b"i"]:
        return Reading("SCRAM", tuple(parts), _on_challenge(values[b"i"]), from_server=True)
    if names[:1] in ([b"v"], [b"e"]):
        return Reading("SCRAM", tuple(parts), _on_end(values), from_server=True)
    return None


def _attributes(octets: bytes, position: int) -> list[tuple[bytes, bytes]] | None:
    found: list[tuple[bytes, bytes]] = []
    while position < len(octets):
        match = _ATTRIBUTE.match(octets, position)
        if match is None or len(found) > _MOST:
            return None
        found.append((match["name"], match["value"]))
        position = match.end()
    return found or None


def _shown(name: bytes, value: bytes) -> bytes:
    return value.replace(b"=2C", b",").replace(b"=3D", b"=") if name == b"n" else value


def _on_first(values: Mapping[bytes, bytes]) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    if not values[b"n"]:
        findings.append(wrong("The user name is empty.", "It stands behind n=."))
    elif _MALFORMED_NAME.search(values[b"n"]):
        findings.append(
            wrong(
                "The user name holds an = that is not written as =3D.",
                "In SCRAM a comma is =2C and an equals sign =3D (RFC 5802 5.1).",
            )
        )
    if not values[b"r"]:
        findings.append(wrong("The nonce is empty.", "It must be new and random each time."))
    return tuple(findings)


def _on_challenge(iterations: bytes) -> tuple[Finding, ...]:
    if not iterations.isdigit() or len(iterations) > 9:
        return (wrong("The number of iterations makes no sense.", "Do not answer this server."),)
    if int(iterations) < _FEWEST_ITERATIONS:
        return (
            doubtful(
                f"The server asks for fewer than {_FEWEST_ITERATIONS:,} iterations, which makes the"
                " password easier to guess from the answer (RFC 7677 4).",
                "Answer only a server you trust.",
            ),
        )
    return ()


def _on_end(values: Mapping[bytes, bytes]) -> tuple[Finding, ...]:
    if b"e" in values:
        return (wrong("The server refuses.", "Its reply tells more; check user and password."),)
    return (note("The server shows that it knows the password; compare its signature."),)


def _final(octets: bytes, parts: list[Part], values: Mapping[bytes, bytes]) -> Reading:
    if not values.get(b"p"):
        missing = wrong("The proof is missing behind p=.", "Compute the answer anew.")
        return Reading("SCRAM", tuple(parts), (missing,))
    try:
        size = len(base64.b64decode(values[b"p"], validate=True))
    except binascii.Error:
        size = 0
    mechanism = _SCRAM_SIZES.get(size)
    if mechanism is None:
        odd = wrong("The proof has the length of no known hash.", "Compute the answer anew.")
        return Reading("SCRAM", tuple(parts), (odd,))
    if values[b"c"] not in (b"biws", b"eSws"):
        return Reading(mechanism, tuple(parts), (), (octets,))
    binding = Part("channel binding", base64.b64decode(values[b"c"]))
    shown = tuple(binding if part.kind == binding.kind else part for part in parts)
    return Reading(mechanism, shown, (), (octets,))
