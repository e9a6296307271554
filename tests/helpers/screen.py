"""A terminal for tests, which keeps what is drawn on it."""

import io
import sys
import time


class Screen(io.StringIO):
    """A standard error stream that is a terminal; keeps what is written, and when."""

    def __init__(self):
        super().__init__()
        self.times = []

    def isatty(self):
        return True

    def write(self, text):
        if text.strip():
            self.times.append(time.monotonic())
        return super().write(text)


def use_screen(monkeypatch):
    """Called in the test itself: pytest sets its own stream anew after the fixtures."""
    found = Screen()
    monkeypatch.setattr(sys, "stderr", found)
    return found
