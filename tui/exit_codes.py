"""The codes that the process returns to the shell."""

from __future__ import annotations

import signal

DONE = 0
NOT_FOUND = 1
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
LOST = 128 + signal.SIGHUP
"""The terminal has gone."""
