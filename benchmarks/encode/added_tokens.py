"""What added tokens cost: where none occurs, and where the text is made to look like them.

    python -m benchmarks.encode.added_tokens
    python -m benchmarks.encode.added_tokens --names gpt2 llama2 --corpora english --rounds 60

First, beside the same tokenizer without any, as a share of its speed: 1 to 10,000 tokens that the
text does not hold, looked for in the original or in normalized text. Then nanoseconds a byte of
hostile lists, whose texts look like the beginning of a long token everywhere, at two sizes: a time
that grows with the square shows.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from typing import Any

from benchmarks.data import documents, machine, versions
from benchmarks.encode.zoo import parts, size_of
from subword import Tokenizer
from tests.helpers.data import tokenizer_folder

COUNTS = (1, 10, 400, 10_000)
# Tokens, and what their text repeats.
HOSTILE = {
    "runs": (["a" * n for n in range(1, 400)], "a"),
    "a run with another end": (["a", "a" * 2000 + "b"], "a"),
    "pairs": (["ab" * n + "<" for n in range(1, 300)], "ab"),
    "prefixes of a period": ([("aab" * 300)[:n] + "<" for n in range(1, 900, 3)], "aab"),
}


def added(content: str, index: int, normalized: bool) -> dict[str, Any]:
    """Return an added token as a tokenizer.json holds it."""
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "special"), False)
    return {"id": index, "content": content, **flags, "normalized": normalized}


def with_added(config: dict[str, Any], count: int, normalized: bool) -> Tokenizer:
    """Return a tokenizer with so many added tokens, and no others."""
    first = len(config["model"]["vocab"])
    tokens = [added(f"<|extra_{i}|>", first + i, normalized) for i in range(count)]
    return Tokenizer.from_str(
        json.dumps({**config, "added_tokens": tokens, "post_processor": None})
    )


def seconds_of(run: Callable[[], Any]) -> float:
    """Return the processor time of a call."""
    start = time.process_time()
    run()
    return time.process_time() - start


def measure_absent(name: str, corpus: str, megabytes: float, rounds: int) -> None:
    """Print the speed with added tokens that the text does not hold."""
    path = tokenizer_folder(name) / "tokenizer.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    texts = [part for text in documents(corpus, megabytes) for part in parts(text)]
    contenders = {("", 0): with_added(config, 0, False)}
    for normalized, where in ((False, "original"), (True, "normalized")):
        for count in COUNTS:
            contenders[where, count] = with_added(config, count, normalized)
    times: dict[tuple[str, int], list[float]] = {key: [] for key in contenders}
    for turn in range(rounds + 1):
        for key in random.sample(list(contenders), len(contenders)):
            tok = contenders[key]
            taken = seconds_of(lambda tok=tok: tok.encode_ragged(texts, threads=1))
            if turn:  # the first call fills the caches
                times[key].append(taken)
    none = min(times["", 0])
    print(f"{name} {corpus}: {size_of(texts) / none:.0f} MB/s without")
    for where in ("original", "normalized"):
        shares = [f"{count:,}: {none / min(times[where, count]):.2f}" for count in COUNTS]
        print(f"    in {where} text  {'  '.join(shares)}", flush=True)


def measure_hostile(name: str) -> None:
    """Print the time a byte of a short and a long text."""
    contents, piece = HOSTILE[name]
    model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "<": 2}, "merges": []}
    tokens = [added(content, 3 + i, False) for i, content in enumerate(contents)]
    config = {"version": "1.0", "added_tokens": tokens, "model": model}
    tok = Tokenizer.from_str(json.dumps(config))
    figures = []
    for size in (20_000, 2_000_000):
        text = piece * (size // len(piece))
        best = min(seconds_of(lambda text=text: tok.encode_ids(text)) for _ in range(5))
        figures.append(f"{best * 1e9 / len(text):.1f}")
    print(f"{name}: {figures[0]} ns a byte of 20 kB, {figures[1]} of 2 MB", flush=True)


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ["gpt2", "gpt-neox", "llama2", "bert-base-uncased"]
    parser.add_argument("--names", nargs="*", default=names)
    parser.add_argument("--corpora", nargs="*", default=["english", "code"])
    parser.add_argument("--megabytes", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    print(f"{machine()}; {versions('numpy')}")
    for name in options.names:
        for corpus in options.corpora:
            measure_absent(name, corpus, options.megabytes, options.rounds)
    for name in HOSTILE:
        measure_hostile(name)


if __name__ == "__main__":
    main()
