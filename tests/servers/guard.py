"""Run one daemon in the foreground as long as standard input is open, then leave no process of it.

Standard input also closes when the test run that holds the other end is killed. Run as a script;
the exit status is the daemon's, or 137 when it had to be ended.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress

_PR_SET_CHILD_SUBREAPER = 36


def main(command: list[str]) -> int:
    """Run ``command``, wait for it or for the end of input, kill its group, reap every child."""
    # Children of the daemon come to us when it dies: process 1 of a container may reap nobody.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    leader = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True)
    ended = os.pidfd_open(leader.pid)
    select.select([sys.stdin, ended], [], [])
    # At once and hard: nothing a test server keeps is worth the second Dovecot takes to end.
    os.killpg(leader.pid, signal.SIGKILL)
    status = leader.wait()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
