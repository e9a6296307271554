"""One contender of one cell, in a process of its own that benchmarks.encode.run starts.

    python -m benchmarks.encode.contender NAME CELL

Loads, prints the size of its texts, and then answers each line of its input: "run" with the seconds
of a call, and "save FILE" with the same after writing the output to a file, so that outputs can be
compared. Its first call is the cold one. This file and those that it imports need numpy and the
contender's own package only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.data import bench_texts
from benchmarks.encode.cells import Cell, cell_of
from benchmarks.encode.peers import Run, run_of

# Megabytes of text for the slow contenders.
LIMITS = {"tokenizers": 3.0, "tiktoken": 3.0, "tokenizers-1.0.0rc3": 30.0, "tokie": 30.0}
LIMITS |= {"sentencepiece": 6.0, "kitoken": 3.0}
# Short calls are repeated for about this long.
SECONDS = 0.05


def as_numbers(result: Any) -> np.ndarray[Any, Any]:
    """Return the output of a contender, of whatever type, as a flat array for comparison."""
    if hasattr(result, "layout"):  # an awkward array
        return np.asarray(result.layout.content.data, np.uint32)
    if hasattr(result, "keys"):  # the inputs of a model
        keys = ("input_ids", "attention_mask")
        return np.concatenate([np.asarray(result[key], np.uint32).ravel() for key in keys])
    if isinstance(result, np.ndarray):
        return result.astype(np.uint32, copy=False).ravel()
    if hasattr(result, "ids"):
        return np.asarray(result.ids, np.uint32)
    if isinstance(result, list) and result and isinstance(result[0], str):
        return np.array([zlib.crc32(text.encode()) for text in result], np.uint32)
    if isinstance(result, list) and result and isinstance(result[0], int):
        return np.array(result, np.uint32)
    return np.concatenate([as_numbers(row) for row in result])


def timed(run: Run, texts: list[str], calls: int) -> tuple[float, Any]:
    """Return the seconds of a call, and the output of the last one."""
    start = time.perf_counter()
    for _ in range(calls):
        result = run(texts)
    return (time.perf_counter() - start) / calls, result


def answers(run: Run, texts: list[str], cell: Cell) -> Callable[[str], dict[str, Any]]:
    """Return the function that answers a line of input."""
    calls = [0]

    def answer(line: str) -> dict[str, Any]:
        seconds, result = timed(run, texts, max(calls[0], 1))
        if not calls[0]:  # the first call was the cold one
            warm = timed(run, texts, 1)[0] if cell.in_microseconds else seconds
            calls[0] = max(1, int(SECONDS / warm)) if cell.in_microseconds else 1
        if line.startswith("save "):
            np.save(line.removeprefix("save ").strip(), as_numbers(result))
        return {"seconds": seconds}

    return answer


def main() -> None:
    """Load, then answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the contender, as cells.py names it")
    parser.add_argument("cell", help="the cell, as `benchmarks.encode.run --list` names it")
    options = parser.parse_args()
    name, cell = options.name, cell_of(options.cell)
    limits = [limit for limit in (cell.megabytes, LIMITS.get(name)) if limit is not None]
    texts = bench_texts(cell.text, min(limits, default=None))
    answer = answers(run_of(name, cell, texts), texts, cell)
    size = sum(len(text.encode()) for text in texts)
    print(json.dumps({"bytes": size, "texts": len(texts)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
