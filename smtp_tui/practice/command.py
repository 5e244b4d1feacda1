"""``smtp-tui practice``: runs the practice server alone and tells how to talk to it."""

from __future__ import annotations

import queue
import shlex
import signal
import sys
from typing import TYPE_CHECKING

from smtp_tui.practice.faults import FAULTS, NO_FAULTS, Faults
from smtp_tui.smtp.visible import visible

if TYPE_CHECKING:
    from smtp_tui.practice.mailbox import PracticeMessage
    from smtp_tui.practice.server import PracticeAddress

DEFAULT_STARTTLS_PORT = 5870
DEFAULT_TLS_PORT = 4650

_USAGE = 2
_CANNOT_CONNECT = 3
_RECIPIENTS_SHOWN = 3


def serve(
    host: str = "127.0.0.1",
    starttls_port: int = DEFAULT_STARTTLS_PORT,
    tls_port: int = DEFAULT_TLS_PORT,
    faults: Faults = NO_FAULTS,
) -> int:
    """Run the practice server until Ctrl+C, a line for each message it accepts.

    Gives the exit code: 0, or one line on standard error and 2 for an address of no loopback
    interface, 3 when it cannot listen for another reason.
    """
    # Only here, so that whoever wants the default ports does not load the server.
    from smtp_tui.practice.listening import CannotListenError, NotLoopbackError
    from smtp_tui.practice.server import PracticeServer

    messages: queue.SimpleQueue[PracticeMessage] = queue.SimpleQueue()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as tidy an end as Ctrl+C
    try:
        with PracticeServer(
            host, starttls_port, tls_port, faults=faults, on_message=messages.put
        ) as server:
            print(_welcome(server.address), flush=True)
            while True:
                print(_line(messages.get()), flush=True)
    except CannotListenError as error:
        wrong_usage = isinstance(error, NotLoopbackError)
        print(f"smtp-tui: {visible(str(error))}", file=sys.stderr)
        return _USAGE if wrong_usage else _CANNOT_CONNECT
    except KeyboardInterrupt:
        return 0


def _welcome(address: PracticeAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    starttls = f"{host}:{address.starttls_port}"
    tls = f"{host}:{address.tls_port}"
    ca = shlex.quote(str(address.ca_file))
    return f"""\
Practice server, on this machine only

  STARTTLS      {starttls}
  implicit TLS  {tls}
  user          {address.user}
  password      {address.password}
  access token  {address.token}
  CA file       {address.ca_file}

Talk to it

  smtp-tui --ca-file {ca} --user {address.user} smtp+starttls://{starttls}
  smtp-tui --ca-file {ca} --user {address.user} smtps://{tls}
  openssl s_client -quiet -crlf -CAfile {ca} -starttls smtp -connect {starttls}
  openssl s_client -quiet -crlf -CAfile {ca} -connect {tls}

Recipients answer to order, at any domain: 550@ or another code from 400 to 599,
greylist@ (refused once), slow5@ (after so many seconds), drop@ (hangs up).

{_faulty(address.faults)}Accepted messages follow, a line each. Ctrl+C ends the server.
"""


def _faulty(faults: Faults) -> str:
    """What is wrong with it, as a paragraph of the welcome."""
    if not faults:
        return ""
    rows = "".join(
        f"  {fault.value:<21}{facts.does}\n" for fault, facts in FAULTS.items() if fault in faults
    )
    return f"Faults\n\n{rows}\n"


def _line(message: PracticeMessage) -> str:
    when = message.received.astimezone().strftime("%H:%M:%S")
    recipients = ", ".join(message.recipients[:_RECIPIENTS_SHOWN])
    more = len(message.recipients) - _RECIPIENTS_SHOWN
    if more > 0:
        recipients += f" and {more} more"
    return visible(f"{when}  <{message.sender}> to {recipients}, {len(message.content)} octets")
