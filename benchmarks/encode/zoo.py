"""How far the slowest pipeline falls: published and synthetic ones beside tokenizers 0.23.3.

    python -m benchmarks.encode.zoo
    python -m benchmarks.encode.zoo FOLDER --corpora english code --megabytes 1 --only metaspace

Every tokenizer.json below a folder (default: the tokenizers of SUBWORD_DATA), and every pipeline of
zoo_pipelines.py, over the same text on one thread, both libraries warm. For each: our speed, the
ratio to `tokenizers`, and to our own gpt2 on that text, for ids and for ids with offsets; then the
worst, and what nine in ten reach. Ids are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers

from benchmarks.data import documents, machine, versions
from benchmarks.encode.zoo_pipelines import PIPELINES
from subword import Tokenizer
from tests.helpers.data import DATA, tokenizer_folder

HF_MEGABYTES = 0.2  # the other library is slow, and its speed does not depend on the size


def best(run: Callable[[], Any], rounds: int) -> float:
    """Return the least processor time of some calls after the first."""
    run()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def published(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, JSON) of every tokenizer.json below a folder."""
    for path in sorted(folder.rglob("tokenizer.json")):
        yield path.parent.name, path.read_text(encoding="utf-8")


def synthetic() -> Iterator[tuple[str, str]]:
    """Yield (name, JSON) of the pipelines, over published vocabularies."""
    configs: dict[str, dict[str, Any]] = {}
    for name, base, stages in PIPELINES:
        if base not in configs:
            text = (tokenizer_folder(base) / "tokenizer.json").read_text(encoding="utf-8")
            configs[base] = json.loads(text)
        config = {**configs[base], **{"normalizer": None, "pre_tokenizer": None}, **stages}
        config["post_processor"] = None
        yield f"{name} ({base})", json.dumps(config)


def sized(texts: list[str], megabytes: float) -> list[str]:
    """Return the first texts, about so many megabytes."""
    kept, size = [], 0
    for text in texts:
        kept.append(text)
        size += len(text.encode())
        if size >= megabytes * 1e6:
            break
    return kept


def size_of(texts: list[str]) -> float:
    """Return the megabytes of texts."""
    return sum(len(text.encode()) for text in texts) / 1e6


class Zoo:
    """The texts, our gpt2 on them, and the rows of the table."""

    def __init__(self, corpora: list[str], megabytes: float, rounds: int) -> None:
        """Read the texts and measure gpt2."""
        self.texts = {
            name: [part for text in documents(name, megabytes) for part in parts(text)]
            for name in corpora
        }
        self.rounds = rounds
        self.gpt2 = Tokenizer.from_file(tokenizer_folder("gpt2") / "tokenizer.json")
        self.rows: list[tuple[float, str]] = []

    def measure(self, name: str, config: str) -> None:
        """Measure one pipeline on each corpus, and print its lines."""
        try:
            ours = Tokenizer.from_str(config)
        except ValueError as error:
            print(f"{name}: not loaded: {error}")
            return
        theirs = tokenizers.Tokenizer.from_str(config)
        for corpus, texts in self.texts.items():
            few = sized(texts, HF_MEGABYTES)
            differing = sum(
                a.ids != b.ids or a.offsets != b.offsets
                for a, b in zip(ours.encode_batch(few), theirs.encode_batch(few), strict=True)
            )
            other = best(lambda few=few: theirs.encode_batch(few), 2) / size_of(few)
            mine = mine_of(ours, texts, False, self.rounds)
            places = mine_of(ours, texts, True, self.rounds)
            gpt2 = mine_of(self.gpt2, texts, False, self.rounds)
            gpt2_places = mine_of(self.gpt2, texts, True, self.rounds)
            self.rows.append((other / mine, f"{name} {corpus}"))
            print(
                f"{name:<44}{corpus:<13}{1 / mine:7.0f} MB/s {other / mine:7.0f} of tokenizers "
                f"{gpt2 / mine:6.2f} of gpt2, offsets {1 / places:6.0f} MB/s "
                f"{gpt2_places / places:6.2f}{f'  {differing} DIFFER' if differing else ''}",
                flush=True,
            )


def parts(text: str, size: int = 20_000) -> list[str]:
    """Cut a document into texts of a usual size."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def mine_of(tokenizer: Tokenizer, texts: list[str], offsets: bool, rounds: int) -> float:
    """Return our seconds a megabyte."""

    def run() -> Any:
        return tokenizer.encode_ragged(texts, return_offsets=offsets, threads=1)

    return best(run, rounds) / size_of(texts)


def main() -> int:
    """Measure every pipeline, and print the worst."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA / "tokenizers")
    parser.add_argument("--corpora", nargs="*", default=["english", "code", "korean"])
    parser.add_argument("--megabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="only names that hold this")
    options = parser.parse_args()
    print(f"{machine()}; {versions('numpy', 'tokenizers')}")
    zoo = Zoo(options.corpora, options.megabytes, options.rounds)
    for name, config in (*published(options.folder), *synthetic()):
        if options.only in name:
            zoo.measure(name, config)
    zoo.rows.sort()
    if zoo.rows:
        nine = zoo.rows[len(zoo.rows) // 10][0]
        print(f"worst {zoo.rows[0][0]:.0f} ({zoo.rows[0][1]}), nine in ten at least {nine:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
