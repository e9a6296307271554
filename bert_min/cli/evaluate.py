"""`bert-min evaluate`: score a fine-tuned model on a file of labelled examples."""

import argparse
from typing import Any


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.evaluate import evaluate

    found = evaluate(
        options.model,
        options.data,
        device=options.device,
        out=options.out,
        null_threshold=options.null_threshold,
    )
    for name, value in found.items():
        print(f"{name}\t{value:.4f}")


def register(subparsers: Any) -> None:
    """Add ``bert-min evaluate``."""
    parser = subparsers.add_parser("evaluate", help="score a fine-tuned model on a file")
    parser.add_argument("--model", required=True, help="folder of bert-min finetune")
    parser.add_argument("--data", "--dev", "--test", required=True, help="labelled examples")
    parser.add_argument("--out", help="metrics file; metrics.json beside the model by default")
    parser.add_argument("--null-threshold", type=float, help='to prefer "no answer" (qa)')
    parser.add_argument("--device", help="cpu or cuda; a GPU if there is one")
    parser.set_defaults(run=_run)
