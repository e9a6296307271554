"""Vectors trained by bert_min and by sentence-transformers with the same recipe, and how fast.

    python -m benchmarks.bert.vector_training sts       # all-MiniLM-L6-v2, CoSENT on STS-B train
    python -m benchmarks.bert.vector_training korean    # a mini BERT: pretrain, CoSENT, SimCSE
    python -m benchmarks.bert.vector_training cached    # in-batch negatives, one large batch

Both sides get the same examples, batch size, epochs, learning rate, warm-up, decay, longest text
and seed, and keep the epoch that is best on the development set; what is printed is Spearman's
correlation on the test set, 100 times. The scores of STS-B's test set are those of its translation,
KorSTS. Needs sentence-transformers, datasets and accelerate.
"""

import argparse
import csv
import lzma
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.bert.embed import minilm
from bert_min import Embedder
from bert_min.cli.run import make_parser
from bert_min.tasks.embedding_objective import EmbeddingObjective
from bert_min.tasks.embedding_scores import embedding_scores
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.finetune_embedding import finetune_embedding
from bert_min.tasks.text_groups import TextGroups, read_text_groups
from bert_min.tasks.text_vectors import TextVectors
from bert_min.training import pretrain
from bert_min.training.train_config import TrainConfig
from tests.helpers.data import SEPARATOR, TASKS, packed_corpus

LENGTH = 128
STSB = [TASKS / "stsb" / f"{name}.tsv" for name in ("train", "dev")]
KORSTS = [TASKS / "korsts" / f"sts-{name}.tsv" for name in ("train", "dev", "test")]


def scored(path: Path) -> TextGroups:
    """Read pairs with scores of 0 to 5."""
    return read_text_groups(path, label_column="score", max_score=5)


def stsb_test(folder: Path) -> Path:
    """Write STS-B's test set with the scores of the same pairs of KorSTS."""
    key = ("genre", "filename", "year")
    korean, english = (
        [dict(zip(lines[0].split("\t"), line.split("\t"), strict=False)) for line in lines[1:]]
        for path in (KORSTS[2], TASKS / "stsb" / "test.tsv")
        for lines in [path.read_text(encoding="utf-8").splitlines()]
    )
    scores = {(*(row[name] for name in key), row["id"]): row["score"] for row in korean}
    lines = ["sentence1\tsentence2\tscore"]
    for row in english:
        score = scores[*(row[name] for name in key), row["old_index"]]
        lines.append(f"{row['sentence1']}\t{row['sentence2']}\t{score}")
    path = folder / "stsb-test.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def spearman(embedder: Embedder, test: Path) -> float:
    """Measure the vectors of a model on scored pairs."""
    return 100 * embedding_scores(embedder, scored(test))["spearman"]


def ours(folder: Path, train: Path, files: list[Path], config: TrainConfig, out: Path) -> float:
    """Train with bert_min on scored pairs or texts alone."""
    is_scored = train == files[0]
    settings = EmbeddingSettings(
        max_length=LENGTH,
        max_score=5 if is_scored else None,
        label_column="score" if is_scored else None,
    )
    dev = files[1] if is_scored else None
    finetune_embedding(settings, folder, [train], dev, out, config, device="cpu")
    return spearman(Embedder.from_pretrained(out, "cpu"), files[2])


def theirs(folder: Path, train: Path, files: list[Path], config: TrainConfig, out: Path) -> float:
    """Train with sentence-transformers on the same."""
    import datasets
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer import evaluation, losses

    model = SentenceTransformer(str(folder), device="cpu")
    model.max_seq_length = LENGTH
    is_scored = train == files[0]
    if is_scored:
        data = scored(train)
        columns = {
            "sentence1": [a for a, _ in data.texts],
            "sentence2": [b for _, b in data.texts],
            "score": (data.scores / 5).tolist(),
        }
        loss = losses.CoSENTLoss(model)
    else:
        lines = train.read_text(encoding="utf-8").splitlines()
        columns = {"anchor": lines, "positive": lines}
        loss = losses.MultipleNegativesRankingLoss(model)
    dev = scored(files[1])
    sides = [[pair[side] for pair in dev.texts] for side in (0, 1)]
    evaluator = evaluation.EmbeddingSimilarityEvaluator(
        *sides, (dev.scores / 5).tolist(), main_similarity="cosine", name="dev"
    )
    every = "epoch" if is_scored else "no"
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(out), num_train_epochs=config.epochs, learning_rate=config.lr,
        per_device_train_batch_size=config.batch_size, warmup_steps=config.warmup,
        weight_decay=config.weight_decay, adam_epsilon=config.eps, max_grad_norm=config.clip,
        seed=config.seed, use_cpu=True, report_to=[], eval_strategy=every, save_strategy=every,
        load_best_model_at_end=is_scored, metric_for_best_model="eval_dev_spearman_cosine",
        logging_strategy="no", save_total_limit=1, disable_tqdm=True,
    )  # fmt: skip
    SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=datasets.Dataset.from_dict(columns), loss=loss,
        evaluator=evaluator if is_scored else None,
    ).train()  # fmt: skip
    model.save(str(out / "model"))
    return spearman(Embedder.from_pretrained(out / "model", "cpu"), files[2])


def compare(name: str, folder: Path, train: Path, files: list[Path], config: TrainConfig) -> None:
    """Train both ways and print both results."""
    for side in (ours, theirs):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            found = side(folder, train, files, config, Path(out))
            seconds = time.perf_counter() - start
        print(f"{name}, {side.__name__}: {found:.2f} on test, {seconds:,.0f} s", flush=True)


def run_sts(options: argparse.Namespace) -> None:
    """Train all-MiniLM-L6-v2 on the scores of STS-B."""
    with tempfile.TemporaryDirectory() as folder:
        files = [*STSB, stsb_test(Path(folder))]
        before = spearman(Embedder.from_pretrained(minilm(), "cpu"), files[2])
        print(f"STS-B, untrained: {before:.2f} on test", flush=True)
        for seed in options.seeds:
            config = TrainConfig(
                batch_size=options.batch, epochs=options.epochs, lr=options.lr, seed=seed
            )
            compare(f"STS-B, seed {seed}", minilm(), STSB[0], files, config)


def run_korean(options: argparse.Namespace) -> None:
    """Pretrain a mini BERT on Korean, then train its vectors on KorSTS, and by SimCSE."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        with lzma.open(packed_corpus("korean")) as packed:
            (out / "corpus.txt").write_bytes(packed.read())
        start = time.perf_counter()
        pretrain.pretrain(make_parser().parse_args([
            "pretrain", str(out / "corpus.txt"), "--separator", SEPARATOR, "--cased", "--mlm-only",
            "--vocab-size", "8000", "--config", "mini", "--max-length", "64", "--batch-size", "64",
            "--lr", "1e-3", "--steps", str(options.steps), "--out", str(out / "pretrained"),
        ]))  # fmt: skip
        print(f"{options.steps} steps of pretraining: {time.perf_counter() - start:,.0f} s")
        embedder = Embedder.from_pretrained(out / "pretrained", "cpu")
        print(f"KorSTS, mean pooling: {spearman(embedder, KORSTS[2]):.2f} on test", flush=True)
        embedder.save_pretrained(out / "mini")
        config = TrainConfig(batch_size=options.batch, epochs=options.epochs, lr=1e-4)
        compare("KorSTS, CoSENT", out / "mini", KORSTS[0], KORSTS, config)
        text = (out / "corpus.txt").read_text(encoding="utf-8").replace(SEPARATOR, "\n")
        lines = [line.strip() for line in text.splitlines() if 20 <= len(line.strip()) <= 150]
        some = list(dict.fromkeys(lines))[:: max(len(lines) // options.lines, 1)][: options.lines]
        (out / "lines.txt").write_text("\n".join(some) + "\n", encoding="utf-8", newline="\n")
        config = TrainConfig(batch_size=64, epochs=1, lr=5e-5)
        compare(f"SimCSE on {len(some):,} lines", out / "mini", out / "lines.txt", KORSTS, config)


def run_cached(options: argparse.Namespace) -> None:
    """Time the gradient of one large batch of pairs, both sides in turn."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import losses

    with STSB[0].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs = [(row["sentence1"], row["sentence2"]) for row in rows][: options.pairs]
    embedder = Embedder.from_pretrained(minilm(), "cpu")
    objective = EmbeddingObjective(
        TextGroups(pairs, np.full(len(pairs), np.nan), ["STS-B"] * len(pairs)),
        embedder.tokenizer, EmbeddingSettings(), LENGTH,
    )  # fmt: skip
    mine = TextVectors(embedder.model, embedder.pooling, embedder.after).train()
    other = SentenceTransformer(str(minilm()), device="cpu").train()
    other.max_seq_length = LENGTH
    loss = losses.CachedMultipleNegativesRankingLoss(other, mini_batch_size=32)

    def run_mine() -> None:
        batch = objective.batch(np.arange(len(pairs)), np.random.default_rng(0))
        (term,) = objective.loss(mine, batch, torch.device("cpu")).values()
        (term.loss / len(pairs)).backward()

    def run_theirs() -> None:
        sides = [other.preprocess([pair[side] for pair in pairs]) for side in (0, 1)]
        loss(sides, torch.zeros(0)).backward()

    seconds: dict[str, list[float]] = {"bert_min": [], "sentence-transformers": []}
    for _ in range(options.turns):
        for name, run in (("bert_min", run_mine), ("sentence-transformers", run_theirs)):
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
            print(f"{name}: {seconds[name][-1]:.1f} s for {len(pairs):,} pairs", flush=True)
    ratio = np.median(np.array(seconds["sentence-transformers"]) / np.array(seconds["bert_min"]))
    print(f"bert_min is {ratio:.2f} times as fast")


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("sts", "korean", "cached"))
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--lr", type=float, default=2e-5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=1_500, help="of pretraining (korean)")
    parser.add_argument(
        "--lines", type=int, default=5_000, help="of the corpus for SimCSE (korean)"
    )
    parser.add_argument("--pairs", type=int, default=1_024, help="of the batch (cached)")
    parser.add_argument("--turns", type=int, default=3, help="of both sides (cached)")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    {"sts": run_sts, "korean": run_korean, "cached": run_cached}[options.what](options)


if __name__ == "__main__":
    main()
