"""The speed of the scanners alone: include/scan/scan.h compiled by itself, in every SIMD kind.

    python -m benchmarks.encode.scanners english.txt korean.txt

Reads the first 30 MB of each file and prints the best of five runs; the words are found and not
kept. All kinds must find the same words.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.data import machine
from subword._core.simd import SIMD, use_simd
from subword._core.unicode import ranges

NAMES = (
    *("gpt2", "llama3", "qwen2", "qwen3.5", "cl100k", "o200k", "tekken", "clip", "clip bare"),
    *("deepseek", "whitespace", "whitespace_split", "bert"),
)
SCAN_BITS = ("letter", "number", "space", "mark", "upper", "lower", "symbol", "word")
BERT_BITS = ("drop", "blank", "space", "mark", "punct", "chinese", "numeric", "combining")
INCLUDE = Path(__file__).parents[2] / "subword" / "include"
PROGRAM = r"""
#include "scan/scan.h"

/* Words found; *sum depends on where each of them begins and ends. */
long long find_words(int pattern, const uint8_t *p, long long n, const uint8_t *bits, int simd,
                     uint64_t *sum) {
    int32_t found[512];
    ptrdiff_t at = 0;
    long long words = 0;
    uint64_t hash = 0;
    while (at < n) {
        int count = scan(pattern, p, n, &at, bits, NULL, found, 256, simd);
        words += count;
        if (sum)
            for (int i = 0; i < 2 * count; i++) hash = hash * 31 + (uint64_t)found[i];
    }
    if (sum) *sum = hash;
    return words;
}
"""


def table(prefix: str, names: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Return the bits of every code point."""
    bits = np.zeros(0x110000, np.uint8)
    for i, name in enumerate(names):
        for first, last in ranges(f"{prefix}_{name}"):
            bits[first : last + 1] |= 1 << i
    return bits


def library(folder: str) -> ctypes.CDLL:
    """Compile the scanners."""
    source, target = Path(folder) / "scan.c", Path(folder) / "scan.so"
    source.write_text(PROGRAM)
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    command = [compiler, "-O3", "-shared", "-fPIC", f"-I{INCLUDE}", str(source), "-o", str(target)]
    subprocess.run(command, check=True)
    loaded = ctypes.CDLL(str(target))
    loaded.find_words.restype = ctypes.c_longlong
    return loaded


def main() -> None:
    """Print a table for each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--megabytes", type=int, default=30, help="read at most this much")
    options = parser.parse_args()
    print(machine())
    tables = table("scan", SCAN_BITS), table("bert", BERT_BITS)
    with tempfile.TemporaryDirectory() as folder:
        scanners = library(folder)
        for path in options.files:
            with path.open("rb") as file:
                text = file.read(options.megabytes * 1_000_000).decode(errors="ignore").encode()
            levels = SIMD[: SIMD.index(use_simd()) + 1]
            print(f"\n{path.name + ', MB/s':<24}" + "".join(f"{level:>8}" for level in levels))
            for pattern, name in enumerate(NAMES):
                bits = tables[name == "bert"].ctypes.data_as(ctypes.c_void_p)
                size = ctypes.c_longlong(len(text))
                speeds, sums = [], set()
                for simd in range(len(levels)):
                    best = float("inf")
                    for _ in range(5 if simd else 1):
                        start = time.perf_counter()
                        scanners.find_words(pattern, text, size, bits, simd, None)
                        best = min(best, time.perf_counter() - start)
                    speeds.append(len(text) / best / 1e6)
                    found = ctypes.c_uint64()
                    scanners.find_words(pattern, text, size, bits, simd, ctypes.byref(found))
                    sums.add(found.value)
                if len(sums) != 1:
                    sys.exit(f"{name}: the kinds find different words")
                print(f"{name:<24}" + "".join(f"{speed:>8.0f}" for speed in speeds))


if __name__ == "__main__":
    main()
