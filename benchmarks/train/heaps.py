"""A corpus of any size whose number of distinct words grows as it does in real text.

    python -m benchmarks.train.heaps heaps.txt --megabytes 1000

n words hold about SCALE * n ** EXPONENT distinct ones (Heaps' law). A known word is repeated with a
probability that falls with its rank (Zipf's law with the matching exponent). Words are spelled in
syllables; the earlier a word appears, the shorter it is. Equal sizes and seeds give equal bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

EXPONENT = 0.62
SCALE = 12.0
BLOCK = 1 << 20  # words made at a time
WORDS_A_LINE = 16
ONSETS = [*"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fl", "gr", "pl", "qu", "sh", "st", "th"]
NUCLEI = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
CODAS = ["", "", "n", "r", "s", "l", "t", "nd", "ck"]
SYLLABLES = [a + b + c for a in ONSETS for b in NUCLEI for c in CODAS if a != "qu" or b != "u"]


def spelling(number: int, shuffled: list[str]) -> bytes:
    """Return the word with a number: its digits to the base of all syllables."""
    base = len(shuffled)
    parts = []
    number += 1
    while number:
        number, digit = divmod(number - 1, base)
        parts.append(shuffled[digit])
    return "".join(parts).encode()


def numbers(size: int, known: int, seen: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return the next `size` words, as numbers in the order of being coined.

    Args:
        size: How many.
        known: Distinct words so far.
        seen: Words so far.
        rng: Source of chance.
    """
    places = np.arange(seen, seen + size, dtype=np.float64)
    total = np.maximum(SCALE * (places + 1) ** EXPONENT, known).astype(np.int64)
    total = np.minimum(total, known + 1 + np.arange(size))
    # The rank of a known word: density rank ** -(1 / EXPONENT) truncated at the number of words.
    power = 1 - 1 / EXPONENT
    chance = rng.random(size)
    low, high = 1.0, (total + 1.0) ** power
    ranks = ((low + chance * (high - low)) ** (1 / power)).astype(np.int64) - 1
    coined = np.diff(total, prepend=known) > 0
    return np.where(coined, total - 1, np.minimum(ranks, total - 1))


def write(path: Path, size: int, seed: int = 0) -> tuple[int, int]:
    """Write about `size` bytes; return how many words they are, and how many distinct ones."""
    rng = np.random.default_rng(seed)
    shuffled = [SYLLABLES[i] for i in rng.permutation(len(SYLLABLES))]
    words: list[bytes] = []
    seen = written = known = 0
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        while written < size:
            drawn = numbers(BLOCK, known, seen, rng)
            known = int(drawn.max()) + 1 if known == 0 else max(known, int(drawn.max()) + 1)
            words.extend(spelling(i, shuffled) for i in range(len(words), known))
            texts = [words[i] for i in drawn.tolist()]
            lines = [b" ".join(texts[i : i + WORDS_A_LINE]) for i in range(0, BLOCK, WORDS_A_LINE)]
            written += file.write(b"\n".join(lines) + b"\n")
            seen += BLOCK
    part.replace(path)
    return seen, known


def main() -> None:
    """Write the file that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    seen, known = write(args.path, int(args.megabytes * 1e6), args.seed)
    print(f"{args.path}: {seen:,} words, {known:,} distinct")


if __name__ == "__main__":
    main()
