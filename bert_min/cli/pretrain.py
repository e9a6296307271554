"""`bert-min pretrain`: train a BERT on raw text."""

import argparse
from typing import Any

from bert_min.training.options import add_training_options


def _run(options: argparse.Namespace) -> None:
    from bert_min.training.pretrain import pretrain
    from bert_min.training.processes import Processes

    metrics = pretrain(options)
    if Processes(options.device).is_first:
        print("  ".join(f"{name} {value:.4f}" for name, value in metrics.items()))


def register(subparsers: Any) -> None:
    """Add ``bert-min pretrain``."""
    parser = subparsers.add_parser("pretrain", help="train a BERT on raw text")
    parser.add_argument("corpus", nargs="+", help="UTF-8 text files")
    parser.add_argument("--out", required=True, help="folder for the model, log and checkpoint")
    parser.add_argument("--tokenizer", help="folder or file; without, a WordPiece is trained")
    parser.add_argument("--vocab-size", type=int, default=8000, help="of the trained WordPiece")
    parser.add_argument("--cased", action="store_true", help="train it on text as it is")
    parser.add_argument(
        "--config", default="mini", help="tiny, mini, small, medium, base, or a config.json"
    )
    parser.add_argument("--model", help="go on from the weights in this folder")
    parser.add_argument("--separator", help="between documents; a blank line by default")
    parser.add_argument("--dev", nargs="+", help="held-out text files")
    parser.add_argument("--held-out", type=float, default=0.01, help="share without --dev")
    parser.add_argument("--mlm-only", action="store_true", help="no sentence pairs")
    parser.add_argument("--whole-words", action="store_true", help="mask whole words")
    parser.add_argument("--mask-rate", type=float, default=0.15, help="at most (0.15)")
    add_training_options(parser, batch_size=32, epochs=1.0, lr=5e-4, max_length=128)
    parser.set_defaults(run=_run)
