"""`bert-min evaluate`: score a fine-tuned model on a file of labelled examples."""

import argparse
from typing import Any

from bert_min.cli.parsers import (
    add_columns,
    add_command,
    add_device,
    add_language,
    add_null_threshold,
)


def register(subparsers: Any) -> None:
    """Add ``bert-min evaluate``."""
    parser = add_command(
        subparsers,
        "evaluate",
        "Score a fine-tuned model on a file of labelled examples.",
        "The scores are those of its task: accuracy and F1, F1 of whole entities, or exact match "
        "and F1 of answers.",
        "bert-min evaluate --model sentiment --data reviews-dev.tsv",
    )
    parser.add_argument(
        "--model",
        required=True,
        help="Folder that bert-min finetune has written, a fine-tuned one of transformers, or a "
        "name of the Hub.",
    )
    parser.add_argument(
        "--data",
        "--dev",
        "--test",
        required=True,
        help="File of labelled examples, in the form of the training file.",
    )
    parser.add_argument(
        "--out",
        help="Write the scores to this file. Default: metrics-NAME.json in the model's folder, "
        "where NAME is that of the file of examples.",
    )
    add_language(parser)
    add_columns(parser, "that of the training, else ")
    add_null_threshold(parser, "that of the training")
    add_device(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.evaluate import evaluate

    found = evaluate(
        options.model,
        options.data,
        device=options.device,
        out=options.out,
        null_threshold=options.null_threshold,
        text_column=options.text_column,
        pair_column=options.pair_column,
        label_column=options.label_column,
        language=options.language,
    )
    for name, value in found.items():
        print(f"{name}\t{value:.4f}")
