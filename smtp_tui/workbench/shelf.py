"""The shelf: profiles and theme as the settings file has them, saved off the UI loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from smtp_tui.settings import Profile, Settings, SettingsError, save_profile, save_theme


class Shelf:
    """``tell`` gets one sentence about what was saved or why not, from another thread."""

    def __init__(self, settings: Settings, tell: Callable[[str], object]) -> None:
        self.settings = settings
        self._tell = tell
        self._writing = threading.Lock()  # the file is read, changed and replaced

    @property
    def names(self) -> tuple[str, ...]:
        """The profiles there are."""
        return tuple(self.settings.profiles)

    def profile(self, name: str) -> Profile | None:
        """The profile of that name."""
        return self.settings.profiles.get(name)

    def keep(self, profile: Profile) -> None:
        """Add a profile, or replace the one of its name, and save it."""
        profiles = {**self.settings.profiles, profile.name: profile}
        self.settings = replace(self.settings, profiles=profiles)
        path = self.settings.path
        if path is None:
            self._tell("The profile is kept until you quit: there is no settings file.")
        else:
            said = f"Saved the profile {profile.name}. It holds no password."
            self._write(lambda: save_profile(path, profile), said)

    def keep_theme(self, name: str) -> None:
        """Save the theme, if there is a settings file to save it in."""
        path = self.settings.path
        if path is not None and name != self.settings.theme:
            self.settings = replace(self.settings, theme=name)
            self._write(lambda: save_theme(path, name), "")

    def _write(self, save: Callable[[], None], said: str) -> None:
        def work() -> None:
            with self._writing:
                try:
                    save()
                except SettingsError as error:
                    self._tell(str(error))
                    return
            if said:
                self._tell(said)

        threading.Thread(target=work, name="settings", daemon=True).start()
