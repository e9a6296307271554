"""How many threads there are to work with."""

from __future__ import annotations

import os


def available_threads() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
