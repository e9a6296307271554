"""The command `bert-min`: one subcommand a module, each with a `register` of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from bert_min import embed_files, evaluate, finetune, predict, pretrain, show

# A module with a command adds its parser in register(subparsers) and sets run=function(args).
COMMANDS: Final = (embed_files, pretrain, finetune, predict, evaluate, show)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Args:
        arguments: Words after the command's name; None takes those of the process.

    Returns:
        0, 1 after an error, whose message goes to the standard error stream, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser("bert-min", description="A compact BERT.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for module in COMMANDS:
        module.register(subparsers)
    args = parser.parse_args(arguments)
    try:
        args.run(args)
    except (ImportError, OSError, ValueError) as error:
        print(f"bert-min: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # training has said what is left
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
