"""What goes to and fro in an AUTH exchange: octets in Base64 (RFC 4954 4)."""

from __future__ import annotations

import base64
import binascii


def decoded(token: bytes) -> bytes | None:
    """The octets of a token, spaces around it left out; None for what is no Base64."""
    try:
        return base64.b64decode(token.strip(), validate=True)
    except binascii.Error:
        return None
