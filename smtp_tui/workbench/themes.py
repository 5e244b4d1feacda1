"""Our two themes, dark and light; every text colour has a contrast of 4.5:1 or more."""

from __future__ import annotations

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


def quiet(theme: Theme) -> dict[str, str]:
    """The colour for quiet text of a theme that names none, as a variable of the stylesheet."""
    if "quiet" in theme.variables:
        return {}
    if theme.ansi:
        return {"quiet": "ansi_default"}
    colours = theme.to_color_system().generate()
    background = Color.parse(colours["background"])
    return {"quiet": background.blend(Color.parse(colours["foreground"]), 0.7, alpha=1.0).hex}


def begin_with(app: App[None], name: str) -> None:
    """Take a theme before there is anything to change: to assign it would style all twice."""
    app.set_reactive(App.theme, name)
    app._refresh_truecolor_filter(app.ansi_theme)
    dark = app.current_theme.dark
    app.set_class(dark, "-dark-mode", update=False)
    app.set_class(not dark, "-light-mode", update=False)
    app.stylesheet.set_variables(app.get_css_variables())
