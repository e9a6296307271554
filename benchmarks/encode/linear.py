"""Time per byte on texts without a word boundary: linear if both columns agree.

python -m benchmarks.encode.linear [--names gpt2,bert-base-uncased]
"""

import argparse
import base64
import random
import time

from tests.helpers.compare import load
from tests.helpers.data import NAMES

SMALL, LARGE = 100_000, 1_000_000


def texts(size: int) -> dict[str, str]:
    """Return texts of `size` bytes (Hangul: three bytes a character)."""
    rng = random.Random(3)
    return {
        "one letter": "a" * size,
        "spaces": " " * size,
        "base64": base64.b64encode(rng.randbytes(size)).decode()[:size],
        "hangul": "".join(chr(rng.randrange(0xAC00, 0xD7A4)) for _ in range(size // 3)),
        "accents": "e" + "\u0301" * (size // 2),
    }


def nanoseconds(name: str, text: str) -> float:
    """Return the best time per byte of three runs with empty caches."""
    tok = load(name)
    best = float("inf")
    for _ in range(3):
        tok.cache_clear()
        start = time.perf_counter()
        tok.encode_ragged([text], threads=1)
        best = min(best, time.perf_counter() - start)
    return best / len(text.encode()) * 1e9


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", default=",".join(NAMES))
    options = parser.parse_args()
    print(f"{'tokenizer':<30}{'text':<12}{'100 kB':>10}{'1 MB':>10}  ns a byte")
    for name in options.names.split(","):
        for (kind, small), large in zip(texts(SMALL).items(), texts(LARGE).values(), strict=True):
            a, b = nanoseconds(name, small), nanoseconds(name, large)
            print(
                f"{name:<30}{kind:<12}{a:>10.1f}{b:>10.1f}{'' if b < 4 * a else '  <- not linear'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
