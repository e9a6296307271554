"""One contender of one cell in a process of its own: what bench_encode.py starts and asks.

    python contender.py NAME CELL

Loads, says so, and then answers each line of its input: "run" with the seconds of a call, and
"save FILE" with the same after having written what came out, so that outputs can be compared. Its
first call is the cold one. This file and those it imports need numpy and the contender's own
package only.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from cells import Cell, cell_of
from corpora import bench_texts
from peers import Run, run_of

# Megabytes that the slow ones get.
LIMITS = {"tokenizers": 3.0, "tiktoken": 3.0, "tokenizers-1.0.0rc3": 30.0, "tokie": 30.0}
# Short calls are repeated for about this long.
SECONDS = 0.05


def as_numbers(result: Any, name: str) -> np.ndarray[Any, Any]:
    """Return what a contender gives, whatever its form, as flat numbers that can be compared."""
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
    return np.concatenate([as_numbers(row, name) for row in result])


def timed(run: Run, texts: list[str], calls: int) -> tuple[float, Any]:
    """Return the seconds of a call, and what the last one gave."""
    start = time.perf_counter()
    for _ in range(calls):
        result = run(texts)
    return (time.perf_counter() - start) / calls, result


def answers(run: Run, texts: list[str], cell: Cell, name: str) -> Callable[[str], dict[str, Any]]:
    """Return what answers a line."""
    calls = [0]

    def answer(line: str) -> dict[str, Any]:
        seconds, result = timed(run, texts, max(calls[0], 1))
        if not calls[0]:  # the first call was the cold one
            warm = timed(run, texts, 1)[0] if cell.in_microseconds else seconds
            calls[0] = max(1, int(SECONDS / warm)) if cell.in_microseconds else 1
        if line.startswith("save "):
            np.save(line.removeprefix("save ").strip(), as_numbers(result, name))
        return {"seconds": seconds}

    return answer


def main() -> None:
    """Load, then answer."""
    name, cell = sys.argv[1], cell_of(sys.argv[2])
    texts = bench_texts(cell.text, min(cell.megabytes or 1e9, LIMITS.get(name, 1e9)))
    answer = answers(run_of(name, cell, texts), texts, cell, name)
    size = sum(len(text.encode()) for text in texts)
    print(json.dumps({"bytes": size, "texts": len(texts)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
