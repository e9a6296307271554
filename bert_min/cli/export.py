"""`bert-min export`: a model as a file or folder that other programs read."""

from __future__ import annotations

import argparse
from typing import Any

from bert_min.cli.parsers import add_command


def register(subparsers: Any) -> None:
    """Add `bert-min export`."""
    parser = add_command(
        subparsers,
        "export",
        "Write a model in a form that other programs read.",
        "An ONNX file takes token ids and an attention mask and makes token vectors and the "
        "vectors of the texts, pooled and scaled as the folder says; it is compared with the model "
        "before it is there. A folder for sentence-transformers makes the same vectors there.",
        "bert-min export --model FOLDER --to onnx --precision int8 -o model.onnx",
    )
    add = parser.add_argument
    add(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    add(
        "--to",
        choices=("onnx", "sentence-transformers"),
        default="onnx",
        help="Write an ONNX file or a folder of sentence-transformers. Default: %(default)s.",
    )
    add(
        "-o",
        "--output",
        "--out",
        required=True,
        help="File to write, which must end in .onnx; or the folder.",
    )
    add(
        "--precision",
        choices=("float32", "int8"),
        default="float32",
        help="Store the numbers of an ONNX file in this form; int8 is a quarter of the size. "
        "Default: %(default)s.",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.export.export_files import export_files

    export_files(args)
