"""Settings: connection profiles, key bindings and theme in one TOML file, never a secret.

Order of precedence: command line, environment, profile, default. Importing this loads neither
tomlkit nor platformdirs, for the start of the program waits for it.
"""

from __future__ import annotations

from smtp_tui.settings.environment import Resolved, from_environment, resolve
from smtp_tui.settings.problem import Problem, SettingsError
from smtp_tui.settings.profile import Profile, layered
from smtp_tui.settings.reading import Settings, load, settings_path
from smtp_tui.settings.writing import delete_profile, save_profile, save_theme

__all__ = [
    "Problem",
    "Profile",
    "Resolved",
    "Settings",
    "SettingsError",
    "delete_profile",
    "from_environment",
    "layered",
    "load",
    "resolve",
    "save_profile",
    "save_theme",
    "settings_path",
]
