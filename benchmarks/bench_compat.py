"""What patching `transformers` brings: calls of its tokenizers with and without `patch()`.

    python benchmarks/bench_compat.py [FOLDER_OF_A_TOKENIZER]

The texts are sentences of SST-2 (SUBWORD_DATA), in batches that differ from call to call; the
median of the calls is printed. Results are compared before anything is timed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

from subword.compat import transformers as door

DATA = Path(os.environ.get("SUBWORD_DATA", Path(__file__).parents[2] / "shared" / "data"))
BATCH = 256
PADDED = {"padding": True, "truncation": True, "return_tensors": "pt"}


def sentences(count: int) -> list[str]:
    """Return the first sentences of SST-2."""
    with open(DATA / "tasks" / "sst2" / "train.tsv", encoding="utf-8") as file:
        next(file)
        return [next(file).rpartition("\t")[0] for _ in range(count)]


def median_ms(call: Callable[[Any], Any], inputs: list[Any], seconds: float = 2.0) -> float:
    """Call with one input after the other for some seconds; return the median in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        call(inputs[len(times) % len(inputs)])
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def main() -> None:
    """Print a table."""
    torch.set_num_threads(1)
    folder = sys.argv[1] if len(sys.argv) > 1 else DATA / "tokenizers" / "bert-base-uncased"
    tok = transformers.AutoTokenizer.from_pretrained(folder)
    texts = sentences(BATCH * 40)
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    cells = {
        f"{BATCH} texts, padded, tensors": (lambda batch: tok(batch, **PADDED), batches),
        f"{BATCH} texts, lists": (tok, batches),
        "1 text, tensors": (lambda text: tok(text, return_tensors="pt"), texts),
        "1 text, lists": (tok, texts),
    }
    before = [tok(batch, **PADDED) for batch in batches]
    plain = {name: median_ms(*cell) for name, cell in cells.items()}
    door.patch()
    for batch, expected in zip(batches, before, strict=True):
        got = tok(batch, **PADDED)
        assert all(torch.equal(got[key], expected[key]) for key in expected)
    for name, cell in cells.items():
        ours = median_ms(*cell)
        print(f"{name:28} {plain[name]:9.3f} ms {ours:9.3f} ms {plain[name] / ours:7.1f}x")


if __name__ == "__main__":
    main()
