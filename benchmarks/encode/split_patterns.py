"""The speed of split patterns without a scanner, in front of GPT-2's vocabulary.

    python -m benchmarks.encode.split_patterns
    python -m benchmarks.encode.split_patterns --corpora english code --megabytes 8 --rounds 9

The patterns are those of published tokenizers in tests/subword/regex/split_patterns.json. Each
takes turns with GPT-2's own pattern and scanner, on the same text and vocabulary; the ratio of the
fastest runs of the two is printed, and how the pattern runs. Behind a pattern that does not cover
the text words are long, and the ratio says more about them than about the pattern.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

from benchmarks.data import documents, machine, tokenizer_file, versions
from subword import Tokenizer
from subword._regex.patterns import compile_cutter, compile_pattern
from subword._regex.scanners import scanner_of
from subword._regex.split_patterns import checked_behavior
from tests.helpers.data import ROOT

PATTERNS = ROOT / "tests" / "subword" / "regex" / "split_patterns.json"


def with_split(config: dict[str, object], split: dict[str, object] | None) -> Tokenizer:
    """Return GPT-2's tokenizer with another pattern; None for its own."""
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": split is None,
    }
    steps = [byte_level]
    if split is not None:
        pattern = {"Regex": split["pattern"]}
        steps.insert(0, {**split, "type": "Split", "pattern": pattern})
    sequence = {"type": "Sequence", "pretokenizers": steps}
    return Tokenizer.from_str(json.dumps({**config, "pre_tokenizer": sequence}))


def way(split: dict[str, object]) -> str:
    """Return how a split runs."""
    pattern, behavior = str(split["pattern"]), checked_behavior(str(split["behavior"]))
    if scanner_of(pattern, behavior, bool(split["invert"])) >= 0:
        return "scanner"
    if compile_cutter(pattern, behavior, bool(split["invert"])) is not None:
        return "one pass"
    return type(compile_pattern(pattern)).__name__.lower()


def seconds(tokenizer: Tokenizer, texts: list[str]) -> float:
    """Return the processor's time for one warm call on one thread."""
    start = time.process_time()
    tokenizer.encode_ragged(texts, threads=1)
    return time.process_time() - start


def main() -> int:
    """Print the ratio of each pattern to GPT-2's own, per corpus, and how they are distributed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", nargs="*", default=["english", "code", "multilingual"])
    parser.add_argument("--megabytes", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print(f"{machine()}; {versions('numpy')}")
    config = json.loads(tokenizer_file("gpt2").read_text(encoding="utf-8"))
    splits = json.loads(PATTERNS.read_text(encoding="utf-8"))
    own = with_split(config, None)
    others = [with_split(config, split) for split in splits]
    for corpus in options.corpora:
        texts = documents(corpus, options.megabytes)
        ratios = []
        for split, other in zip(splits, others, strict=True):
            seconds(own, texts), seconds(other, texts)  # the cold ones
            pairs = [(seconds(own, texts), seconds(other, texts)) for _ in range(options.rounds)]
            ours, theirs = zip(*pairs, strict=True)
            ratios.append(min(ours) / min(theirs))
            pattern = str(split["pattern"]).encode("unicode_escape").decode()[:60]
            print(f"{corpus:<10}{ratios[-1]:7.2f}  {way(split):<12}{pattern}", flush=True)
        ratios.sort()
        print(
            f"{corpus}: median {statistics.median(ratios):.2f}, nine in ten at least "
            f"{ratios[len(ratios) // 10]:.2f}, worst {ratios[0]:.3f} of GPT-2's own pattern"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
