"""Calls of every kind, repeated while the memory of the process is watched."""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import os
import pickle
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
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
# A kind of call leaks if the process grew by more bytes than this, or if Python objects of more
# bytes than this were left. Only growth in every round is a leak: threads come and go between the
# arenas of malloc, whose number has a limit.
MAX_GROWTH = 4 << 20
ROUNDS = 4
MAX_OBJECTS = 64 << 10


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def stream(tok: Tokenizer, ids: list[int]) -> None:
    """Decode ids one by one."""
    step = DecodeStream().step
    for index in ids:
        step(tok, index)


def refused(call: Callable[..., Any], *given: Any) -> None:
    """Make a call that raises."""
    with contextlib.suppress(ValueError, TypeError):
        call(*given)


def kinds_of_call() -> dict[str, tuple[int, Callable[[], Any]]]:
    """Return what to call, and the divisor of the number of calls that were asked for."""
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


@dataclass(frozen=True)
class Watched:
    """The memory of one kind of call, in bytes.

    Attributes:
        first: Resident memory (RSS) after a tenth of the calls, in the last round.
        last: The same after all calls.
        objects: Python objects, as tracemalloc counts them, that some more calls left.
    """

    first: int
    last: int
    objects: int

    @property
    def leaks(self) -> bool:
        """Whether memory was left that a later call does not use again."""
        return self.last - self.first > MAX_GROWTH or self.objects > MAX_OBJECTS


def watch(call: Callable[[], Any], count: int) -> Watched:
    """Repeat a call and watch the memory."""
    for _ in range(ROUNDS):
        for _ in range(max(count // 10, 1)):
            call()
        gc.collect()
        first = resident()
        for _ in range(count - count // 10):
            call()
        gc.collect()
        last = resident()
        if last - first <= MAX_GROWTH:
            break
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
    return Watched(first, last, left)
