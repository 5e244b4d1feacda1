"""PLAIN taken apart: authorization identity, NUL, user, NUL, password, and how that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from smtp_tui.sasl.diagnosis import Finding, Part, Reading, doubtful, wrong
from smtp_tui.sasl.typed import Field, mended, remarks

_NUL = b"\0"

# A NUL as people write it, the longest first, since each may be the beginning of another.
_WRITTEN = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rb"\\{1,2}u0000", rb"\\{1,2}x00", rb"\\{1,2}000", rb"\\{1,2}0", rb"%00",
        rb"\^@", rb"<NUL>", rb"\\N\{NUL\}",
    )
)  # fmt: skip
_CONTROL = re.compile(rb"[\x01-\x1f]")
_OCTAL_DIGITS = b"01234567"
_ADDRESS_THEN_MORE = re.compile(rb"([^\s@:,;|]+@[^\s@:,;|]+)([ :,;|])(.+)", re.DOTALL)
_SEPARATOR = re.compile(rb"[ :,;|]")
_SEPARATORS = {
    b" ": "a space", b":": "a colon", b",": "a comma", b";": "a semicolon", b"|": "a bar"
}  # fmt: skip

_MOST_PARTS = 8

_FORM = "PLAIN is: nothing, NUL, user name, NUL, password."
_MAKE = "Make it with smtp-tui auth PLAIN, or with printf and its password given as %s."


def is_right(octets: bytes) -> bool:
    """Whether the octets have the form of PLAIN (RFC 4616)."""
    fields = octets.split(_NUL)
    return len(fields) == 3 and bool(fields[1]) and bool(fields[2])


def read(octets: bytes, *, named: bool, others: bool = False) -> Reading | None:
    """Read octets as PLAIN; None where nothing speaks for it.

    ``named`` says that they were sent as PLAIN, ``others`` that they were sent as something else.
    """
    if is_right(octets):
        return _right(octets.split(_NUL))
    for notation in _WRITTEN:
        if (reading := _written_out(octets, notation, others)) is not None:
            return reading
    if (reading := _octal_escapes(octets)) is not None:
        return reading
    fields = octets.split(_NUL)
    match len(fields):
        case 1:
            return None if others else _no_nul(octets, named)
        case 2:
            return _one_nul(*fields)
        case 3:
            return _empty_field(*fields)
        case _:
            return _too_many(fields)


def _right(fields: Sequence[bytes]) -> Reading:
    """Three fields in their order: doubtful are at most the texts themselves."""
    authorization, user, password = fields
    parts = (
        Part("authorization identity", authorization),
        Part("user name", user),
        Part("password", password, secret=True),
    )
    findings: list[Finding] = []
    if authorization == user:
        findings.append(
            doubtful(
                "The user name stands twice, also as authorization identity.",
                "That is allowed, but some servers refuse it: leave out what stands before the"
                " first NUL.",
            )
        )
        authorization = b""
    findings += [
        doubtful(remark.sentence, "If that is not meant, encode it again without.")
        for remark in remarks(_text(user), _text(password))
    ]
    healed_user = _octets(mended(Field.USER, _text(user)))
    healed_password = _octets(mended(Field.PASSWORD, _text(password)))
    return Reading(
        "PLAIN",
        parts,
        tuple(findings),
        (_NUL.join((authorization, healed_user, healed_password)),),
        certain=(healed_user, healed_password) == (user, password),
    )


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _meant(fields: Sequence[bytes], finding: Finding, *, certain: bool = False) -> Reading:
    """What was meant once the finding is mended."""
    reading = _right(fields)
    return replace(
        reading,
        findings=(finding, *reading.findings),
        certain=certain and reading.certain,
    )


def _unknown(fields: Sequence[bytes], finding: Finding) -> Reading:
    """Nobody can say what was meant: every part may be the password."""
    if len(fields) > _MOST_PARTS:
        fields = (_NUL.join(fields),)
    parts = tuple(Part(f"part {n}", part, secret=True) for n, part in enumerate(fields, 1))
    return Reading("PLAIN", parts, (finding,))


def _written_out(octets: bytes, notation: re.Pattern[bytes], others: bool) -> Reading | None:
    """NULs that were left as the characters of their escape."""
    count = len(notation.findall(octets))
    if not count or count + octets.count(0) > 3 or (others and count < 2):
        return None
    replaced = notation.sub(_NUL, octets)
    fields = replaced.split(_NUL)
    sample = notation.search(octets)
    sign = sample[0].decode("ascii") if sample is not None else ""
    finding = wrong(
        f"The characters {sign} stand in it where a NUL should be: nothing turned the escape into"
        " one octet.",
        _MAKE,
    )
    if is_right(replaced):
        return _meant(fields, finding, certain=_only_reading(octets, notation))
    if len(fields) == 2 and not all(fields):
        return None
    inner = read(replaced, named=True)
    if inner is None or inner.healed is None:
        return None
    return replace(inner, findings=(finding, *inner.findings), certain=False)


def _only_reading(octets: bytes, notation: re.Pattern[bytes]) -> bool:
    """Whether no other way of writing a NUL makes three fields of it too."""
    return not any(
        other is not notation and is_right(other.sub(_NUL, octets)) for other in _WRITTEN
    )


def _octal_escapes(octets: bytes) -> Reading | None:
    r"""NULs that took digits with them: ``\0`` and ``12`` are ``\012``, one octet."""
    controls = list(_CONTROL.finditer(octets))
    if not controls or len(controls) + octets.count(0) != 2:
        return None
    taken: list[bytes] = []

    def restored(match: re.Match[bytes]) -> bytes:
        digits = b"%o" % match[0][0]
        if len(digits) == 1 and octets[match.end() : match.end() + 1] in tuple(
            bytes([digit]) for digit in _OCTAL_DIGITS
        ):
            digits = b"0" + digits
        taken.append(digits)
        return _NUL + digits

    fields = _CONTROL.sub(restored, octets).split(_NUL)
    if not (fields[1] and fields[2]):
        return None
    where = "user name" if controls[0].start() == 0 else "password"
    finding = wrong(
        f"The escape \\0 took the first digits of the {where} with it: {len(taken[0])} octal digits"
        " behind it became one control character, and the NUL is gone.",
        "Write \\000 with all three digits, or give the password as %s; which digits are missing"
        " can be told.",
    )
    reading = _meant(fields, finding)
    lost = tuple(Part("digits the escape took", digits, secret=True) for digits in taken)
    return replace(reading, parts=(*reading.parts, *lost))


def _no_nul(octets: bytes, named: bool) -> Reading | None:
    split = _separated(octets) if named else _address_first(octets)
    if split is not None:
        user, separator, password = split
        finding = wrong(
            f"There is no NUL in it: {_SEPARATORS[separator]} stands between user name and"
            " password.",
            f"{_FORM} {_MAKE}",
        )
        return _meant((b"", user, password), finding)
    if not named:
        return None
    return _unknown(
        (octets,),
        wrong(
            "There is no NUL in it, and PLAIN needs two: this may be one of the two answers of"
            " LOGIN, or a shell dropped the NULs, as it does in variables and in $'…'.",
            f"{_FORM} {_MAKE}",
        ),
    )


def _one_nul(before: bytes, after: bytes) -> Reading:
    if before and after:
        finding = wrong(
            "The first NUL is missing: the user name stands where the authorization identity"
            " belongs.",
            f"{_FORM} {_MAKE}",
        )
        return _meant((b"", before, after), finding, certain=True)
    split = _separated(after) if after else None
    if split is not None:
        user, separator, password = split
        finding = wrong(
            f"The second NUL is missing: {_SEPARATORS[separator]} stands between user name and"
            " password where it should be.",
            f"{_FORM} {_MAKE}",
        )
        return _meant((b"", user, password), finding)
    where = "second" if after else "first"
    return _unknown(
        (before, after),
        wrong(
            f"The {where} NUL is missing: PLAIN has three parts, and these are two. If it was made"
            " with printf or echo -e, and the password begins with digits, the escape \\0 took"
            " them.",
            f"{_FORM} {_MAKE}",
        ),
    )


def _separated(octets: bytes) -> tuple[bytes, bytes, bytes] | None:
    """User name, separator and password, where there is one sensible place to part them."""
    if (split := _address_first(octets)) is not None:
        return split
    inner = octets.strip(b" ")
    if len(found := _SEPARATOR.findall(inner)) != 1:
        return None
    user, separator, password = inner.partition(found[0])
    return (user, separator, password) if user and password else None


def _address_first(octets: bytes) -> tuple[bytes, bytes, bytes] | None:
    match = _ADDRESS_THEN_MORE.fullmatch(octets.lstrip(b" "))
    return (match[1], match[2], match[3]) if match is not None else None


def _empty_field(authorization: bytes, user: bytes, password: bytes) -> Reading:
    """Three fields of which user or password is empty."""
    fields = (authorization, user, password)
    match (bool(authorization), bool(user), bool(password)):
        case (True, False, True):
            finding = wrong(
                "The user name is missing between the two NULs: it stands only before the first.",
                f"{_FORM} {_MAKE}",
            )
            return _meant((b"", authorization, password), finding)
        case (True, True, False):
            finding = wrong(
                "The password is missing behind the second NUL: everything stands one place too"
                " far in front.",
                f"{_FORM} {_MAKE}",
            )
            return _meant((b"", authorization, user), finding)
        case (_, True, False):
            return _unknown(fields, wrong("The password is missing.", f"{_FORM} {_MAKE}"))
        case (_, False, True):
            return _unknown(fields, wrong("The user name is missing.", f"{_FORM} {_MAKE}"))
        case _:
            return _unknown(
                fields, wrong("User name and password are missing.", f"{_FORM} {_MAKE}")
            )


def _too_many(fields: list[bytes]) -> Reading:
    count = len(fields) - 1
    if not fields[-1] and is_right(_NUL.join(fields[:-1])):
        finding = wrong("A NUL stands behind the password.", f"{_FORM} {_MAKE}")
        return _meant(fields[:-1], finding, certain=True)
    finding = wrong(f"There are {count} NULs in it, and PLAIN takes two.", f"{_FORM} {_MAKE}")
    match list(_without_repeats(fields)):
        case [user, password]:
            kept = [each for each in fields if each]
            if len(kept) > 2:
                finding = wrong(
                    f"The user name stands {len(kept) - 1} times, and there are {count} NULs where"
                    " PLAIN takes two.",
                    f"{_FORM} {_MAKE}",
                )
            return _meant((b"", user, password), finding)
        case [authorization, user, password]:
            return _meant((authorization, user, password), finding)
        case _:
            return _unknown(fields, finding)


def _without_repeats(fields: Sequence[bytes]) -> Iterator[bytes]:
    """The fields that hold something; of equal ones in front of the last only the first."""
    kept = [each for each in fields if each]
    previous: bytes | None = None
    for position, each in enumerate(kept):
        if each != previous or position == len(kept) - 1:
            yield each
        previous = each
