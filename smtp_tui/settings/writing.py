"""Saving profiles and theme: the file is replaced whole or not at all, and keeps its words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from smtp_tui.settings import checks
from smtp_tui.settings.fields import Plain, from_plain, to_plain
from smtp_tui.settings.problem import Problem, Refused, SettingsError, quoted, short
from smtp_tui.settings.profile import Profile
from smtp_tui.settings.source import Source, read_source, reason

if TYPE_CHECKING:
    from smtp_tui.settings.editing import Change


def save_profile(path: Path, profile: Profile) -> None:
    """Write a profile into the file, in place of the one of its name; what is unset is left out.

    Comments, order and the keys nobody knows stay. Where there is no file, one is begun that
    explains itself. Raises ``SettingsError`` when the file is broken or cannot be written, or the
    profile could not be read again; then nothing has changed.
    """
    from smtp_tui.settings.editing import SetProfile

    try:
        checks.profile_name(profile.name)
        base = path.absolute().parent
        values = _sound(profile, base)
    except Refused as refused:
        raise SettingsError(f"the profile was not saved: {refused}") from None
    except OSError as error:  # a path is relative, and the working directory is gone
        raise SettingsError(f"the profile was not saved: {reason(error)}") from None
    source = read_source(path)
    there = from_plain(profile.name, _table_of(source, profile.name) or {}, base, _say_nothing)
    before = to_plain(there)
    same = frozenset(key for key, value in values.items() if before.get(key) == value)
    _change(path, source, SetProfile(profile.name, values, same))


def delete_profile(path: Path, name: str) -> None:
    """Take a profile out of the file, and ``default_profile`` where it named this one.

    Raises ``SettingsError`` when there is no such profile, or the file is broken or cannot be
    written; then nothing has changed.
    """
    from smtp_tui.settings.editing import RemoveProfile

    source = read_source(path)
    if _table_of(source, name) is None:
        raise SettingsError(f"there is no profile {quoted(name)} in {short(path)}")
    _change(path, source, RemoveProfile(name))


def save_theme(path: Path, theme: str) -> None:
    """Write the theme into the file; begins one, and raises ``SettingsError``, as for profiles."""
    from smtp_tui.settings.editing import SetTheme

    try:
        change = SetTheme(checks.theme(theme))
    except Refused as refused:
        raise SettingsError(f"the theme was not saved: {refused}") from None
    _change(path, read_source(path), change)


def _sound(profile: Profile, base: Path) -> dict[str, Plain]:
    """The values to write, as they will be read again; raises ``Refused`` if one would not be."""

    def refuse(key: str, text: str) -> None:
        raise Refused(f"{key}: {text}")

    return to_plain(from_plain(profile.name, to_plain(profile), base, refuse))


def _say_nothing(key: str, text: str) -> None:
    """What is wrong in the file was told when it was read."""


def _table_of(source: Source | None, name: str) -> dict[str, object] | None:
    profiles = source.data.get("profiles") if source is not None else None
    table = profiles.get(name) if isinstance(profiles, dict) else None
    return table if isinstance(table, dict) else None


def _change(path: Path, source: Source | None, change: Change) -> None:
    from smtp_tui.settings.editing import changed
    from smtp_tui.settings.template import TEMPLATE

    try:
        text = changed(TEMPLATE if source is None else source.text, change)
        _replace(path, text.encode("utf-8"))
    except Refused as refused:
        raise SettingsError(
            f"{Problem(path, None, '', str(refused))} (nothing was saved)"
        ) from None
    except UnicodeEncodeError:
        raise SettingsError(
            f"{short(path)} was not saved: a value holds half a character; type it again"
        ) from None
    except OSError as error:
        raise SettingsError(f"{short(path)} cannot be written: {reason(error)}") from None


def _replace(path: Path, data: bytes) -> None:
    """Put the octets in place of the file, at once; a link to it stays a link."""
    import tempfile

    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise OSError("it is not an ordinary file")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".smtp-tui-", dir=target.parent)  # mode 0600
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
