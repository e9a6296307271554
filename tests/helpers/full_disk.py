"""A disk that is full: files opened for writing take a few bytes and no more."""

import errno
import io

from subword._core import atomic_file

ROOM = 100


class Full(io.FileIO):
    def write(self, data):
        if self.tell() + len(data) > ROOM:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def fill(monkeypatch):
    """Let whatever is written beside its place fail after some bytes; undone by the fixture."""
    monkeypatch.setattr(
        atomic_file, "open", lambda path, mode: Full(path, mode.replace("b", "")), raising=False
    )
