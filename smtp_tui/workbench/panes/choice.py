"""A field that takes one of a few values; its menu exists only while it is open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Option = tuple[str, str]
"""What is shown, and the value it stands for."""


class Choice(Widget, can_focus=True):
    """One row; enter, space, an arrow down or a click opens the menu, left and right step.

    ``value`` is "" while nothing is chosen, which ``prompt`` then says.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,down,up", "open", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
    ]
    ALLOW_SELECT = False

    value: reactive[str] = reactive("", init=False)

    class Changed(Message):
        """Another value was chosen, by hand or by program."""

        def __init__(self, choice: Choice, value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

        @property
        def control(self) -> Choice:
            """The field."""
            return self.choice

    class Command(Message):
        """A line of the menu that is no value was taken."""

        def __init__(self, choice: Choice, name: str) -> None:
            super().__init__()
            self.choice = choice
            self.name = name

        @property
        def control(self) -> Choice:
            """The field."""
            return self.choice

    def __init__(
        self,
        options: Iterable[Option],
        value: str = "",
        *,
        prompt: str = "",
        commands: Iterable[Option] = (),
        id: str,
    ) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._commands = tuple(commands)
        self._prompt = prompt
        self.set_reactive(Choice.value, value)

    def set_options(self, options: Iterable[Option], value: str) -> None:
        """Offer other values, ``value`` being the chosen one; tells nobody."""
        self._options = tuple(options)
        self.set_reactive(Choice.value, value if value in self._values else "")
        self.refresh()

    @property
    def _values(self) -> tuple[str, ...]:
        return tuple(value for _, value in self._options)

    def validate_value(self, value: str) -> str:
        """Only what is offered can be chosen; raises ValueError."""
        if value and value not in self._values:
            raise ValueError(f"{value!r} is none of {self._values}")
        return value

    def watch_value(self, value: str) -> None:
        """Tell."""
        self.post_message(self.Changed(self, value))

    def render(self) -> Content:
        """The choice, and the sign of a menu at the right."""
        label = next((label for label, value in self._options if value == self.value), "")
        shown = Content(label) if label else Content.styled(self._prompt, "$quiet")
        room = max(0, self.size.width - 3)
        shown = shown.truncate(room, ellipsis=True).pad_right(room - min(room, shown.cell_length))
        return Content.assemble(shown, (" ▼ ", "$quiet"))

    def on_click(self) -> None:
        """Open the menu."""
        self.action_open()

    def action_step(self, by: int) -> None:
        """Take the value before or after."""
        values = self._values
        if values:
            place = values.index(self.value) + by if self.value in values else 0
            self.value = values[place % len(values)]

    def action_open(self) -> None:
        """Open the menu below the field."""
        from smtp_tui.workbench.screens.menu import MenuScreen

        def chosen(value: str | None) -> None:
            if value is None:
                return
            if value in self._values:
                self.value = value
            else:
                self.post_message(self.Command(self, value))

        options = (*self._options, *self._commands)
        if options:
            self.app.push_screen(MenuScreen(options, self.value, self.region), chosen)
