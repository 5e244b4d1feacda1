"""LOGIN taken apart: the user name and the password, each a text of its own."""

from __future__ import annotations

from smtp_tui.sasl.diagnosis import Finding, Part, Reading, doubtful
from smtp_tui.sasl.typed import Field, mended, remarks


def read(octets: bytes, *, named: bool) -> Reading | None:
    """One answer, None if it is no text.

    The one behind ``AUTH LOGIN`` (``named``) is the user name; of another nobody can say whether
    it is the password, so that it counts as secret.
    """
    if not _is_text(octets):
        return None
    field = Field.USER if named else Field.PASSWORD
    part = Part("user name" if named else "user name or password", octets, secret=not named)
    healed = _mended(field, octets)
    return Reading("LOGIN", (part,), _doubts(field, octets), (healed,), certain=healed == octets)


def read_both(user: bytes, password: bytes) -> Reading:
    """Both answers in their order."""
    healed = (_mended(Field.USER, user), _mended(Field.PASSWORD, password))
    return Reading(
        "LOGIN",
        (Part("user name", user), Part("password", password, secret=True)),
        (*_doubts(Field.USER, user), *_doubts(Field.PASSWORD, password)),
        healed,
        certain=healed == (user, password),
    )


def _mended(field: Field, octets: bytes) -> bytes:
    text = octets.decode("utf-8", "surrogateescape")
    return mended(field, text).encode("utf-8", "surrogateescape")


def _doubts(field: Field, octets: bytes) -> tuple[Finding, ...]:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return (
            doubtful(
                f"The {field.value} is not UTF-8, perhaps Latin-1.",
                "Encode UTF-8, which servers expect today.",
            ),
        )
    user, password = (text, "") if field is Field.USER else ("", text)
    return tuple(
        doubtful(remark.sentence, "If that is not meant, encode it again without.")
        for remark in remarks(user, password)
    )


def _is_text(octets: bytes) -> bool:
    """Whether octets are characters somebody could have typed; Latin-1 if most are ASCII."""
    if not octets:
        return False
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        letters = sum(octet < 0x80 for octet in octets)
        return letters * 3 >= len(octets) * 2 and all(
            0x20 <= octet < 0x7F or octet >= 0xA0 for octet in octets
        )
    return not any(ord(character) < 0x20 and character not in "\t\r\n" for character in text)
