"""Random strings through every published tokenizer, compared with the oracle.

    python -m benchmarks.parity.fuzz 100000 [--names gpt2,llama3] [--seed 1]

Each tokenizer gets that many strings (at most a million): every field of their encodings, flat ids
and offsets, lists, and decoded text; a tenth as many pairs. The exit status is 1 if anything
differs.
"""

import argparse
import random
import sys
import time

from tests.helpers.compare import differences, load
from tests.helpers.data import NAMES
from tests.helpers.random_text import random_text

BATCH = 500
MAX_COUNT = 1_000_000


def main() -> int:
    """Print a line for each tokenizer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--names", default=",".join(NAMES))
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    if not 1 <= options.count <= MAX_COUNT:
        parser.error(f"count must be in [1, {MAX_COUNT}], got {options.count}")
    failed = 0
    for name in options.names.split(","):
        rng = random.Random(f"{name} {options.seed}")
        mine, start, wrong = load(name), time.perf_counter(), []
        for done in range(0, options.count, BATCH):
            size = min(BATCH, options.count - done)
            wrong += differences(name, mine, [random_text(rng) for _ in range(size)])
            pairs = [(random_text(rng), random_text(rng)) for _ in range(size // 10)]
            wrong += differences(name, mine, pairs, ragged=False)
        seconds = time.perf_counter() - start
        print(
            f"{name:<30}{options.count:>8} strings, {len(wrong)} differences, {seconds:.1f} s",
            flush=True,
        )
        for line in wrong[:5]:
            print("   ", line)
        failed += len(wrong)
    print(f"seed {options.seed}: {failed} differences")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
