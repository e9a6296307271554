"""`bert-min finetune`: train a BERT for a task."""

import argparse
import dataclasses
from typing import Any

from bert_min.cli.parsers import add_columns, add_command, add_language, add_null_threshold
from bert_min.cli.training_options import add_training_options
from bert_min.tasks.embedding_settings import EmbeddingSettings
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
        help="What to learn: the label of a text (classification), of a pair of texts (nli), or of "
        "a text from a few examples (few-shot), a number for a text or a pair (regression), the "
        "names in sentences (ner), or the answers to questions about passages (qa); how well a "
        "text answers another, read together (ranking); or vectors that are near where texts "
        "belong together (embedding).",
    )
    parser.add_argument(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    parser.add_argument(
        "--train",
        required=True,
        nargs="+",
        help="File to learn from: CSV, TSV or JSON Lines with a label for each text or pair, "
        "CoNLL columns for ner, SQuAD JSON for qa. For embedding one or several files of pairs, "
        "triplets, pairs with a score, or texts alone.",
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
    group = parser.add_argument_group("columns of classification, nli, few-shot and regression")
    add_columns(group, "")
    group = parser.add_argument_group("ranking and embedding")
    group.add_argument(
        "--max-score",
        type=float,
        metavar="SCORE",
        help="Highest score of a pair; 0 is the lowest. Default: 1 for ranking, any numbers for "
        "embedding, where only their order counts.",
    )
    group = parser.add_argument_group("embedding and few-shot")
    group.add_argument(
        "--pooling",
        choices=("mean", "cls", "max"),
        help="Make one vector of the token vectors in this way. Default: what the folder says, "
        "else mean.",
    )
    group.add_argument(
        "--scale",
        type=float,
        help="Multiply cosines by this in the losses, the inverse of a temperature. Default: 20.",
    )
    group.add_argument(
        "--pairs",
        type=int,
        metavar="N",
        help="Pair each text with N of its label and N of others (few-shot). Default: "
        f"{usual.pairs}.",
    )
    group = parser.add_argument_group("embedding")
    group.add_argument(
        "--matryoshka",
        type=int,
        nargs="+",
        metavar="N",
        help="Train the first N numbers of the vectors as vectors of their own, for each N, so "
        "that they can be shortened. Default: the whole vectors alone.",
    )
    group.add_argument(
        "--hard-negatives",
        type=int,
        metavar="N",
        help="Add to each pair N texts of the file that the model finds near to its first text. "
        "Default: 0.",
    )
    group.add_argument(
        "--teacher",
        metavar="FOLDER",
        help="Learn the vectors that this model makes of the texts of --train, or those of a name "
        "of the Hub; pairs and scores play no part. Default: none.",
    )
    group.add_argument(
        "--distill",
        choices=("vectors", "similarities"),
        help="Learn the vectors of the teacher themselves, through a dense layer if they are of "
        "another width, or how alike they make the texts of a batch. Default: vectors.",
    )
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
    from bert_min.tasks.finetune_embedding import finetune_embedding
    from bert_min.tasks.finetune_few_shot import finetune_few_shot
    from bert_min.tasks.registry import check_options
    from bert_min.training.names import shown
    from bert_min.training.processes import Processes

    kinds = (TaskSettings, EmbeddingSettings)
    names = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    given: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v
        for k, v in vars(options).items()
        if k in names and v is not None and v is not False
    }
    check_options(options.task, given)
    common: dict[str, Any] = {
        "dev_share": options.dev_share,
        "device": options.device,
        "resume": options.resume,
    }
    places = (options.dev, options.out, training_config(options))
    if options.task == "embedding":
        given.pop("task")
        settings = EmbeddingSettings(**given)
        metrics = finetune_embedding(settings, options.model, options.train, *places, **common)
    else:
        if len(options.train) > 1:
            raise ValueError(
                f"several files to learn from are for the task embedding, {options.task} takes "
                f"one, got {len(options.train)}"
            )
        (train,) = options.train
        run = finetune_few_shot if options.task == "few-shot" else finetune
        metrics = run(TaskSettings(**given), options.model, train, *places, **common)
    if Processes(options.device).is_first:
        print(f"best: {shown(metrics)}")
