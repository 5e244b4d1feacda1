"""One user action: key, footer, palette entry and help from one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


_LATER = 50


class UserAction:
    """One action; its docstring is what help and palette say about it.

    ``keys`` may be "": it is in the palette then, and has a key once the person gives it one.
    ``footer`` is its word in the bar of keys ("" keeps it out), ``place`` decides who stays there
    when the window is narrow: the lowest do. ``only_when_useful`` hides it there instead of
    showing it dim. Its key comes before those of a pane with ``priority``, and works in dialogs
    with that or ``in_dialogs``.
    """

    id: ClassVar[str]
    keys: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[str] = "Session"
    footer: ClassVar[str] = ""
    rank: ClassVar[int] = 50
    only_when_useful: ClassVar[bool] = False
    priority: ClassVar[bool] = False
    in_dialogs: ClassVar[bool] = False

    @staticmethod
    def check(view: SessionView) -> bool:
        """Whether it makes sense now."""
        return True

    @classmethod
    def place(cls, view: SessionView) -> int:
        """Its ``rank`` in the bar of keys; what makes no sense now leaves a narrow one first."""
        return cls.rank if cls.check(view) else cls.rank + _LATER

    @staticmethod
    def run(screen: MainScreen) -> None:
        """Do it."""
        raise NotImplementedError

    @classmethod
    def help(cls) -> str:
        """One sentence for palette and help."""
        return cls.__doc__ or ""
