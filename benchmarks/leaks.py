"""Call everything again and again, and watch the memory.

    python -m benchmarks.leaks [--calls 1000000]

For each kind of call: the resident memory (RSS) after a tenth of the calls and at the end, and what
tracemalloc still counts. The exit status is 1 if RSS grew by more than 4 MB, or if Python objects
of more than 64 kB were left behind.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import gc
import json
import os
import pickle
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import subword
from subword import Tokenizer
from subword.corpus.word_counts import WordCounts
from subword.decoders.decode_stream import DecodeStream
from subword.models.bpe import BPE
from subword.trainers.bpe import train_bpe

TEXTS = [
    "Hello world's 123 the theory of there",
    "naïve café 中文 한국어 привет",
    "",
    "a\u0301" * 50,
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
GROWTH = 4 << 20
OBJECTS = 64 << 10


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def stream(tok: Tokenizer, ids: list[int]) -> None:
    """Decode one by one."""
    step = DecodeStream().step
    for index in ids:
        step(tok, index)


def refused(call: Callable[..., Any], *given: Any) -> None:
    """Make a call that raises."""
    with contextlib.suppress(ValueError, TypeError):
        call(*given)


def calls() -> dict[str, tuple[int, Callable[[], Any]]]:
    """Return what to call, and for which part of the calls that were asked for."""
    tok = subword.train(TEXTS * 3, "byte_level_bpe", 330, progress=False)
    bert = subword.train(TEXTS * 3, "wordpiece", 90, special_tokens=SPECIAL, progress=False)
    file, config = tok.to_str(), json.loads(tok.to_str())
    ids = tok.encode(TEXTS[0]).ids
    rows = tok.encode_ragged(TEXTS)
    counts = WordCounts({"low": 5, "lower": 3})
    bad = json.dumps({**config, "model": {**config["model"], "merges": [["?", "?!"]]}})
    return {
        "encode": (1, lambda: tok.encode(TEXTS[0])),
        "encode, all fields": (4, lambda: tok.encode(TEXTS[1]).__getstate__()),
        "encode a pair": (4, lambda: bert.encode(TEXTS[0], TEXTS[1])),
        "encode_ragged": (1, lambda: tok.encode_ragged(TEXTS)),
        "encode_ragged, offsets": (2, lambda: bert.encode_ragged(TEXTS, return_offsets=True)),
        "encode_lists": (1, lambda: bert.encode_lists(TEXTS)),
        "encode, refused": (2, lambda: refused(tok.encode, "a\ud800")),
        "encode_ragged, refused": (2, lambda: refused(tok.encode_ragged, ["a", 1])),
        "two threads": (1000, lambda: tok.encode_ragged([TEXTS[0] * 20_000] * 2, threads=2)),
        "cache_clear": (100, lambda: (tok.encode("a b"), tok.cache_clear())),
        "call": (20, lambda: bert(TEXTS, padding=True, truncation=True, max_length=8)),
        "decode": (1, lambda: tok.decode(ids)),
        "decode_batch": (2, lambda: tok.decode_batch(rows)),
        "DecodeStream": (50, lambda: stream(tok, ids)),
        "from_str": (1000, lambda: Tokenizer.from_str(file)),
        "from_str, refused": (1000, lambda: refused(Tokenizer.from_str, bad)),
        "to_str": (200, tok.to_str),
        "pickle": (1000, lambda: pickle.loads(pickle.dumps(tok))),
        "deepcopy": (1000, lambda: copy.deepcopy(bert)),
        "train_bpe": (200, lambda: train_bpe(counts, 20)),
        "train": (2000, lambda: subword.train(TEXTS, "bpe", 70, progress=False)),
        "BPE, refused": (10, lambda: refused(BPE, {"a": 0}, [("a", "b")])),
        "encode_files": (200, lambda: tok.encode_files([Path(__file__)])),
    }


def watch(call: Callable[[], Any], count: int) -> tuple[int, int, int]:
    """Return RSS after a tenth of the calls and after all, and the growth of Python's objects."""
    for _ in range(max(count // 10, 1)):
        call()
    gc.collect()
    first = resident()
    for _ in range(count - count // 10):
        call()
    gc.collect()
    last = resident()
    tracemalloc.start()
    for _ in range(20):
        call()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(min(count, 500)):
        call()
    gc.collect()
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return first, last, left


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each kind of call."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    print(f"{'call':<26}{'times':>9}{'RSS MB':>10}{'at end':>10}{'objects':>9}{'s':>8}")
    leaking = []
    for name, (part, call) in calls().items():
        count, start = max(options.calls // part, 10), time.perf_counter()
        first, last, left = watch(call, count)
        seconds = time.perf_counter() - start
        print(
            f"{name:<26}{count:>9}{first / 1e6:>10.2f}{last / 1e6:>10.2f}{left:>9}{seconds:>8.1f}",
            flush=True,
        )
        if last - first > GROWTH or left > OBJECTS:
            leaking.append(name)
    print("leaking: " + ", ".join(leaking) if leaking else "nothing leaks")
    return int(bool(leaking))


if __name__ == "__main__":
    sys.exit(main())
