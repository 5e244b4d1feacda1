"""Access tokens: what a JWT-shaped one says of its issuer and expiry (RFC 7519)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any

from smtp_tui.sasl.diagnosis import Finding, Part, note, wrong

_SHAPE = re.compile(rb"(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
_LONGEST_CLAIMS = 65_536
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""


def is_token(octets: bytes) -> bool:
    """Whether these octets, before any Base64, are an access token by their looks."""
    return _SHAPE.fullmatch(octets) is not None or octets.startswith(b"ya29.")


def read(token: bytes, now: float | None) -> tuple[tuple[Part, ...], tuple[Finding, ...]]:
    """The parts of an access token and whether it has expired at ``now`` (seconds since 1970).

    Without ``now`` the expiry is told but not judged. An opaque token is one secret part.
    """
    whole = Part("access token", token, secret=True)
    claims = _claims(token)
    if claims is None:
        return (whole,), ()
    parts = [whole]
    for claim, kind in (("iss", "issuer"), ("aud", "audience")):
        value = claims.get(claim)
        if isinstance(value, str):
            parts.append(Part(kind, value.encode("utf-8", "surrogatepass")))
    expiry = _seconds(claims.get("exp"))
    if expiry is None:
        return tuple(parts), ()
    when = datetime.fromtimestamp(expiry, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    parts.append(Part("expires", when.encode("ascii")))
    if now is None:
        return tuple(parts), ()
    return tuple(parts), (_judged(expiry - now),)


def _judged(left: float) -> Finding:
    if left > 0:
        return note(f"The token holds for {_span(left)} more.")
    return wrong(
        f"The token expired {_span(abs(left))} ago.", "Fetch a new one from whoever issued it."
    )


def _span(seconds: float) -> str:
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.0f} {name}"
    return f"{seconds:.0f} s"


def _claims(token: bytes) -> dict[str, Any] | None:
    shape = _SHAPE.fullmatch(token)
    if shape is None or len(shape[2]) > _LONGEST_CLAIMS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(shape[2] + b"=" * (-len(shape[2]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value <= _LAST_SECOND else None  # false for NaN
