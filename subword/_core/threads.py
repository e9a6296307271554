"""How many threads may work."""

from __future__ import annotations

import os


def available_threads() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_count(threads: int | None) -> int:
    """Return how many threads may work, all cores for None; ValueError if it is below 1."""
    if threads is None:
        return available_threads()
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    return threads
