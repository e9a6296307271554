"""`bert-min finetune`: train a BERT for a task."""

import argparse
import dataclasses
from typing import Any

from bert_min.cli.parsers import add_columns, add_command, add_language, add_null_threshold
from bert_min.cli.training_options import add_training_options
from bert_min.tasks.settings import TASK_NAMES, TaskSettings
from bert_min.training.options import training_config


def register(subparsers: Any) -> None:
    """Add ``bert-min finetune``."""
    parser = add_command(
        subparsers,
        "finetune",
        "Train a BERT for a task.",
        "The folder of --out then holds the model that was best on the development file, and "
        "bert-min predict and evaluate read it.",
        "bert-min finetune --task classification --model FOLDER --train reviews.tsv "
        "--dev reviews-dev.tsv --out sentiment",
    )
    parser.add_argument(
        "--task",
        required=True,
        choices=TASK_NAMES,
        help="What to learn: the label of a text (classification) or of a pair of texts (nli), a "
        "number for either (regression), the names in sentences (ner), or the answers to questions "
        "about passages (qa).",
    )
    parser.add_argument(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    parser.add_argument(
        "--train",
        required=True,
        help="File to learn from: CSV, TSV or JSON Lines with a label for each text or pair, "
        "CoNLL columns for ner, SQuAD JSON for qa.",
    )
    parser.add_argument(
        "--dev",
        help="File of the same form to judge by; it is not learnt from. Default: a share of "
        "--train is set aside.",
    )
    parser.add_argument(
        "--dev-share",
        type=float,
        metavar="SHARE",
        help="Without --dev, set this share of --train aside to judge by. Default: 0.1.",
    )
    parser.add_argument(
        "--out", required=True, help="Folder for the model, its scores, the log and its curves."
    )
    add_training_options(
        parser,
        batch_size=32,
        epochs=3.0,
        lr=5e-5,
        max_length=None,
        usual_length="384 for qa, else 128",
    )
    usual = TaskSettings(task="qa")
    group = parser.add_argument_group("columns of classification, nli and regression")
    add_columns(group, "")
    group = parser.add_argument_group("ner")
    group.add_argument(
        "--document-context",
        action="store_true",
        help="Let the sentences of a document share inputs of --max-length tokens, so that a name "
        "is read beside the rest of its story.",
    )
    group = parser.add_argument_group("qa")
    group.add_argument(
        "--max-question-tokens",
        type=int,
        metavar="N",
        help="Cut questions of more tokens, so that the passage has room. Default: "
        f"{usual.max_question_tokens}.",
    )
    group.add_argument(
        "--stride",
        type=int,
        metavar="N",
        help="Let neighbouring windows of a long passage share this many tokens. Default: "
        f"{usual.stride}.",
    )
    group.add_argument(
        "--max-answer-tokens",
        type=int,
        metavar="N",
        help=f"Give no answer of more tokens. Default: {usual.max_answer_tokens}.",
    )
    group.add_argument(
        "--n-best",
        type=int,
        metavar="N",
        help=f"Keep this many answers to a question. Default: {usual.n_best}.",
    )
    add_language(group)
    add_null_threshold(group, f"{usual.null_threshold:g}")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.finetune import finetune
    from bert_min.tasks.registry import check_options
    from bert_min.training.names import shown
    from bert_min.training.processes import Processes

    names = {field.name for field in dataclasses.fields(TaskSettings)}
    given = {
        k: v for k, v in vars(options).items() if k in names and v is not None and v is not False
    }
    check_options(options.task, given)
    metrics = finetune(
        TaskSettings(**given),
        options.model,
        options.train,
        options.dev,
        options.out,
        training_config(options),
        dev_share=options.dev_share,
        device=options.device,
        resume=options.resume,
    )
    if Processes(options.device).is_first:
        print(f"best: {shown(metrics)}")
