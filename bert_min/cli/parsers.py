"""What the parsers of all commands have in common."""

from __future__ import annotations

import argparse
from typing import Any


def add_command(
    subparsers: Any, name: str, summary: str, description: str, example: str
) -> argparse.ArgumentParser:
    """Add a command with a description and an example.

    Args:
        subparsers: Of the main parser.
        name: Of the command.
        summary: A sentence for the list of commands.
        description: What the command does.
        example: A command line, shown at the end of the help.

    Returns:
        The parser of the command.
    """
    found: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=summary,
        description=f"{summary} {description}",
        epilog=f"example:\n  {example}",
        formatter_class=HelpFormatter,
    )
    return found


class HelpFormatter(argparse.HelpFormatter):
    """Fills the description and leaves an epilog of several lines as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return "".join(f"{indent}{line}\n" for line in text.splitlines())
        return super()._fill_text(text, width, indent)


def add_device(parser: Any) -> None:
    """Add ``--device``."""
    parser.add_argument(
        "--device",
        help="Run on this device: cpu, cuda, or one of several GPUs such as cuda:1. Default: a GPU "
        "if there is one, else the CPU.",
    )


def add_columns(parser: Any, default: str) -> None:
    """Add the options that name the columns of a table.

    Args:
        parser: Of the command, or a group of it.
        default: Which column is taken without them, such as "that of the training, else ".
    """
    for name, what, usual in (
        ("text", "the text, or of the first one of a pair", "sentence, text or premise"),
        ("pair", "the second text of a pair", "sentence2 or hypothesis"),
        ("label", "the label", "label, gold_label or score"),
    ):
        parser.add_argument(
            f"--{name}-column",
            metavar="NAME",
            help=f"Column of {what}. Default: {default}one of the usual names, such as {usual}.",
        )


def add_language(parser: Any) -> None:
    """Add ``--language``."""
    parser.add_argument(
        "--language",
        choices=("en", "ko"),
        help="For qa: compare answers by words, as the script of SQuAD does (en), or by syllables, "
        "as that of KorQuAD (ko). Default: ko for a file that says it is KorQuAD, else en.",
    )


def add_null_threshold(parser: Any, default: str) -> None:
    """Add ``--null-threshold``."""
    parser.add_argument(
        "--null-threshold",
        type=float,
        metavar="SCORE",
        help='For qa: answer "no answer" where it beats the best answer by more than this score. '
        f"Default: {default}.",
    )


def add_found(parser: Any) -> None:
    """Add the options of commands that find texts: ``-k``, ``--field`` and ``--json``."""
    add = parser.add_argument
    add(
        "-k",
        "--top",
        type=int,
        default=10,
        metavar="N",
        help="Show this many texts. Default: %(default)s.",
    )
    add(
        "--field",
        "--column",
        help="Take the texts from this key of JSON or column of a table. Default: text, or "
        "another usual name.",
    )
    add("--json", action="store_true", help="Write JSON Lines with query, score, row and text.")
