"""The speed of the tokenizers of `transformers` with and without `patch()`.

    python -m benchmarks.encode.compat [FOLDER_OF_A_TOKENIZER]

The texts are sentences of SST-2, in batches that differ from call to call; the median of the calls
is printed. Results are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import transformers

from benchmarks.data import sst2_sentences
from subword.compat import transformers as door
from tests.helpers.data import tokenizer_folder

BATCH = 256
PADDED = {"padding": True, "truncation": True, "return_tensors": "pt"}


def median_ms(call: Callable[[Any], Any], inputs: list[Any], seconds: float) -> float:
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=tokenizer_folder("bert-base-uncased"))
    parser.add_argument("--seconds", type=float, default=2.0, help="of each cell and side")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tok = transformers.AutoTokenizer.from_pretrained(options.folder)
    texts = sst2_sentences()[: BATCH * 40]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    cells = {
        f"{BATCH} texts, padded, tensors": (lambda batch: tok(batch, **PADDED), batches),
        f"{BATCH} texts, lists": (tok, batches),
        "1 text, tensors": (lambda text: tok(text, return_tensors="pt"), texts),
        "1 text, lists": (tok, texts),
    }
    before = [tok(batch, **PADDED) for batch in batches]
    plain = {name: median_ms(*cell, options.seconds) for name, cell in cells.items()}
    door.patch()
    for batch, expected in zip(batches, before, strict=True):
        got = tok(batch, **PADDED)
        assert all(torch.equal(got[key], expected[key]) for key in expected)
    for name, cell in cells.items():
        ours = median_ms(*cell, options.seconds)
        print(f"{name:28} {plain[name]:9.3f} ms {ours:9.3f} ms {plain[name] / ours:7.1f}x")


if __name__ == "__main__":
    main()
