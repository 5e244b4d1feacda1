"""Files as people name them."""

from __future__ import annotations

import os
from pathlib import Path


def place(name: str) -> Path:
    """The path of that name: ``~`` is a home, or a tilde where nobody of that name has one."""
    return Path(os.path.expanduser(name))
