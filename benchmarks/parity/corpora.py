"""Every document of every corpus through every published tokenizer, compared with the oracle.

    python -m benchmarks.parity.corpora [--names gpt2,llama3] [--corpora korean,code]
    [--english-bytes 20000000] [--character-level]

With --character-level the tokenizers are those that `benchmarks.parity.character_level` trains.

Compared are the ids of all documents, alone and with character offsets (two paths through the
loop), and of each tenth document every field of the `Encoding` and the decoded text. The exit
status is 1 if anything differs.
"""

import argparse
import sys
import time

import numpy as np

from benchmarks.parity.character_level import CONFIGURATIONS, pair
from tests.helpers.compare import differences, load
from tests.helpers.data import CORPORA, NAMES, documents
from tests.helpers.published import oracle

BATCH = 512
ENGLISH = 20_000_000


def compare(name: str, mine, theirs, texts: list[str]) -> tuple[int, int, list[str]]:
    """Count documents whose ids or offsets differ; describe other differences of each tenth."""
    ids = offsets = 0
    other: list[str] = []
    for first in range(0, len(texts), BATCH):
        batch = texts[first : first + BATCH]
        plain = mine.encode_ragged(batch)
        rows = mine.encode_ragged(batch, return_offsets=True)
        bounds = rows.row_splits
        for i, expected in enumerate(theirs.encode_batch(batch)):
            if any(not np.array_equal(found[i], expected.ids) for found in (plain, rows)):
                ids += 1
            elif not np.array_equal(
                rows.offsets[bounds[i] : bounds[i + 1]], np.array(expected.offsets).reshape(-1, 2)
            ):
                offsets += 1
        other += differences(name, mine, batch[::10], ragged=False, reference=theirs)
    return ids, offsets, other


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names")
    parser.add_argument("--character-level", action="store_true")
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--english-bytes", type=int, default=ENGLISH)
    parser.add_argument("--step", type=int, default=1, help="compare each n-th document only")
    options = parser.parse_args()
    print(
        f"{'tokenizer':<30}{'corpus':<14}{'documents':>10}{'ids':>6}{'offsets':>9}{'fields':>8}{'s':>8}"
    )
    total = wrong = 0
    known = CONFIGURATIONS if options.character_level else NAMES
    for name in options.names.split(",") if options.names else known:
        mine, theirs = pair(name) if options.character_level else (load(name), oracle(name))
        for corpus in options.corpora.split(","):
            start = time.perf_counter()
            limit = options.english_bytes if corpus == "english" else None
            texts = documents(corpus, limit, options.step)
            ids, offsets, other = compare(name, mine, theirs, texts)
            seconds = time.perf_counter() - start
            print(
                f"{name:<30}{corpus:<14}{len(texts):>10}{ids:>6}{offsets:>9}{len(other):>8}{seconds:>8.1f}",
                flush=True,
            )
            for line in other[:3]:
                print("   ", line)
            total += len(texts)
            wrong += ids + offsets + len(other)
    print(f"{total} documents compared, {wrong} differences")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
