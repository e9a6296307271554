"""Encode speed beside the peers: like outputs with like, compared before timing, runs interleaved.

    python benchmarks/bench_encode.py                     # every cell
    python benchmarks/bench_encode.py --cells gpt2 --repeat 7 --json encode.json --plot encode.png

A cell is a tokenizer, a corpus and a shape of the call. Its contenders take turns; MB/s of UTF-8
text on one thread, median and best of the warm runs, and of "cold" first passes in fresh processes
(imports and loading not counted). Peers are used when they are installed (pip install gigatoken
nanotoken snaptokens fastokens tokenizers).
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from corpora import corpus_file, documents, machine, tokenizer_folder, versions

# One thread for everybody: the Rust peers take theirs from here.
os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

Run = Callable[[list[str]], Any]


@dataclass(frozen=True)
class Cell:
    """One row of the table."""

    tokenizer: str
    corpus: str
    shape: str  # flat, lists, file, offsets, decode, two threads, max_length
    peers: tuple[str, ...]
    megabytes: float | None = None
    slow_megabytes: float = 3.0  # what peers under 10 MB/s get

    @property
    def name(self) -> str:
        """How the cell is called on the command line and in the table."""
        return f"{self.tokenizer} {self.corpus} {self.shape}"


FAST = ("gigatoken", "snaptokens", "fastokens")
CELLS = [
    Cell("gpt2", "english", "flat", (*FAST, "tokenizers")),
    Cell("gpt2", "english", "two threads", ("subword-one",)),
    Cell("gpt2", "english", "file", ("gigatoken",)),
    Cell("gpt2", "english", "lists", ("gigatoken",), 30),
    Cell("gpt2", "english", "offsets", ("subword-ids", "tokenizers"), 30),
    Cell("gpt2", "english", "decode", ("tokenizers",), 30),
    Cell("llama3", "english", "flat", (*FAST, "tokenizers")),
    Cell("qwen3", "english", "flat", (*FAST, "tokenizers")),
    Cell("gpt2", "korean", "flat", (*FAST, "tokenizers")),
    Cell("qwen3", "korean", "flat", FAST),
    Cell("gpt2", "multilingual", "flat", FAST),
    Cell("gpt2", "code", "flat", FAST),
    Cell("gemma3", "english", "flat", ("gigatoken",), 10),
    Cell("llama2", "english", "flat", ("gigatoken",), 10),
    Cell("bert-base-uncased", "english", "flat", ("nanotoken", "tokenizers")),
    Cell("bert-base-uncased", "english", "two threads", ("subword-one",)),
    Cell("bert-base-uncased", "english", "offsets", ("subword-ids", "tokenizers"), 30),
    Cell("bert-base-multilingual-cased", "korean", "flat", ("nanotoken", "tokenizers")),
    Cell("bert-base-multilingual-cased", "multilingual", "flat", ("nanotoken",)),
]
SLOW = {"tokenizers"}


def ours(cell: Cell) -> Run:
    """Return subword's run of a cell."""
    from subword import Tokenizer

    tokenizer = Tokenizer.from_pretrained(tokenizer_folder(cell.tokenizer))
    if cell.shape == "file":
        path = corpus_file(cell.corpus)
        return lambda docs: tokenizer.encode_files([path], separator="<|endoftext|>", threads=1).ids
    if cell.shape == "lists":
        return lambda docs: tokenizer.encode_lists(docs, threads=1, add_special_tokens=False)
    if cell.shape == "offsets":
        return lambda docs: (
            tokenizer.encode_ragged(
                docs, threads=1, return_offsets=True, add_special_tokens=False
            ).ids
        )
    if cell.shape == "decode":
        rows = functools.cache(
            lambda count: tokenizer.encode_ragged(documents(cell.corpus, cell.megabytes)[:count])
        )
        return lambda docs: tokenizer.decode_batch(rows(len(docs)))
    threads = 2 if cell.shape == "two threads" else 1
    special = cell.tokenizer.startswith("bert") and cell.shape == "flat"
    return lambda docs: (
        tokenizer.encode_ragged(docs, threads=threads, add_special_tokens=special).ids
    )


def peer(name: str, cell: Cell) -> Run:
    """Return a peer's run of a cell."""
    folder = tokenizer_folder(cell.tokenizer)
    path = str(folder / "tokenizer.json")
    if name.startswith("subword-"):
        return ours(Cell(cell.tokenizer, cell.corpus, "ids", (), cell.megabytes))
    if name == "tokenizers":
        import tokenizers

        hf = tokenizers.Tokenizer.from_file(path)
        special = cell.tokenizer.startswith("bert") and cell.shape == "flat"
        if cell.shape == "decode":
            lists = functools.cache(
                lambda count: [
                    e.ids for e in hf.encode_batch(documents(cell.corpus, cell.megabytes)[:count])
                ]
            )
            return lambda docs: hf.decode_batch(lists(len(docs)))
        encode = hf.encode_batch if cell.shape == "offsets" else hf.encode_batch_fast
        return lambda docs: np.concatenate(
            [np.array(e.ids, np.uint32) for e in encode(docs, add_special_tokens=special)]
        )
    if name == "nanotoken":
        import nanotoken

        nano = nanotoken.Tokenizer(path)
        return lambda docs: nano.encode_batch(docs).ids
    if name == "gigatoken":
        import gigatoken

        giga = gigatoken.Tokenizer(path)
        if cell.shape == "file":
            source = gigatoken.TextFileSource(
                [str(corpus_file(cell.corpus))], separator=b"<|endoftext|>"
            )
            return lambda docs: giga.encode_files(source)
        if cell.shape == "lists":
            return lambda docs: giga.encode_batch_list(docs, parallel=False)
        return lambda docs: giga.encode_batch(docs, parallel=False)
    module = importlib.import_module(name)
    flat = module.Tokenizer.from_file(path)
    return lambda docs: np.frombuffer(flat.encode_batch_flat(docs)[0], np.uint32)


def as_ids(result: Any) -> np.ndarray[Any, Any] | list[Any]:
    """Return flat ids, whatever form a contender gives them."""
    if isinstance(result, list) and result and isinstance(result[0], str):
        return result
    if isinstance(result, list):
        return np.fromiter((i for row in result for i in row), np.uint32)
    if hasattr(result, "layout"):  # an awkward array
        result = np.asarray(result.layout.content.data)
    return np.asarray(result, np.uint32)


def differences(a: Any, b: Any) -> int:
    """Count how two contenders differ; places that no longer line up count to the end."""
    a, b = as_ids(a), as_ids(b)
    if isinstance(a, list):
        return sum(x != y for x, y in zip(a, b, strict=True))
    short = min(len(a), len(b))
    return int((a[:short] != b[:short]).sum()) + abs(len(a) - len(b))


def measure(cell: Cell, repeat: int) -> dict[str, Any]:
    """Return {contender: {median, best, differences}} of a cell, MB/s."""
    docs = documents(cell.corpus, cell.megabytes)
    few = documents(cell.corpus, cell.slow_megabytes)
    runs = {"subword": ours(cell)}
    for name in cell.peers:
        if name.startswith("subword-") or importlib.util.find_spec(name):
            runs[name] = peer(name, cell)
    reference = runs["subword"](few)
    results: dict[str, Any] = {}
    for name, run in runs.items():
        other = run(few) if cell.shape != "file" or name == "subword" else reference
        results[name] = {"differences": differences(reference, other), "speeds": []}
    for turn in range(repeat + 1):
        for name, run in runs.items():
            given = few if name in SLOW else docs
            size = sum(len(doc.encode()) for doc in given) / 1e6
            start = time.perf_counter()
            result = run(given)
            elapsed = time.perf_counter() - start
            del result
            if turn:  # the first turn warms up
                results[name]["speeds"].append(size / elapsed)
    for result in results.values():
        speeds = result.pop("speeds")
        result |= {"median": statistics.median(speeds), "best": max(speeds)}
    return results


def cold(cell: Cell, repeat: int) -> dict[str, float]:
    """Return the median MB/s of first passes in fresh processes."""
    contenders = [
        "subword",
        *[name for name in cell.peers if name not in SLOW and not name.startswith("subword-")],
    ]
    speeds: dict[str, list[float]] = {
        name: [] for name in contenders if importlib.util.find_spec(name)
    }
    for _ in range(repeat):
        for name, found in speeds.items():
            command = [sys.executable, __file__, "--cold-run", name, "--cells", cell.name]
            answer = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(float(answer.stdout.split()[-1]))
    return {name: statistics.median(found) for name, found in speeds.items()}


def cold_run(name: str, cell: Cell) -> float:
    """Measure one first pass: what a fresh process runs."""
    docs = documents(cell.corpus, cell.megabytes)
    run = ours(cell) if name == "subword" else peer(name, cell)
    if name == "gigatoken":
        import awkward  # noqa: F401  its import is not what is measured
    size = sum(len(doc.encode()) for doc in docs) / 1e6
    start = time.perf_counter()
    run(docs)
    return size / (time.perf_counter() - start)


def rows(name: str, results: dict[str, Any]) -> list[str]:
    """Return a cell's lines of the table."""
    mine = results["subword"]["median"]
    lines = []
    for contender, result in results.items():
        ratio = "" if contender == "subword" else f"{mine / result['median']:.2f}"
        cold_speed = f"{result['cold']:.0f}" if "cold" in result else ""
        lines.append(
            f"| {name} | {contender} | {result['median']:.1f} | {result['best']:.1f} "
            f"| {cold_speed} | {ratio} | {result['differences']} |"
        )
    return lines


def plot(table: dict[str, Any], path: str) -> None:
    """Draw the medians as bars."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.9 * len(table) + 1))
    ticks, at = [], 0.0
    for name, results in table.items():
        ticks.append((at + 0.3 * (len(results) - 1) / 2, name))
        for contender, result in results.items():
            colour = "tab:blue" if contender == "subword" else "tab:grey"
            axes.barh(at, result["median"], 0.28, color=colour)
            axes.text(
                result["median"],
                at,
                f" {contender} {result['median']:.0f}",
                va="center",
                fontsize=7,
            )
            at += 0.3
        at += 0.4
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("MB/s, one thread, warm, median")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Run the cells that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--cells", nargs="*", default=[""], help="names, or parts of names, of cells"
    )
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument(
        "--cold", type=int, default=0, help="first passes in fresh processes, for flat cells"
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot")
    parser.add_argument("--cold-run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = [cell for cell in CELLS if any(part in cell.name for part in options.cells)]
    if options.cold_run:
        print(
            cold_run(
                options.cold_run, next(cell for cell in chosen if cell.name == options.cells[0])
            )
        )
        return
    print(machine())
    print(versions("subword", "tokenizers", *FAST, "nanotoken", "numpy"))
    print("\n| cell | who | MB/s median | best | cold | ours / theirs | ids that differ |")
    print("|---|---|---|---|---|---|---|")
    table = {}
    for cell in chosen:
        table[cell.name] = measure(cell, options.repeat)
        if options.cold and cell.shape == "flat":
            for name, speed in cold(cell, options.cold).items():
                table[cell.name][name]["cold"] = speed
        print("\n".join(rows(cell.name, table[cell.name])), flush=True)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "cells": table}, indent=1))
    if options.plot:
        plot(table, options.plot)


if __name__ == "__main__":
    main()
