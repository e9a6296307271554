"""The options of the command line.

Nothing that takes time is imported here, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import os

import subword
from subword._regex.split_patterns import PATTERNS

ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0", "\\\\": "\\"}


def unescaped(text: str) -> str:
    r"""Return `text` with ``\n``, ``\t``, ``\r``, ``\0`` and ``\\`` read as in Python.

    >>> unescaped(r"a\nb")
    'a\nb'
    """
    parts, i = [], 0
    while i < len(text):
        pair = text[i : i + 2]
        parts.append(ESCAPES.get(pair, text[i]))
        i += 2 if pair in ESCAPES else 1
    return "".join(parts)


def positive(text: str) -> int:
    """Return a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


def _tokenizer_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-t",
        "--tokenizer",
        default=os.environ.get("SUBWORD_TOKENIZER", "tokenizer.json"),
        metavar="T",
        help="tokenizer.json, vocab.txt, a .tiktoken file, a folder or a name on the Hub "
        "(default: $SUBWORD_TOKENIZER, else tokenizer.json here)",
    )
    parser.add_argument(
        "--pattern",
        help=f"of a .tiktoken file: {', '.join(PATTERNS)} or a regex "
        "(default: told by the file's name)",
    )


def _text_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-special-tokens", action="store_true", help="without [CLS], [SEP] and the like"
    )
    parser.add_argument("--threads", type=positive, metavar="N", help="default: every core")


def _separator_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--separator",
        type=unescaped,
        default="\n",
        metavar="S",
        help=r"what separates documents, such as '<|endoftext|>' (default: \n)",
    )
    group.add_argument(
        "--whole",
        dest="separator",
        action="store_const",
        const=None,
        help="each file is one document",
    )


def _add_train(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add.add_parser("train", help="learn a vocabulary from text files")
    parser.add_argument(
        "files", nargs="*", help="text, .jsonl or .parquet, also .gz and .zst; - is stdin (default)"
    )
    parser.add_argument(
        "-o", "--output", default="tokenizer.json", metavar="FILE", help="default: tokenizer.json"
    )
    parser.add_argument(
        "--algorithm",
        choices=("bpe", "byte_level_bpe", "wordpiece", "unigram", "word_level"),
        default="byte_level_bpe",
    )
    parser.add_argument(
        "--vocab-size", type=positive, default=30000, metavar="N", help="default: 30000"
    )
    parser.add_argument(
        "--min-frequency",
        type=int,
        metavar="N",
        help="least count of a pair that is merged, of a piece, of a word",
    )
    parser.add_argument(
        "--special-tokens",
        nargs="+",
        action="extend",
        metavar="TOKEN",
        help="they get the first ids",
    )
    parser.add_argument(
        "--score", choices=("likelihood", "frequency", "gain"), help="what wordpiece merges next"
    )
    parser.add_argument(
        "--cased", action="store_true", help="wordpiece: keep upper case and accents"
    )
    parser.add_argument(
        "--limit-alphabet", type=positive, metavar="N", help="keep the N most frequent characters"
    )
    parser.add_argument("--max-token-length", type=positive, metavar="N", help="bpe only")
    parser.add_argument("--field", help="of JSON lines: the one that holds the text")
    parser.add_argument("--column", help="of Parquet: the one that holds the text")
    parser.add_argument("--threads", type=positive, metavar="N", help="default: every core")
    parser.add_argument(
        "--save-counts", metavar="FILE", help="keep the word counts, for --from-counts"
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="keep the counts so far here, also on Ctrl-C; run again to go on",
    )
    parser.add_argument("--from-counts", metavar="FILE", help="train on counts instead of files")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar, no summary")
    parser.set_defaults(command="train")


def _add_encode(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add.add_parser("encode", help="turn text into ids")
    parser.add_argument("files", nargs="*", help="UTF-8 text; - is stdin (default)")
    _tokenizer_options(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="default: stdout; .bin, .npy, .parquet, .jsonl or .txt",
    )
    parser.add_argument(
        "-f",
        "--format",
        choices=("text", "jsonl", "bin", "npy", "parquet"),
        help="default: by FILE",
    )
    parser.add_argument(
        "--dtype", choices=("uint16", "uint32"), help="of binary ids (default: what the ids need)"
    )
    _separator_options(parser)
    _text_options(parser)
    parser.add_argument("--end-token", metavar="TOKEN", help="put this token after each document")
    parser.add_argument("--max-length", type=positive, metavar="N", help="most ids of a document")
    parser.add_argument(
        "--offsets", action="store_true", help="jsonl: also the characters of each token"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar, no summary")
    parser.set_defaults(command="encode")


def _add_decode(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add.add_parser("decode", help="turn ids into text")
    parser.add_argument("files", nargs="*", help="what encode wrote; - is stdin (default)")
    _tokenizer_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="default: stdout")
    parser.add_argument(
        "-f",
        "--format",
        choices=("text", "jsonl", "bin"),
        help="default: by the file's name, or text",
    )
    parser.add_argument(
        "--dtype", choices=("uint16", "uint32"), help="of binary ids (default: as encode takes)"
    )
    parser.add_argument("--end-token", metavar="TOKEN", help="bin: documents end with this token")
    parser.add_argument("--keep-special-tokens", action="store_true", help="show them")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--separator",
        type=unescaped,
        default="\n",
        metavar="S",
        help=r"after each text (default: \n)",
    )
    group.add_argument("--json", action="store_true", help="write each text as a JSON string")
    parser.set_defaults(command="decode")


def _add_inspect(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add.add_parser(
        "inspect", help="show the tokens of a text, or how the stages of a tokenizer run"
    )
    parser.add_argument("text", nargs="?", help="default: stdin; with --pipeline: none")
    parser.add_argument("pair", nargs="?", help="the second text of a pair")
    _tokenizer_options(parser)
    parser.add_argument(
        "--no-special-tokens", action="store_true", help="without [CLS], [SEP] and the like"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page instead")
    parser.add_argument(
        "--pipeline",
        action="store_true",
        help="show how each stage runs, after the text has been encoded",
    )
    parser.add_argument("--json", action="store_true", help="of --pipeline: write it as JSON")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
    parser.set_defaults(command="inspect")


def _add_bench(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add.add_parser("bench", help="measure the speed on a file")
    parser.add_argument(
        "file", nargs="?", help="UTF-8 text (default: the manual that comes with Python)"
    )
    _tokenizer_options(parser)
    _separator_options(parser)
    _text_options(parser)
    parser.add_argument(
        "--repeat", type=positive, default=3, metavar="N", help="runs, the best counts (default: 3)"
    )
    parser.set_defaults(command="bench")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        "subword", description="Subword tokenizers: train, encode, decode, inspect."
    )
    parser.add_argument("--version", action="version", version=f"subword {subword.__version__}")
    add = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add_command in (_add_train, _add_encode, _add_decode, _add_inspect, _add_bench):
        add_command(add)
    for command in add.choices.values():
        command.add_argument(
            "--traceback", action="store_true", help="show where an error arose in the program"
        )
    return parser
