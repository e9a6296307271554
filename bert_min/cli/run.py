"""The command `bert-min`: one subcommand a module, each with a `register` of its own.

What takes time to import, torch above all, is imported when a command runs, so that `--help`
answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Final

from bert_min.cli import embed, evaluate, export, finetune, predict, pretrain, rank, search, show
from subword.file_access import drop_output, flush_output, guard_streams

# A module with a command adds its parser in register(subparsers) and sets run=function(args).
COMMANDS: Final = (embed, search, rank, export, pretrain, finetune, predict, evaluate, show)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        "bert-min",
        description="Train, use and look into a compact BERT.",
        epilog="`bert-min COMMAND --help` shows the options of a command and an example.",
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.register(subparsers)
    for command in subparsers.choices.values():
        command.add_argument(
            "--traceback",
            action="store_true",
            help="Show where in the program an error arose, not only its message.",
        )
    return parser


def message_of(error: Exception) -> str:
    """Return one line about an error.

    Errors of which a user is told in words of this package need no more; others are named, with
    how to learn where they arose.

    Example:
        >>> message_of(KeyError("text"))
        "KeyError: 'text' (--traceback shows where)"
    """
    text = " ".join(line.strip() for line in str(error).splitlines())
    if text and isinstance(error, ImportError | OSError | TypeError | ValueError):
        return text
    return f"{type(error).__name__}: {text} (--traceback shows where)".replace(":  (", " (")


def format_warning(message: Warning | str, *_: object, **__: object) -> str:
    """Return a warning as one line, in place of `warnings.formatwarning`, which shows code."""
    return f"bert-min: warning: {message}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Args:
        arguments: Words after the command's name; None takes those of the process.

    Returns:
        0, 1 after an error, whose message goes to the standard error stream, 130 after Ctrl-C, 141
        when nobody reads the output any more.
    """
    guard_streams()
    args = make_parser().parse_args(arguments)
    usual, warnings.formatwarning = warnings.formatwarning, format_warning
    try:
        args.run(args)
        flush_output()
    except BrokenPipeError:
        drop_output()
        return 141
    except Exception as error:
        if args.traceback:
            traceback.print_exc()
        print(f"bert-min: {message_of(error)}", file=sys.stderr)
        with contextlib.suppress(OSError):  # already reported
            flush_output()
        return 1
    except KeyboardInterrupt as error:  # training says what is left
        print(f"bert-min: {str(error) or 'interrupted'}", file=sys.stderr)
        return 130
    finally:
        warnings.formatwarning = usual
    return 0
