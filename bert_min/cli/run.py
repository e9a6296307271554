"""The command `bert-min`: one subcommand a module, each with a `register` of its own.

What takes time to import, torch above all, is imported when a command runs, so that `--help`
answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import Final

from bert_min.cli import embed, evaluate, finetune, predict, pretrain, show
from subword.file_access import drop_output, flush_output, guard_streams

# A module with a command adds its parser in register(subparsers) and sets run=function(args).
COMMANDS: Final = (embed, pretrain, finetune, predict, evaluate, show)


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
    return parser


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
    try:
        args.run(args)
        flush_output()
    except BrokenPipeError:
        drop_output()
        return 141
    except (ImportError, OSError, ValueError) as error:
        print(f"bert-min: {error}", file=sys.stderr)
        with contextlib.suppress(OSError):  # already reported
            flush_output()
        return 1
    except KeyboardInterrupt as error:  # training says what is left
        print(f"bert-min: {str(error) or 'interrupted'}", file=sys.stderr)
        return 130
    return 0
