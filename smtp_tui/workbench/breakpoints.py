"""From which size on the window looks how: classes that the stylesheet goes by."""

from __future__ import annotations

from textual.dom import DOMNode
from textual.geometry import Size

from smtp_tui.workbench.screens.main import LEAST

BY_COLUMNS = [(0, "-tiny"), (LEAST[0], "-narrow"), (100, "-wide")]
BY_ROWS = [(0, "-flat"), (LEAST[1], "-short"), (30, "-tall")]


def be_as_after_resize(screen: DOMNode, size: Size) -> None:
    """Give a new screen the classes that come with its first resize, so that this changes none."""
    for length, steps in zip(size, (BY_COLUMNS, BY_ROWS), strict=True):
        step = max(step for step in steps if step[0] <= length)
        screen.set_class(True, step[1], update=False)
