"""The entry point of the command line: what a command's errors print, and the exit status."""

from __future__ import annotations

import argparse
import contextlib
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import TextIO

from subword._core.streams import drop_output, flush_output, guard_streams
from subword.cli.arguments import make_parser

# What a shell calls a program that ended by SIGINT or SIGPIPE.
INTERRUPTED = 130
PIPE_CLOSED = 141
FAILED = 2


def run_command(options: argparse.Namespace) -> None:
    """Run the command that the options name; what it needs is imported now."""
    from subword.cli import bench, commands

    run = {
        "train": commands.train,
        "encode": commands.encode,
        "decode": commands.decode,
        "inspect": commands.inspect,
        "bench": bench.bench,
    }
    run[options.command](options)


def message_of(error: BaseException) -> str:
    """Return what to tell the user about an error."""
    if isinstance(error, OSError) and error.strerror:
        return (
            f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
        )
    text = " ".join(line.strip() for line in str(error).splitlines())
    if text and isinstance(error, ValueError | TypeError | OSError | ImportError | MemoryError):
        return text
    name = type(error).__name__
    return f"{name}: {text} (--traceback shows where)" if text else name


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning as one line; in place of `warnings.showwarning`, which shows code."""
    print(f"subword: warning: {message}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Those after the program's name; None takes the process's.

    Returns:
        The exit status: 0; 2 for an error, 130 when interrupted, 141 when nobody reads the output
        any more.
    """
    guard_streams()
    options = make_parser().parse_args(arguments)
    warnings.showwarning = show_warning
    try:
        run_command(options)
        flush_output()
    except KeyboardInterrupt:
        print("subword: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        drop_output()
        return PIPE_CLOSED
    except Exception as error:
        if options.traceback:
            traceback.print_exc()
        print(f"subword: error: {message_of(error)}", file=sys.stderr)
        with contextlib.suppress(OSError):  # the one just told
            flush_output()
        return FAILED
    return 0
