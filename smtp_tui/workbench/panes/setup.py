"""The left column: connection, credentials and server."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class Setup(VerticalScroll, can_focus=False):
    """The left column, or the drawer where the window is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.do('setup')", show=False)]
