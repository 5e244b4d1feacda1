"""Keys as the person wants them: checked, so that a slip cannot lose one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.binding import Binding

from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.message_keys import MESSAGE_KEYS, SHARED_KEYS

_NEVER_ARRIVE = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter"}
_QUIT = "ctrl+q"
_NO_KEY = "no-key-"
"""Begins the name of a key that no keyboard has: for actions that have none until one is chosen."""

LOG_KEYS: Mapping[str, Binding] = {
    binding.id: binding
    for binding in LogView.BINDINGS
    if isinstance(binding, Binding) and binding.id is not None
}
"""What works while the log has the focus, by id."""

_LOCAL = {**LOG_KEYS, **MESSAGE_KEYS}
"""What works in one place only: there its keys may be those of something else elsewhere."""


def bindings() -> Iterator[Binding]:
    """The keys of all actions, re-mappable by the action's id."""
    for action in ACTIONS.values():
        yield Binding(
            action.keys or f"{_NO_KEY}{action.id}",
            f"do({action.id!r})",
            action.title,
            tooltip=action.help(),
            priority=action.priority,
            id=action.id,
        )


class Keys:
    """The keys of every action as they are now; ``changed`` are those that are not as by default.

    Keys of one action are separated by commas, as Textual has them.
    """

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self._keys = {**_default(), **(changed or {})}

    def first(self, id: str) -> str:
        """The key to name in a sentence, as ``ctrl+g``."""
        return self._keys[id].split(",")[0]

    def has(self, id: str, key: str) -> bool:
        """Whether ``key`` is one of them."""
        return key in self._keys[id].split(",")

    def short(self, id: str) -> str:
        """The same as short as can be, as ``^g``."""
        return self.first(id).replace("ctrl+", "^").replace("shift+", "⇧")

    def every(self, id: str) -> str:
        """All of them."""
        return "  ".join(self._keys[id].split(","))


def checked_keymap(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The part of a keymap that can be used, and for what cannot the id and a sentence.

    Takes keys (separated by commas) by action id. ctrl+q always leaves, whatever is wanted.
    """
    good: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    taken = {key: id for id, action in ACTIONS.items() for key in _each(action.keys)}
    for id, keys in wanted.items():
        if id not in ACTIONS and id not in _LOCAL:
            every = ", ".join((*ACTIONS, *_LOCAL))
            problems.append((id, f"there is no such action; there are {every}"))
            continue
        fine: list[str] = []
        for key in _each(keys):
            problem = _problem(key, id, taken, wanted)
            if problem:
                problems.append((id, problem))
            else:
                fine.append(key)
        if fine:
            good[id] = ",".join(fine)
            taken.update(dict.fromkeys(fine, id) if id in ACTIONS else {})
    if "quit" in good and _QUIT not in _each(good["quit"]):
        good["quit"] += f",{_QUIT}"
    return good, problems


def _problem(key: str, id: str, taken: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    shown = visible(key)
    owner = taken.get(key, id)
    if key in _NEVER_ARRIVE:
        return f"{shown} never arrives: terminals send {_NEVER_ARRIVE[key]} for it"
    if key == _QUIT and id != "quit":
        return f"{_QUIT} always quits; use another key"
    if not key.isascii() or not key.isprintable() or " " in key:
        return f"“{shown}” is no key; write one as ctrl+k, shift+f5 or f7"
    if len(key) == 1 and id not in LOG_KEYS:
        return f"{shown} alone is needed for typing; write a key as ctrl+{shown} or f7"
    if id in MESSAGE_KEYS and owner not in SHARED_KEYS and not _is_everywhere(owner):
        return ""
    if owner != id and (owner not in wanted or key in _each(wanted[owner])):
        return f"{shown} belongs to {owner}; use another key"
    return ""


def _is_everywhere(owner: str) -> bool:
    return owner in ACTIONS and (ACTIONS[owner].priority or ACTIONS[owner].in_dialogs)


def _default() -> dict[str, str]:
    keys = {id: action.keys for id, action in ACTIONS.items()}
    return keys | {id: binding.key for id, binding in _LOCAL.items()}


def _each(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]
