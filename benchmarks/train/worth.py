"""What each vocabulary is worth to a model: the same BERT, pretrained and fine-tuned with each.

Trains a vocabulary of every algorithm on the raw Korean reviews, pretrains the same BERT from the
same number of masked-token steps with each, fine-tunes it on NSMC with several seeds and prints
the accuracies. All vocabularies see the text as it is (no lower-casing) and have the same size and
special tokens; the seeds are those of fine-tuning, and pretraining has one. Finished parts are
kept in the JSON file; only what is missing there is run.

    python -m benchmarks.train.worth --json worth.json --out worth --plot worth.png
"""

from __future__ import annotations

import argparse
import json
import lzma
import statistics
import time
from pathlib import Path
from typing import Any

import torch

import subword
from benchmarks.data import machine, versions
from bert_min.cli.run import make_parser
from bert_min.tasks import TaskSettings
from bert_min.tasks.finetune import finetune
from bert_min.text.documents import read_documents
from bert_min.text.special_tokens import SPECIAL_TOKENS
from bert_min.training.pretrain import pretrain
from bert_min.training.train_config import TrainConfig
from subword.file_access import write_text
from tests.helpers.data import SEPARATOR, TASKS, packed_corpus

OPTIONS: dict[str, dict[str, Any]] = {
    "byte_level_bpe": {},
    "bpe": {"limit_alphabet": 2000, "unk_token": "[UNK]"},
    "wordpiece": {"limit_alphabet": 2000, "lowercase": False},
    "unigram": {"limit_alphabet": 2000, "unk_token": "[UNK]"},
    "word_level": {"unk_token": "[UNK]"},
}
MAX_LENGTH = 64
BATCH = 64

Row = dict[str, Any]


def vocabulary(algorithm: str, corpus: Path, size: int, folder: Path) -> Row:
    """Train and save a vocabulary; return what it makes of the reviews of the test."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = (text for part in read_documents([corpus], SEPARATOR) for text in part)
    begin = time.perf_counter()
    tokenizer = subword.train(
        texts, algorithm, size, special_tokens=SPECIAL_TOKENS, progress=False, **OPTIONS[algorithm]
    )
    seconds = time.perf_counter() - begin
    tokenizer.save(str(folder / "tokenizer.json"))
    lines = (TASKS / "nsmc/test.txt").read_text("utf-8").splitlines()
    reviews = [line.split("\t")[-2] for line in lines]
    rows = tokenizer.encode_ragged(reviews, add_special_tokens=False)
    unknown = int((rows.ids == tokenizer.token_to_id("[UNK]")).sum())
    return {
        "tokens": tokenizer.vocab_size,
        "training seconds": seconds,
        "tokens a word": len(rows.ids) / sum(len(review.split()) for review in reviews),
        "unknown": unknown / len(rows.ids),
    }


def pretrained(corpus: Path, folder: Path, config: str, steps: int) -> Row:
    """Pretrain on masked tokens with the vocabulary of the folder; return what was measured."""
    arguments = [
        "pretrain", str(corpus), "--separator", SEPARATOR, "--mlm-only", "--config", config,
        "--tokenizer", str(folder / "tokenizer.json"), "--max-length", str(MAX_LENGTH),
        "--batch-size", str(BATCH), "--steps", str(steps), "--lr", "1e-3", "--seed", "0",
        "--held-out", "0.02",
        "--out", str(folder / "pretrained"),
    ]  # fmt: skip
    begin = time.process_time()
    return {
        **pretrain(make_parser().parse_args(arguments)),
        "processor seconds": time.process_time() - begin,
    }


def tuned(folder: Path, epochs: float, seed: int) -> float:
    """Fine-tune on NSMC; return the accuracy after the last epoch."""
    return finetune(
        TaskSettings(task="classification", max_length=MAX_LENGTH),
        folder / "pretrained",
        TASKS / "nsmc/train.txt",
        TASKS / "nsmc/test.txt",
        folder / f"tuned-{seed}",
        TrainConfig(epochs=epochs, lr=2e-4, seed=seed),
    )["accuracy"]


def table(results: dict[str, Row]) -> str:
    """Return a Markdown table of all results."""
    lines = [
        "| vocabulary | tokens a word | [UNK] | masked tokens found | NSMC, by seed | mean |",
        "|---|---|---|---|---|---|",
    ]
    for algorithm, row in results.items():
        scores = list(row["accuracy"].values())
        lines.append(
            f"| {algorithm} | {row['tokens a word']:.3f} | {row['unknown']:.2%} |"
            f" {row['pretraining']['accuracy_mlm']:.1%} ("
            f"{row['pretraining']['majority_mlm']:.1%}) |"
            f" {', '.join(f'{100 * score:.2f}' for score in scores)} |"
            f" **{100 * statistics.mean(scores):.2f}** |"
        )
    return "\n".join(lines)


def plot(results: dict[str, Row], path: Path) -> None:
    """Draw the accuracies: a dot for a seed, a bar for their mean."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panel = pyplot.subplots(figsize=(5.5, 2.4), layout="constrained")
    low = 100.0
    for place, row in enumerate(results.values()):
        scores = [100 * score for score in row["accuracy"].values()]
        low = min(low, *scores)
        panel.barh(-place, statistics.mean(scores), 0.6, color="tab:blue", alpha=0.35)
        panel.plot(scores, [-place] * len(scores), "o", color="tab:blue", markersize=4)
    panel.set_yticks([-place for place in range(len(results))], list(results), fontsize=7)
    panel.set_xlim(int(low) - 1)
    panel.tick_params(axis="x", labelsize=7)
    panel.set_title("NSMC: accuracy in %, by the vocabulary of the same BERT", fontsize=8)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run what is missing, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path, required=True, help="results, read and added to")
    parser.add_argument("--out", type=Path, required=True, help="vocabularies and models, kept")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--config", default="tiny", help="the size of the BERT")
    parser.add_argument("--megabytes", type=float, default=8.0, help="of raw reviews")
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--steps", type=int, default=200, help="of pretraining")
    parser.add_argument("--epochs", type=float, default=0.5, help="of fine-tuning")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--only", choices=OPTIONS, action="append", help="these algorithms alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    results: dict[str, Row] = json.loads(args.json.read_text()) if args.json.exists() else {}
    args.out.mkdir(parents=True, exist_ok=True)
    corpus = args.out / "corpus.txt"
    if not corpus.exists():
        with lzma.open(packed_corpus("korean")) as packed:
            text = packed.read(round(args.megabytes * 1e6)).decode("utf-8", "ignore")
        write_text(corpus, text[: text.rindex(SEPARATOR)])
    for algorithm in args.only or OPTIONS:
        folder = args.out / algorithm
        if algorithm not in results:
            row = vocabulary(algorithm, corpus, args.vocab_size, folder)
            row["pretraining"] = pretrained(corpus, folder, args.config, args.steps)
            results[algorithm] = {**row, "accuracy": {}}
            args.json.write_text(json.dumps(results, indent=1))
    for seed in args.seeds:
        for algorithm in args.only or OPTIONS:
            scores = results[algorithm]["accuracy"]
            if str(seed) not in scores:
                scores[str(seed)] = tuned(args.out / algorithm, args.epochs, seed)
                args.json.write_text(json.dumps(results, indent=1))
                print(algorithm, seed, scores[str(seed)], flush=True)
    print(f"\n{machine()}; {versions('torch', 'numpy')}\n\n{table(results)}")
    if args.plot:
        plot(results, args.plot)


if __name__ == "__main__":
    main()
