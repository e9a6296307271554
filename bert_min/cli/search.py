"""`bert-min search`: the texts whose vectors are nearest to that of a query."""

from __future__ import annotations

import argparse
from typing import Any

from bert_min.cli.parsers import add_command, add_device, add_found


def register(subparsers: Any) -> None:
    """Add `bert-min search`."""
    parser = add_command(
        subparsers,
        "search",
        "Find the texts that are nearest to a query in meaning.",
        "Vectors that bert-min embed has written are searched as they lie on the disk; without "
        "them the texts are embedded first. A line of the output is a score, the number of a text "
        "from 0, and the text.",
        'bert-min search "how do I get my money back" --corpus faq.txt --model FOLDER',
    )
    add = parser.add_argument
    add("queries", nargs="+", help="What to search for; several queries are answered in turn.")
    add(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    add(
        "--corpus",
        required=True,
        help="File of texts to search in: .csv, .tsv, .jsonl, .json or .parquet, or plain text "
        "with a text a line.",
    )
    add(
        "--vectors",
        metavar="FILE",
        help="Vectors of the corpus, a .npy file of bert-min embed with the same model. Default: "
        "embed the corpus now.",
    )
    add_found(parser)
    add_device(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.retrieval.text_search import search_texts

    search_texts(args)
