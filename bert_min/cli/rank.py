"""`bert-min rank`: texts in the order in which a cross-encoder finds that they answer a query."""

from __future__ import annotations

import argparse
from typing import Any

from bert_min.cli.parsers import add_command, add_device, add_found


def register(subparsers: Any) -> None:
    """Add `bert-min rank`."""
    parser = add_command(
        subparsers,
        "rank",
        "Order texts by how well they answer a query.",
        "A cross-encoder reads the query and each text together, which is slower than bert-min "
        "search and better. A line of the output is a score, the number of a text from 0, and the "
        "text.",
        'bert-min rank "how do I get my money back" --documents found.txt --model FOLDER',
    )
    add = parser.add_argument
    add("query", help="What the texts are to answer; it is read together with each of them.")
    add(
        "--model",
        required=True,
        help="Folder with a cross-encoder, a BERT with one label, or a name of the Hub.",
    )
    add(
        "--documents",
        required=True,
        metavar="FILE",
        help="File of texts to order: .csv, .tsv, .jsonl, .json or .parquet, or plain text with a "
        "text a line; - reads lines from the standard input.",
    )
    add(
        "--max-length",
        type=int,
        metavar="N",
        help="Most tokens of the query and a text together. Default: the number of positions of "
        "the model.",
    )
    add_found(parser)
    add_device(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.retrieval.text_search import rank_texts

    rank_texts(args)
