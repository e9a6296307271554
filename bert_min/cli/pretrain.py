"""`bert-min pretrain`: train a BERT on raw text."""

import argparse
from typing import Any

from bert_min.cli.parsers import add_command
from bert_min.cli.training_options import add_training_options


def register(subparsers: Any) -> None:
    """Add ``bert-min pretrain``."""
    parser = add_command(
        subparsers,
        "pretrain",
        "Train a BERT on raw text.",
        "It learns to predict masked tokens, and whether one sentence follows another. The folder "
        "of --out then holds the model that was best on held-out text.",
        "bert-min pretrain stories.txt --vocab-size 8000 --config tiny --steps 1000 "
        "--out story-bert",
    )
    parser.add_argument("corpus", nargs="+", help="UTF-8 text files, or tables.")
    parser.add_argument(
        "--out", required=True, help="Folder for the model, its tokenizer, the log and its curves."
    )
    parser.add_argument(
        "--separator",
        help="What stands between two documents, such as '<|endoftext|>'. Default: a blank line.",
    )
    parser.add_argument(
        "--one-text-per-line",
        action="store_true",
        help="Take every line for a document, as --separator of a line end would.",
    )
    parser.add_argument(
        "--dev",
        nargs="+",
        metavar="FILE",
        help="Text files to judge by; they are not learnt from. Default: the last documents of the "
        "corpus, see --held-out.",
    )
    parser.add_argument(
        "--held-out",
        type=float,
        default=0.01,
        metavar="SHARE",
        help="Without --dev, keep this share of the documents to judge by. Default: %(default)s.",
    )
    group = parser.add_argument_group("vocabulary")
    group.add_argument(
        "--tokenizer",
        help="Folder or file of the tokenizer. Default: that of --model, or a WordPiece vocabulary "
        "is trained on the corpus.",
    )
    group.add_argument(
        "--vocab-size",
        type=int,
        metavar="N",
        help="Train a vocabulary of this many tokens. Default: 8000.",
    )
    group.add_argument(
        "--cased",
        action="store_true",
        help="Train the vocabulary on the text as it is, without lower-casing and stripping of "
        "accents; needed for Korean, whose syllables would be taken apart.",
    )
    group = parser.add_argument_group("model")
    group.add_argument(
        "--config",
        help="Size of a new model: tiny, mini, small, medium or base, or the path of a "
        "config.json. Default: mini.",
    )
    group.add_argument(
        "--model",
        help="Folder of a model to go on from, with its tokenizer, instead of a new one. Default: "
        "a new model.",
    )
    group.add_argument(
        "--mlm-only",
        action="store_true",
        help="Train on masked tokens alone, for a corpus whose documents are single sentences.",
    )
    group.add_argument(
        "--whole-words", action="store_true", help="Mask all the tokens of a word together."
    )
    group.add_argument(
        "--mask-rate",
        type=float,
        default=0.15,
        metavar="SHARE",
        help="Choose at most this share of the tokens of an input. Default: %(default)s.",
    )
    add_training_options(
        parser, batch_size=32, epochs=1.0, lr=5e-4, max_length=128, usual_length="128"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from bert_min.training.names import shown
    from bert_min.training.pretrain import pretrain
    from bert_min.training.processes import Processes

    metrics = pretrain(options)
    if Processes(options.device).is_first:
        print(f"best: {shown(metrics)}")
