"""The command `bert-min`: one subcommand a module, each with a `register` of its own."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import Final

from bert_min.attention import draw
from bert_min.embedding import embed_files
from bert_min.tasks import evaluate, finetune, predict
from bert_min.training import pretrain
from subword.file_access import drop_output, flush_output, guard_streams

# A module with a command adds its parser in register(subparsers) and sets run=function(args).
COMMANDS: Final = (embed_files, pretrain, finetune, predict, evaluate, draw)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Args:
        arguments: Words after the command's name; None takes those of the process.

    Returns:
        0, 1 after an error, whose message goes to the standard error stream, 130 after Ctrl-C, 141
        when nobody reads the output any more.
    """
    parser = argparse.ArgumentParser("bert-min", description="A compact BERT.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for module in COMMANDS:
        module.register(subparsers)
    guard_streams()
    args = parser.parse_args(arguments)
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


if __name__ == "__main__":
    sys.exit(main())
