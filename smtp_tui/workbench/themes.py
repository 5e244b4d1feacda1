"""Our two themes, dark and light, and those of others: text has a contrast of 4.5:1 or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import App
from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="smtp-dark",
    dark=True,
    primary="#6fc3c8",
    secondary="#8fb4f0",
    success="#9bcf80",
    warning="#f7c564",
    error="#f47a7f",
    accent="#f7c564",
    foreground="#dde5e8",
    background="#10161c",
    surface="#1a232b",
    panel="#18222a",
    variables={
        "quiet": "#8c9aa2",
        "text-muted": "#8c9aa2",
        "text-disabled": "#7f8d95",
        "foreground-muted": "#8c9aa2",
        "border": "#f7c564",
        "border-blurred": "#33464f",
        "footer-background": "#18222a",
        "footer-key-foreground": "#f7c564",
        "footer-description-foreground": "#dde5e8",
        "input-cursor-background": "#dde5e8",
        "input-cursor-foreground": "#10161c",
        "input-selection-background": "#2f5f66",
        "input-selection-foreground": "#f2f6f7",
        "block-cursor-background": "#f7c564",
        "block-cursor-foreground": "#10161c",
        "block-cursor-text-style": "bold",
        "scrollbar": "#33464f",
        "scrollbar-hover": "#4a636e",
        "scrollbar-active": "#6fc3c8",
        "scrollbar-background": "#10161c",
        "scrollbar-background-hover": "#10161c",
        "scrollbar-background-active": "#10161c",
        "screen-selection-background": "#2f5f66",
        "screen-selection-foreground": "#f2f6f7",
        "button-color-foreground": "#10161c",
    },
)

LIGHT = Theme(
    name="smtp-light",
    dark=False,
    primary="#00646e",
    secondary="#2a4f9c",
    success="#27681b",
    warning="#7f5200",
    error="#b1201c",
    accent="#7f5200",
    foreground="#1c262b",
    background="#fbfaf6",
    surface="#f0eee7",
    panel="#ece9e0",
    variables={
        "quiet": "#58646a",
        "text-muted": "#58646a",
        "text-disabled": "#5f6b71",
        "foreground-muted": "#58646a",
        "border": "#7f5200",
        "border-blurred": "#c3bfb2",
        "footer-background": "#ece9e0",
        "footer-key-foreground": "#7f5200",
        "footer-description-foreground": "#1c262b",
        "input-cursor-background": "#1c262b",
        "input-cursor-foreground": "#fbfaf6",
        "input-selection-background": "#b9dde0",
        "input-selection-foreground": "#1c262b",
        "block-cursor-background": "#7f5200",
        "block-cursor-foreground": "#fbfaf6",
        "block-cursor-text-style": "bold",
        "scrollbar": "#c3bfb2",
        "scrollbar-hover": "#a39e8e",
        "scrollbar-active": "#00646e",
        "scrollbar-background": "#fbfaf6",
        "scrollbar-background-hover": "#fbfaf6",
        "scrollbar-background-active": "#fbfaf6",
        "screen-selection-background": "#b9dde0",
        "screen-selection-foreground": "#1c262b",
        "button-color-foreground": "#fbfaf6",
    },
)

THEMES = (DARK, LIGHT)


_TEXT = ("foreground", "primary", "secondary", "success", "warning", "error", "accent")
_SURFACES = ("background", "surface", "panel")
_ENOUGH = 4.5
_STEP = 0.05


def readable(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """Colours for the text of a theme, as variables of the stylesheet in place of its own.

    Of a theme of others they are its own, lighter or darker as far as it takes to be read on all
    its surfaces. Those of sixteen colours belong to the terminal.
    """
    if theme in THEMES:
        return {}
    if theme.ansi:
        return {"quiet": "ansi_default"}
    surfaces = [Color.parse(variables[name]) for name in _SURFACES]
    text = {name: Color.parse(variables[name]) for name in _TEXT}
    text["quiet"] = surfaces[0].blend(text["foreground"], 0.7, alpha=1.0)
    end = Color.parse("white" if theme.dark else "black")
    found = {name: _standing_out(colour, surfaces, end).hex for name, colour in text.items()}
    keys = {"footer-key-foreground": found["accent"]}
    return found | keys | {"footer-description-foreground": found["foreground"]}


def _standing_out(colour: Color, surfaces: Sequence[Color], end: Color) -> Color:
    """The colour nearest to this one, towards ``end``, that can be read on all of these."""
    colour = surfaces[0].blend(colour, colour.a, alpha=1.0)
    for step in range(round(1 / _STEP) + 1):
        mixed = colour.blend(end, step * _STEP)
        if all(_contrast(mixed, each) >= _ENOUGH for each in surfaces):
            return mixed
    return end


def _contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.1."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def begin_with(app: App[None], name: str) -> None:
    """Take a theme before there is anything to change: to assign it would style all twice."""
    app.set_reactive(App.theme, name)
    app._refresh_truecolor_filter(app.ansi_theme)
    dark = app.current_theme.dark
    app.set_class(dark, "-dark-mode", update=False)
    app.set_class(not dark, "-light-mode", update=False)
    app.stylesheet.set_variables(app.get_css_variables())
