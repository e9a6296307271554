"""The settings of the loop, from the options of the command line."""

import argparse

from bert_min.training.train_config import TrainConfig


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
