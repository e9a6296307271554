"""The standard streams. A shell can close any of them (`<&-`, `>&-`); Python then has None."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def standard_input() -> TextIO:
    """Return `sys.stdin`.

    Raises:
        OSError: It is closed.
    """
    return _opened(sys.stdin, "standard input")


def standard_output() -> TextIO:
    """Return `sys.stdout`.

    Raises:
        OSError: It is closed.
    """
    return _opened(sys.stdout, "standard output")


def _opened(stream: TextIO | None, name: str) -> TextIO:
    if stream is None or stream.closed:
        raise OSError(f"{name} is closed")
    return stream


def guard_streams() -> None:
    """Make closed streams harmless; for the start of a program.

    The numbers of closed streams are taken, otherwise the next files to be opened would get them. A
    closed `sys.stderr` is replaced by one that writes nothing: `print` would write to stdout.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end


def flush_output() -> None:
    """Flush stdout, if it is there.

    Raises:
        OSError: Nobody reads it any more, or its disk is full. What it still holds is dropped:
            the interpreter would try to write it again at exit, and report an error.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        drop_output()
        raise


def drop_output() -> None:
    """Drop what stdout still holds."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
