"""Command line options that pretraining and fine-tuning share."""

import argparse

from bert_min.training.train_config import TrainConfig


def add_training_options(
    parser: argparse.ArgumentParser,
    *,
    batch_size: int,
    epochs: float,
    lr: float,
    max_length: int | None,
) -> None:
    """Add the options of the training loop.

    Args:
        parser: Of the subcommand.
        batch_size: Default.
        epochs: Default.
        lr: Default.
        max_length: Default; None for one that depends on the task.
    """
    usual = TrainConfig()
    group = parser.add_argument_group("training")
    group.add_argument("--epochs", type=float, default=epochs, help="passes (default %(default)s)")
    group.add_argument("--steps", type=int, help="steps, instead of epochs")
    group.add_argument("--batch-size", type=int, default=batch_size, help="(default %(default)s)")
    group.add_argument("--lr", type=float, default=lr, help="highest rate (default %(default)s)")
    group.add_argument("--max-length", type=int, default=max_length, help="tokens of an input")
    group.add_argument("--seed", type=int, default=0, help="drives everything random")
    group.add_argument("--device", help="cpu or cuda; a GPU if there is one")
    group.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    group.add_argument("--warmup", type=float, default=usual.warmup, help="share of the steps")
    group.add_argument("--weight-decay", type=float, default=usual.weight_decay)
    group.add_argument("--accumulate", type=int, default=1, help="parts of a batch, to save memory")
    group.add_argument("--eval-every", type=int, help="steps; once an epoch by default")
    group.add_argument("--patience", type=int, help="evaluations without a better one")
    group.add_argument("--checkpoint-every", type=int, help="steps; at evaluations by default")
    group.add_argument("--log-every", type=int, default=usual.log_every, help="steps")
    group.add_argument("--stop-at", type=int, help="leave after this step, with a checkpoint")
    group.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")


def training_config(options: argparse.Namespace) -> TrainConfig:
    """Make the settings of the loop from the options.

    Raises:
        ValueError: If one makes no sense.
    """
    return TrainConfig(
        batch_size=options.batch_size,
        epochs=options.epochs,
        max_steps=options.steps,
        accumulate=options.accumulate,
        lr=options.lr,
        warmup=options.warmup,
        weight_decay=options.weight_decay,
        seed=options.seed,
        precision=options.precision,
        eval_every=options.eval_every,
        patience=options.patience,
        checkpoint_every=options.checkpoint_every,
        log_every=options.log_every,
        stop_at=options.stop_at,
    )
