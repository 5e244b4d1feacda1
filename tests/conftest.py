"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal

# A shell that puts a command in the background lets it ignore SIGINT, and so would all the
# programs started here, some of them to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Thousands of collected tests live to the end of the run: walking them after every few hundred
# new objects, as is usual, takes a seventh of all the time.
gc.set_threshold(20_000, 5, 5)

# What is copied in a test is not for the tmux it may run in.
os.environ.pop("TMUX", None)
