"""A TLS handshake that is to fail: unlike asyncio's it still sends the alert that says why."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable


async def fail_in_handshake(
    context: ssl.SSLContext,
    read: Callable[[], Awaitable[bytes]],
    write: Callable[[bytes], None],
) -> None:
    """Shake hands as the server over these octets, up to the end of that, whatever it is.

    ``read`` gives b"" when the client is gone.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    wanted = True
    while wanted:
        wanted = False
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            wanted = True
        except ssl.SSLError:
            pass  # the alert about it waits to be sent
        if outgoing.pending:
            write(outgoing.read())
        if wanted:
            data = await read()
            if not data:
                return
            incoming.write(data)
