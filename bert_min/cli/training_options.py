"""Options that pretraining and fine-tuning share."""

import argparse

from bert_min.cli.parsers import add_device
from bert_min.training.train_config import TrainConfig


def add_training_options(
    parser: argparse.ArgumentParser,
    *,
    batch_size: int,
    epochs: float,
    lr: float,
    max_length: int | None,
    usual_length: str,
) -> None:
    """Add the options of the training loop.

    Args:
        parser: Of the subcommand.
        batch_size: Default.
        epochs: Default.
        lr: Default.
        max_length: Default; None for one that depends on the task.
        usual_length: What the help says about it.
    """
    usual = TrainConfig()
    add = parser.add_argument_group("training").add_argument
    add(
        "--epochs",
        type=float,
        default=epochs,
        metavar="N",
        help="Pass over the examples this many times; 0.5 is half of them. Default: %(default)s.",
    )
    add(
        "--steps",
        type=int,
        metavar="N",
        help="Train for this many steps. Default: as many as --epochs takes.",
    )
    add(
        "--batch-size",
        type=int,
        default=batch_size,
        metavar="N",
        help="Take this many examples a step, all processes together. Default: %(default)s.",
    )
    add(
        "--accumulate",
        type=int,
        default=usual.accumulate,
        metavar="N",
        help="Run a batch in this many parts, to save memory; the gradient is the same. Default: "
        "%(default)s.",
    )
    add(
        "--max-length",
        type=int,
        default=max_length,
        metavar="N",
        help=f"Most tokens of an input, [CLS] and [SEP] included. Default: {usual_length}.",
    )
    add(
        "--lr",
        type=float,
        default=lr,
        help="Highest learning rate; it rises to it and then falls to 0. Default: %(default)s.",
    )
    add(
        "--warmup",
        type=float,
        default=usual.warmup,
        metavar="SHARE",
        help="Let the learning rate rise over this share of the steps. Default: %(default)s.",
    )
    add(
        "--weight-decay",
        type=float,
        default=usual.weight_decay,
        metavar="RATE",
        help="Decay matrices and embeddings at this rate. Default: %(default)s.",
    )
    add(
        "--seed",
        type=int,
        default=usual.seed,
        metavar="N",
        help="Number that everything random depends on. Default: %(default)s.",
    )
    add_device(parser)
    add(
        "--precision",
        choices=("fp32", "bf16"),
        default=usual.precision,
        help="Compute in 32-bit numbers, or partly in bfloat16 on a GPU. Default: %(default)s.",
    )
    add(
        "--log-every",
        type=int,
        default=usual.log_every,
        metavar="N",
        help="Write a line of log.jsonl every so many steps. Default: %(default)s.",
    )
    add(
        "--eval-every",
        type=int,
        metavar="N",
        help="Measure the model every so many steps, and keep it if it is the best so far. "
        "Default: once an epoch.",
    )
    add(
        "--patience",
        type=int,
        metavar="N",
        help="Stop after this many measurements without a better one. Default: never.",
    )
    add(
        "--checkpoint-every",
        type=int,
        metavar="N",
        help="Write a checkpoint every so many steps. Default: as often as the model is measured.",
    )
    add(
        "--stop-at",
        type=int,
        metavar="STEP",
        help="Leave after this step with a checkpoint, as if interrupted. Default: at the end.",
    )
    add("--resume", action="store_true", help="Go on from the checkpoint in --out.")
