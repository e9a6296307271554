"""`bert-min finetune`: train a BERT for a task."""

import argparse
import dataclasses
from typing import Any

from bert_min.tasks.settings import TASK_NAMES, TaskSettings
from bert_min.training.options import add_training_options, training_config


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.finetune import finetune
    from bert_min.training.processes import Processes

    names = {field.name for field in dataclasses.fields(TaskSettings)}
    given = {k: v for k, v in vars(options).items() if k in names and v is not None}
    metrics = finetune(
        TaskSettings(**given),
        options.model,
        options.train,
        options.dev,
        options.out,
        training_config(options),
        device=options.device,
        resume=options.resume,
    )
    if Processes(options.device).is_first:
        print("  ".join(f"{name} {value:.4f}" for name, value in metrics.items()))


def register(subparsers: Any) -> None:
    """Add ``bert-min finetune``."""
    parser = subparsers.add_parser("finetune", help="train a BERT for a task")
    parser.add_argument("--task", required=True, choices=TASK_NAMES)
    parser.add_argument("--model", required=True, help="folder with a BERT and its tokenizer")
    parser.add_argument("--train", required=True, help="CSV, TSV, JSONL, CoNLL or SQuAD file")
    parser.add_argument("--dev", required=True, help="the same, to judge by")
    parser.add_argument("--out", required=True, help="folder for the fine-tuned model")
    add_training_options(parser, batch_size=32, epochs=3.0, lr=5e-5, max_length=None)
    group = parser.add_argument_group("task")
    group.add_argument("--text-column", help="name of the (first) text column")
    group.add_argument("--pair-column", help="name of the second text column (nli, regression)")
    group.add_argument("--label-column", help="name of the label column")
    group.add_argument("--stride", type=int, help="tokens that windows share (qa)")
    group.add_argument("--max-answer-tokens", type=int, help="longest answer (qa)")
    group.add_argument("--n-best", type=int, help="answers to keep (qa)")
    group.add_argument("--null-threshold", type=float, help='to prefer "no answer" (qa)')
    group.add_argument(
        "--document-context",
        action="store_true",
        help="sentences of a document share inputs of max-length tokens (ner)",
    )
    parser.set_defaults(run=_run)
