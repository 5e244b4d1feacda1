"""Keeps what the connection form says as a profile, under a name that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.settings import Profile
from smtp_tui.wire.target import Target
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.shelf import Shelf

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

_NOTE = "enter saves host, port, TLS and user name; never a password. escape does not."


def ask_to_keep(screen: MainScreen, target: Target, shelf: Shelf, keys: Keys) -> None:
    """Ask for a name and keep the target with user and mechanism under it."""
    from smtp_tui.workbench.screens.prompt import PromptScreen

    if screen.operator.is_practice(target):
        again = keys.first("practice")
        screen.say(f"The practice server has other ports each time: {again} is its profile.")
        return

    def named(name: str | None) -> None:
        if name:
            form = screen.credentials
            profile = Profile.from_target(name, target, form.credentials.user, form.mechanism)
            shelf.keep(profile)
            screen.connection.show_profiles(shelf.names, name)

    screen.app.push_screen(PromptScreen("Save as profile", _NOTE, target.host), named)
