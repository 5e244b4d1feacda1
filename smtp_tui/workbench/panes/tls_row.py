"""The row of the connection form that says what of TLS is not as by default, and leads there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.tls_options import BY_DEFAULT, NO_SNI, TlsOptions


class TlsRow(Widget, can_focus=True):
    """One row; enter, space or a click opens the TLS settings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "app.do('tls-settings')", show=False)
    ]
    ALLOW_SELECT = False

    options: reactive[TlsOptions] = reactive(BY_DEFAULT)

    def __init__(self, options: TlsOptions) -> None:
        super().__init__(id="tls-options")
        self.set_reactive(TlsRow.options, options)

    def render(self) -> Content:
        """What was asked for, in few words."""
        words = ", ".join(in_short(self.options))
        style = "$warning" if self.options.allows_old else ""
        shown = Content.styled(words, style) if words else Content.styled("as usual", "$quiet")
        room = max(0, self.size.width - 3)
        shown = shown.truncate(room, ellipsis=True).pad_right(room - min(room, shown.cell_length))
        return Content.assemble(shown, (" … ", "$quiet"))

    async def on_click(self) -> None:
        """Open the TLS settings."""
        await self.run_action("app.do('tls-settings')")


def in_short(options: TlsOptions) -> Iterator[str]:
    """Everything that is not as by default, a word or two each, made visible."""
    if options.minimum is not None or options.maximum is not None:
        yield options.words
    if options.verify_name:
        yield f"for {visible(options.verify_name)}"
    if options.sni:
        yield "no SNI" if options.sni == NO_SNI else f"SNI {visible(options.sni)}"
    if options.ciphers:
        yield "own ciphers"
    if options.client_cert is not None:
        yield "client certificate"
    if options.key_log is not None:
        yield "key log"
    if options.alpn:
        yield f"ALPN {visible(' '.join(options.alpn))}"
