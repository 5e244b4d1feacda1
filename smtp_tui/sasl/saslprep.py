"""SASLprep: the one form of a user name or password that both sides compute with (RFC 4013)."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0

from smtp_tui.sasl.credentials import CredentialsError

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(what: str, text: str) -> str:
    """The prepared text, as a query: characters newer than Unicode 3.2 stay (RFC 3454 7).

    Raises ``CredentialsError`` naming ``what`` for what may not stand in it.
    """
    mapped = "".join(
        " " if stringprep.in_table_c12(each) else each
        for each in text
        if not stringprep.in_table_b1(each)
    )
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    if any(forbidden(each) for each in prepared for forbidden in _PROHIBITED):
        raise CredentialsError(
            f"The {what} holds a control character or another one that this mechanism forbids"
            " (RFC 4013 2.3)."
        )
    if any(map(stringprep.in_table_d1, prepared)):
        one_way = not any(map(stringprep.in_table_d2, prepared))
        ends = all(map(stringprep.in_table_d1, (prepared[0], prepared[-1])))
        if not (one_way and ends):
            raise CredentialsError(
                f"The {what} mixes writing from right to left with writing from left to right,"
                " which this mechanism forbids (RFC 4013 2.4)."
            )
    return prepared
