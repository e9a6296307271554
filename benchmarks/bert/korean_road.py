"""From a Korean corpus to a sentiment classifier, with and without pretraining: one command.

Trains a WordPiece on the raw reviews, pretrains a BERT on them, fine-tunes it on labelled reviews,
and fine-tunes the same model with random weights beside it.

    python -m benchmarks.bert.korean_road --config mini --epochs 3 --out road
"""

import argparse
import json
import lzma
import tempfile
import time
from pathlib import Path

import torch

from bert_min.cli.run import make_parser
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.tasks import TaskSettings
from bert_min.tasks.finetune import finetune
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer
from bert_min.training import pretrain
from bert_min.training.train_config import TrainConfig
from tests.helpers.data import SEPARATOR, TASKS, packed_corpus


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=packed_corpus("korean"))
    parser.add_argument("--train", type=Path, default=TASKS / "nsmc/train.txt")
    parser.add_argument("--test", type=Path, default=TASKS / "nsmc/test.txt")
    parser.add_argument("--separator", default=SEPARATOR)
    parser.add_argument("--config", default="mini")
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--epochs", type=float, default=3.0, help="of pretraining")
    parser.add_argument("--steps", type=int, help="of pretraining, instead of epochs")
    parser.add_argument("--tuning-epochs", type=float, default=3.0)
    parser.add_argument("--lr", type=float, default=2e-4, help="of fine-tuning")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--out", type=Path, help="kept; a temporary folder by default")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(road(options, options.out or Path(temporary)), indent=2))


def road(options, out):
    """Run all steps; returns the accuracies and the times."""
    out.mkdir(parents=True, exist_ok=True)
    corpus = options.corpus
    if corpus.suffix == ".xz":
        corpus = out / "corpus.txt"
        with lzma.open(options.corpus) as packed:
            corpus.write_bytes(packed.read())
    parser = make_parser()
    arguments = [
        "pretrain", str(corpus), "--separator", options.separator, "--cased", "--mlm-only",
        "--vocab-size", str(options.vocab_size), "--config", options.config, "--max-length", "64",
        "--batch-size", "64", "--out", str(out / "pretrained"), "--epochs", str(options.epochs),
    ]  # fmt: skip
    if options.steps:
        arguments += ["--steps", str(options.steps)]
    begin = time.perf_counter()
    held_out = pretrain.pretrain(parser.parse_args(arguments))
    seconds = time.perf_counter() - begin
    plain = out / "random"
    torch.manual_seed(0)
    BertModel(BertConfig.from_pretrained(out / "pretrained")).save_pretrained(plain)
    save_tokenizer(load_tokenizer(out / "pretrained"), plain)
    found = {"pretraining": {**held_out, "seconds": round(seconds)}}
    for name, folder in (("with", out / "pretrained"), ("without", plain)):
        found[name] = [
            finetune(
                TaskSettings(task="classification", max_length=64),
                folder,
                options.train,
                options.test,
                out / f"{name}-{seed}",
                TrainConfig(epochs=options.tuning_epochs, lr=options.lr, seed=seed),
            )["accuracy"]
            for seed in options.seeds
        ]
    return found


if __name__ == "__main__":
    main()
