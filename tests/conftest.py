"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell that puts a command in the background lets it ignore SIGINT, and so would all the
# programs started here, some of them to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)
