"""`bert-min embed`: files of texts in, a file of vectors out."""

from __future__ import annotations

import argparse
from typing import Any

from bert_min.cli.parsers import add_command, add_device


def register(subparsers: Any) -> None:
    """Add `bert-min embed`."""
    parser = add_command(
        subparsers,
        "embed",
        "Turn texts into vectors.",
        "Row i of the output is the vector of text i; memory does not grow with the number of "
        "texts.",
        "bert-min embed reviews.jsonl --field text --model FOLDER -o reviews.npy",
    )
    add = parser.add_argument
    add(
        "inputs",
        nargs="+",
        help="Files of texts: .csv, .tsv, .jsonl, .json or .parquet, or plain text with a text a "
        "line; - reads lines from the standard input.",
    )
    add(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    add(
        "-o",
        "--output",
        "--out",
        required=True,
        help="File for the vectors, which must end in .npy or .parquet.",
    )
    add(
        "--field",
        "--column",
        help="Take the texts from this key of JSON or column of a table. Default: text, or "
        "another usual name.",
    )
    add(
        "--pooling",
        choices=("mean", "cls", "max", "pooler"),
        help="Make one vector of the token vectors: their mean or maximum, the vector of [CLS], or "
        "the model's tanh layer over it. Default: what the folder says, else mean.",
    )
    add(
        "--layers",
        type=int,
        nargs="+",
        default=[-1],
        metavar="L",
        help="Take the vectors of these layers: 0 is the embeddings, 1 the first layer, -1 the "
        "last. Default: -1.",
    )
    add(
        "--combine",
        choices=("concat", "sum"),
        default="concat",
        help="Put the vectors of several layers side by side or add them. Default: %(default)s.",
    )
    add(
        "--normalize",
        action=argparse.BooleanOptionalAction,
        help="Scale vectors to length 1, or do not. Default: what the folder says, else not.",
    )
    add(
        "--max-length",
        type=int,
        metavar="N",
        help="Most tokens of a text, [CLS] and [SEP] included. Default: what the folder says, else "
        "the number of positions of the model.",
    )
    add(
        "--long-texts",
        choices=("truncate", "windows", "error"),
        default="truncate",
        help="Cut texts of more than --max-length tokens, average the vectors of their windows, or "
        "stop with an error. Default: %(default)s.",
    )
    add(
        "--overlap",
        type=int,
        default=0,
        metavar="N",
        help="Let neighbouring windows share this many tokens. Default: %(default)s.",
    )
    add(
        "--prompt",
        metavar="TEXT",
        help="Put this before every text. Default: the folder's default prompt, or nothing.",
    )
    add(
        "--prompt-name",
        metavar="NAME",
        help="Put this prompt of the folder, such as query, before every text. Default: the one "
        "that the folder names, if any.",
    )
    add(
        "--truncate-dim",
        type=int,
        metavar="N",
        help="Keep the first N numbers of every vector. Default: what the folder says, else all.",
    )
    add(
        "--precision",
        choices=("float32", "int8", "uint8", "binary"),
        default="float32",
        help="Store a number in 4 bytes, a byte, or a bit. The ranges of bytes are written beside "
        "the output, to NAME.ranges.npy. Default: %(default)s.",
    )
    add(
        "--ranges",
        metavar="FILE",
        help="Store bytes by the ranges of this file, which an earlier run has written. Default: "
        "those of all vectors, which wait in a file until the last is there.",
    )
    add(
        "--batch-tokens",
        type=int,
        metavar="N",
        help="Run this many tokens at once; more is faster up to a point and takes more memory. "
        "Default: 2048 on a CPU (1024 with --int8), 65536 on a GPU.",
    )
    add(
        "--threads",
        type=int,
        metavar="N",
        help="Compute on this many threads of a CPU. Default: one for every core.",
    )
    add_device(parser)
    add(
        "--dtype",
        choices=("float32", "bfloat16", "float16"),
        help="Compute in this type of number; bfloat16 suits a GPU. Default: float32.",
    )
    add("--int8", action="store_true", help="Multiply in 8-bit integers, on a CPU only.")
    add(
        "--compile",
        action="store_true",
        help="Let torch.compile fuse steps first; this takes a minute and pays off on long runs.",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.embedding.embed_files import embed_files

    embed_files(args)
