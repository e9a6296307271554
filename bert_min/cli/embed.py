"""`bert-min embed`: files of texts in, a file of vectors out."""

from __future__ import annotations

import argparse
from typing import Any


def register(subparsers: Any) -> None:
    """Add `bert-min embed`."""
    parser = subparsers.add_parser("embed", help="turn texts into vectors")
    add = parser.add_argument
    add("inputs", nargs="+", help=".txt (a text a line), .csv, .tsv, .jsonl, .json, .parquet, or -")
    add("--model", required=True, help="folder with a BERT and its tokenizer")
    add("-o", "--output", "--out", required=True, help=".npy or .parquet file for the vectors")
    add("--field", "--column", help="key or column of the texts; text or a usual name by default")
    add("--pooling", choices=("mean", "cls", "max", "pooler"), help="what the folder says, or mean")
    add("--layers", type=int, nargs="+", default=[-1], help="0 to L; -1, the last, by default")
    add("--combine", choices=("concat", "sum"), default="concat", help="of several layers")
    add("--normalize", action=argparse.BooleanOptionalAction, help="what the folder says, or not")
    add("--max-length", type=int, help="most tokens of a text; what the folder says")
    add(
        "--long-texts",
        choices=("truncate", "windows", "error"),
        default="truncate",
        help="over max-length",
    )
    add("--overlap", type=int, default=0, help="tokens that windows share")
    add("--batch-tokens", type=int, help="tokens of a batch; more is faster up to a point")
    add("--threads", type=int, help="threads of the model on a CPU; every core by default")
    add("--device", help="cpu or cuda; a GPU if there is one")
    add(
        "--dtype",
        choices=("float32", "bfloat16", "float16"),
        help="float32 by default; bfloat16 suits a GPU",
    )
    add("--int8", action="store_true", help="multiply in 8-bit integers (CPU)")
    add("--compile", action="store_true", help="fuse steps with torch.compile first")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.embedding.embed_files import embed_files

    embed_files(args)
