"""Text for XML and HTML."""

from __future__ import annotations

import html
import re

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """Text as it may stand in an element or a quoted attribute; what XML forbids is replaced."""
    return html.escape(_FORBIDDEN.sub("\ufffd", text))
