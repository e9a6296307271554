"""Search in a million vectors, and the memory of in-batch negatives.

    python -m benchmarks.bert.retrieval search      # speed beside numpy, recall after rescoring
    python -m benchmarks.bert.retrieval memory      # peak memory of a step, batch 32 and 1,024

Search: contenders take turns in one process; the medians of their ratios in a turn are given. The
peak of memory is that of a process of its own. `benchmarks.bert.vector_training` trains.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.bert.embed import column, minilm
from bert_min import Embedder, calibrate, quantize, search
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.finetune_embedding import finetune_embedding
from bert_min.training.train_config import TrainConfig
from tests.helpers.data import TASKS

WIDTH, K = 384, 10
Found = tuple[np.ndarray, np.ndarray]


def by_sorting(queries: np.ndarray, corpus: np.ndarray) -> Found:
    """Search as one would write it in numpy: all scores, then the best."""
    scores = queries @ corpus.T
    rows = np.argpartition(-scores, K, 1)[:, :K]
    found = np.take_along_axis(scores, rows, 1)
    order = np.argsort(-found, 1)
    return np.take_along_axis(found, order, 1), np.take_along_axis(rows, order, 1)


def unit(rows: int, seed: int) -> np.ndarray:
    """Return random vectors of length 1."""
    x = np.random.default_rng(seed).standard_normal((rows, WIDTH), np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


def take_turns(contenders: dict[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Time each contender once a turn."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def show(seconds: dict[str, list[float]], base: str, size: float) -> None:
    """Print the median seconds, gigabytes of float32 a second, and the ratio to one of them."""
    for name, times in seconds.items():
        ratio = statistics.median(b / t for b, t in zip(seconds[base], times, strict=True))
        middle = statistics.median(times)
        print(f"{name:34} {middle:9.4f} s {size / middle:7.1f} GB/s {ratio:6.2f} x {base}")


def run_search(rows: int, turns: int) -> None:
    """Time one query and 1,000, and measure recall on vectors of real sentences."""
    corpus, queries = unit(rows, 0), unit(1_000, 1)
    ranges = calibrate(corpus)
    small, bits = quantize(corpus, "int8", ranges), quantize(corpus, "binary")
    size = corpus.nbytes / 1e9
    one = queries[:1]
    _, expected = by_sorting(one, corpus)
    assert np.array_equal(search(one, corpus, K, metric="dot")[1], expected)
    print(f"one query, {rows:,} vectors of {WIDTH}, {torch.get_num_threads()} threads")
    show(
        take_turns(
            {
                "read (sum)": lambda: corpus.sum(),
                "numpy": lambda: by_sorting(one, corpus),
                "dot": lambda: search(one, corpus, K, metric="dot"),
                "cosine": lambda: search(one, corpus, K),
                "int8, rescored": lambda: search(
                    one, corpus, K, metric="dot", coarse=small, ranges=ranges
                ),
                "binary, rescored": lambda: search(one, corpus, K, metric="dot", coarse=bits),
            },
            turns,
        ),
        "dot",
        size,
    )
    some = corpus[: rows // 4]
    print(f"1,000 queries, {len(some):,} vectors")
    show(
        take_turns(
            {
                "numpy": lambda: by_sorting(queries, some),
                "dot": lambda: search(queries, some, K, metric="dot"),
            },
            min(turns, 3),
        ),
        "numpy",
        some.nbytes / 1e9,
    )
    texts = list(dict.fromkeys(column(TASKS / "sst2" / "train.tsv", 0)))[:4_000]
    vectors = Embedder.from_pretrained(minilm(), device="cpu").encode(texts)
    real, asked = vectors[1_000:], vectors[:1_000]
    _, exact = search(asked, real, K)
    ranges = calibrate(real)
    print(f"recall@10 of {len(asked):,} sentences of SST-2 among {len(real):,}")
    for precision in ("int8", "binary"):
        for oversample in (1, 4, 40):
            coarse = quantize(real, precision, ranges)
            _, rows_found = search(
                asked, real, K, metric="dot", coarse=coarse, ranges=ranges, oversample=oversample
            )
            hits = [len({*a} & {*b}) for a, b in zip(exact, rows_found, strict=True)]
            print(f"{precision:8} oversample {oversample:2}: {sum(hits) / len(hits) / K:.4f}")


def pairs_of(folder: Path, count: int) -> Path:
    """Write pairs of sentences of STS-B."""
    first, second = (column(TASKS / "stsb" / "train.tsv", n) for n in (7, 8))
    rows = [f"{a}\t{b}" for a, b in zip(first, second, strict=True)][:count]
    path = folder / "pairs.tsv"
    path.write_text("\n".join(["anchor\tpositive", *rows]) + "\n", encoding="utf-8")
    return path


def one_step(batch: int) -> None:
    """Take steps over 1,024 pairs, and print the seconds of a pair and the peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        train = pairs_of(Path(folder), 1_024 + 16)
        start = time.perf_counter()
        finetune_embedding(
            EmbeddingSettings(), minilm(), [train], None, Path(folder) / "out",
            TrainConfig(batch_size=batch, max_steps=1_024 // batch, lr=1e-5),
            dev_share=0.01, device="cpu",
        )  # fmt: skip
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"batch": batch, "peak MiB": round(peak), "seconds": round(seconds, 1)}))


def run_memory() -> None:
    """Measure a batch of 32 and one of 1,024, each in a process of its own."""
    for batch in (32, 1_024):
        command = [sys.executable, "-m", "benchmarks.bert.retrieval", "step", "--batch", str(batch)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(done.stdout.splitlines()[-1])


def main() -> None:
    """Parse arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("search", "memory", "step"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.what == "search":
        run_search(args.rows, args.turns)
    elif args.what == "memory":
        run_memory()
    else:
        one_step(args.batch)


if __name__ == "__main__":
    main()
