"""The server's side of a TLS handshake that may fail: the client is told why."""

from __future__ import annotations

import ssl


class Telling(ssl.SSLObject):
    """Lets the alert about a failed handshake go out, which asyncio would drop with the rest.

    asyncio sends what is pending when more octets are wanted, so that is what is said instead of
    the failure. The client closes, having read the alert; asyncio's own limit ends one that stays.
    """

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        try:
            super().do_handshake()
        except ssl.SSLError:
            raise ssl.SSLWantReadError from None
