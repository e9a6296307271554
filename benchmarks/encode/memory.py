"""Whether encoding makes the process grow: a gigabyte in a loop, then words that never repeat.

    python -m benchmarks.encode.memory [--tokenizer gpt2] [--gigabytes 1]

Prints the resident memory and the size of the word caches after each pass. Results are freed at
once; what stays is the memory of the last large result, which the next one reuses. The exit status
is 1 if the process grew, after the first pass of each kind, by more than the caches may take.
"""

from __future__ import annotations

import argparse
import random
import sys

from benchmarks.data import documents, machine, tokenizer_file, versions
from subword import Tokenizer
from tests.helpers.leaks import resident

LIMIT = 64 << 20  # bytes of the word caches of a thread
PASS = 100_000_000  # bytes


def fresh_words(rng: random.Random, size: int) -> list[str]:
    """Return texts of about `size` bytes together, of words that no other text holds."""
    letters = "abcdefghijklmnopqrstuvwxyz한국어ñé"
    return [
        " ".join("".join(rng.choices(letters, k=rng.randrange(3, 12))) for _ in range(1000))
        for _ in range(size // 8500)
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokenizer", default="gpt2")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    options = parser.parse_args()
    print(machine())
    print(versions("subword", "numpy"))
    tokenizer = Tokenizer.from_pretrained(tokenizer_file(options.tokenizer).parent)
    texts = documents("english", PASS / 1e6)
    print(f"{'pass':<22}{'resident MB':>12}{'cache MB':>10}{'words':>10}{'wipes':>7}")

    def passed(name: str) -> int:
        info = tokenizer.cache_info()
        now = resident()
        print(
            f"{name:<22}{now / 1e6:>12.0f}{info['bytes'] / 1e6:>10.1f}{info['words']:>10}"
            f"{info['wipes']:>7}",
            flush=True,
        )
        return now

    first = 0
    for turn in range(max(2, round(options.gigabytes * 1e9 / PASS))):
        tokenizer.encode_ragged(texts, threads=1, return_offsets=turn % 2 == 1)
        last = passed(f"english {turn + 1}")
        first = last if turn == 1 else first  # the second pass is the first with offsets
    rng = random.Random(1)
    for turn in range(5):
        tokenizer.encode_ragged(fresh_words(rng, 10_000_000), threads=1)
        last = passed(f"fresh words {turn + 1}")
    grown = last - first
    print(f"grown by {grown / 1e6:.0f} MB since both kinds of pass were seen once")
    return int(grown > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
