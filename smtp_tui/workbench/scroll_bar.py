"""Room between a text and the scroll bar beside it."""

from __future__ import annotations

from textual.widget import Widget


def width_beside_bar(scroll: Widget) -> int:
    """Cells of a row of the text in there, whose last one the stylesheet keeps empty."""
    return scroll.scrollable_content_region.width - 1
