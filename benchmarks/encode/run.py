"""The speed of encoding and decoding, beside other libraries; their ids are compared first.

    python -m benchmarks.encode.run                          # every cell
    python -m benchmarks.encode.run --cells "gpt2 english flat" --repeat 7 --cold 3
    python -m benchmarks.encode.run --list

A cell is a tokenizer, a text and a shape of the call (cells.py). Each contender (peers.py) is a
process of its own (contender.py) that loads, waits, and runs alone when its turn comes. Its first
call is the cold one, without imports and loading; its output is compared with subword's before the
warm calls are timed. Speeds are MB/s of UTF-8 text or, for short calls, microseconds. Peers are
used if they are installed (pip install gigatoken nanotoken snaptokens fastokens tokie quicktok-v1
tiktoken tokenizers); tokenizers 1.0.0rc3 gets an environment of its own in the cache folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import machine, tokenizer_file, versions
from benchmarks.encode.cells import CELLS, Cell
from benchmarks.encode.report import HEAD, plot, rows
from tests.helpers.data import CACHE, ROOT

RELEASE_CANDIDATE = "tokenizers-1.0.0rc3"
PACKAGES = (
    *("tokenizers", "gigatoken", "snaptokens", "fastokens", "nanotoken", "tokie", "tiktoken"),
    *("quicktok-v1", "splintr-rs", "kitoken", "sentencepiece", "transformers", "torch", "numpy"),
)


def interpreter(name: str) -> str | None:
    """Return the Python that has a contender's package, None if there is none."""
    if name != RELEASE_CANDIDATE:
        return sys.executable if importlib.util.find_spec(name.partition(":")[0]) else None
    folder = CACHE / RELEASE_CANDIDATE
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        wanted = [RELEASE_CANDIDATE.replace("-", "=="), f"numpy=={np.__version__}"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--pre", *wanted], check=True)
    return str(python)


class ContenderError(RuntimeError):
    """A contender that could not do what a cell asks; its own words are on stderr."""


class Contender:
    """A contender's process."""

    def __init__(self, name: str, cell: Cell, python: str) -> None:
        threads = 1 if name == "subword:one" else cell.threads
        environment = os.environ | {
            "RAYON_NUM_THREADS": str(threads),
            "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false",
            "OMP_NUM_THREADS": str(threads),
            "HF_HUB_OFFLINE": "1",
        }
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.encode.contender", name, cell.name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.about = self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise ContenderError(f"no answer: {self.process.args!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self, command: str = "run") -> float:
        """Have it run once; return the seconds."""
        if self.process.stdin:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        return float(self._answer()["seconds"])

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def differences(a: Path, b: Path) -> int:
    """Count the ids that differ, position by position, to the end of the shorter output."""
    one, two = np.load(a, mmap_mode="r"), np.load(b, mmap_mode="r")
    short = min(len(one), len(two))
    return int((one[:short] != two[:short]).sum())


def measure(cell: Cell, repeat: int, cold: int) -> dict[str, Any]:
    """Return, for each contender, its times and how many of its ids differ from subword's."""
    results: dict[str, Any] = {}
    contenders: dict[str, Contender] = {}
    tokenizer_file(cell.tokenizer)  # made before any contender loads it
    with tempfile.TemporaryDirectory() as folder:
        for name in ("subword", *cell.peers):
            python = interpreter(name)
            if python is None:
                print(f"{name} is not installed", file=sys.stderr)
                continue
            times = []
            file = Path(folder) / f"{name.replace(':', '-')}.npy"
            try:
                for turn in range(cold):
                    contender = Contender(name, cell, python)
                    times.append(contender.run(f"save {file}"))
                    if turn + 1 < cold:
                        contender.close()
            except ContenderError as error:
                if name == "subword":
                    raise
                print(error, file=sys.stderr)
                continue
            contenders[name] = contender
            different = 0
            # A truncated and a whole text are not meant to be equal.
            if not (cell.shape == "max_length" and name == "subword:full"):
                different = differences(Path(folder) / "subword.npy", file)
            if name != "subword":
                file.unlink()
            results[name] = contender.about | {
                "cold": times,
                "warm": [],
                "differences": different,
            }
    for turn in range(repeat + 1):
        for name, contender in contenders.items():
            seconds = contender.run()
            if turn:  # the first turn warms up
                results[name]["warm"].append(seconds)
    for contender in contenders.values():
        contender.close()
    return results


def main() -> None:
    """Run the cells that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--cells", nargs="*", default=[""], help="names, or parts of names, of cells"
    )
    parser.add_argument("--repeat", type=int, default=5, help="warm runs of each contender")
    parser.add_argument("--cold", type=int, default=1, help="fresh processes of each contender")
    parser.add_argument("--only", nargs="*", help="these peers only")
    parser.add_argument("--list", action="store_true", help="list the cells and do nothing")
    parser.add_argument("--json", type=Path, help="write every time; cells of an older file stay")
    parser.add_argument("--plot", help="draw to this file")
    options = parser.parse_args()
    chosen = [cell for cell in CELLS if any(part in cell.name for part in options.cells)]
    if options.list:
        print("\n".join(cell.name for cell in chosen))
        return
    print(machine())
    print(versions("subword", *PACKAGES))
    print("\n" + HEAD)
    table: dict[str, Any] = {}
    if options.json and options.json.exists():
        table = json.loads(options.json.read_text())["cells"]
    for cell in chosen:
        if options.only is not None:
            kept = tuple(name for name in cell.peers if name in options.only)
            cell = Cell(**{**vars(cell), "peers": kept})
        table[cell.name] = measure(cell, options.repeat, options.cold)
        print("\n".join(rows(cell.name, table[cell.name], cell.in_microseconds)), flush=True)
        if options.json:
            found = {"machine": machine(), "versions": versions("subword", *PACKAGES)}
            options.json.write_text(json.dumps(found | {"cells": table}, indent=1))
    if options.plot:
        plot(table, options.plot)


if __name__ == "__main__":
    main()
