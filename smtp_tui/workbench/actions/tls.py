"""Actions: what TLS showed, and how it is to be spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.wire.events import Remedy
from smtp_tui.wire.tls_options import TlsOptions
from smtp_tui.workbench.actions.base import UserAction

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class ShowTls(UserAction):
    """Show TLS and certificates: every check with its reason, the chain, fingerprints and pins."""

    id, keys, title, group = "tls", "f10", "TLS and certificates", "TLS"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.screens.tls import TlsScreen

        view = screen.view
        if view.tls is None or view.target is None:
            screen.say("There is no TLS to show yet: it appears here after the handshake.")
            return
        refused = view.remedy is Remedy.SKIP_VERIFICATION
        look_on = screen.connect_other_way if refused else None
        screen.app.push_screen(TlsScreen(view.tls, view.target, look_on, truncated=view.truncated))


class TlsSettings(UserAction):
    """Set names, versions, ciphers, client certificate and key log for the next connection."""

    id, keys, title, group = "tls-settings", "shift+f6", "TLS settings", "TLS"

    @staticmethod
    def run(screen: MainScreen) -> None:
        from smtp_tui.workbench.screens.tls_settings import TlsSettingsScreen

        def taken(options: TlsOptions | None) -> None:
            if options is not None:
                screen.connection.options = options

        screen.app.push_screen(TlsSettingsScreen(screen.connection.options), taken)


ACTIONS: tuple[type[UserAction], ...] = (ShowTls, TlsSettings)
