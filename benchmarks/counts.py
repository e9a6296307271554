"""The instructions that encoding, decoding and training take, which no busy machine changes.

    python -m benchmarks.counts --save counts.json          # before a change
    python -m benchmarks.counts --compare counts.json       # after it
    python -m benchmarks.counts --cells "flat gpt2"         # some cells only

valgrind's cachegrind counts the instructions of a process that runs a cell twice, and of one that
runs it six times; a quarter of the difference is one run, without imports, loading and the first,
cold run. Two runs of the same build differ by less than 0.1 %, so a change that should only move
code is held to its counts. Needs valgrind and the corpora, and takes about a minute a cell: the
processes run some fifty times slower than alone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import subword
from benchmarks.data import documents, machine, versions
from subword import Tokenizer
from tests.helpers.data import ROOT, tokenizer_folder

MEGABYTES = 2
SHORT = 80  # characters of the texts of a padded batch
SENTENCE = 88  # characters of the one text of "one"
CALLS = 2000  # of "one": a single call is too short to be seen
PADDED_CALLS = 50
FEW, MANY = 2, 6  # how often the two processes run a cell

# What is done, the tokenizer or the algorithm of training, and the corpus.
CELLS = (
    "flat gpt2 english",
    "offsets gpt2 english",
    "flat gpt2 korean",
    "flat bert-base-uncased english",
    "offsets bert-base-uncased english",
    "flat bert-base-multilingual-cased multilingual",
    "flat llama2 english",
    "flat gpt-neox code",
    "lists gpt2 english",
    "decode gpt2 english",
    "decode bert-base-uncased english",
    "padded bert-base-uncased english",
    "one gpt2 english",
    "train byte_level_bpe english",
    "train wordpiece korean",
)


def work_of(cell: str) -> Callable[[], object]:
    """Return the function that does the work of a cell once."""
    kind, name, corpus = cell.split()
    texts = documents(corpus, MEGABYTES)
    if kind == "train":
        options = {"vocab_size": 4000, "threads": 1, "progress": False}
        return lambda: subword.train(iter(texts), algorithm=name, **options)
    tok = Tokenizer.from_pretrained(tokenizer_folder(name))
    if kind == "decode":
        rows = tok.encode_ragged(texts, threads=1)
        return lambda: tok.decode_batch(rows)
    short, sentence = [text[:SHORT] for text in texts[:256]], [texts[0][:SENTENCE]]
    return {
        "flat": lambda: tok.encode_ragged(texts, threads=1),
        "offsets": lambda: tok.encode_ragged(texts, threads=1, return_offsets=True),
        "lists": lambda: tok.encode_lists(texts, threads=1),
        "padded": lambda: [
            tok(short, padding=True, return_tensors="np") for _ in range(PADDED_CALLS)
        ],
        "one": lambda: [tok.encode_lists(sentence) for _ in range(CALLS)],
    }[kind]


def run(cell: str, times: int) -> None:
    """Do the work of a cell: what is counted from outside."""
    work = work_of(cell)
    if not cell.startswith("train"):
        work()  # the cold run
    for _ in range(times):
        work()


def instructions(cell: str, times: int) -> int:
    """Return the instructions of a process that runs a cell so many times."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command += [sys.executable, "-m", "benchmarks.counts", "--run", cell, str(times)]
    # The same hashes of str and the same imports in every process, and no threads of numpy's linear
    # algebra, which spin for as long as the machine lets them.
    fixed = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = os.environ | fixed
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if done.returncode or found is None:
        sys.exit(f"{cell}: valgrind ended with {done.returncode}\n{done.stderr[-2000:]}")
    return int(found[1].replace(",", ""))


def count(cell: str) -> int:
    """Return the instructions of one warm run of a cell."""
    return (instructions(cell, MANY) - instructions(cell, FEW)) // (MANY - FEW)


def main() -> int:
    """Print the count of each cell, and by how much it differs from an older one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs="*", default=[""], help="names, or parts of names")
    parser.add_argument("--save", type=Path, help="write the counts to this JSON file")
    parser.add_argument("--compare", type=Path, help="a JSON file of older counts")
    parser.add_argument("--tolerance", type=float, default=0.5, help="percent, for --compare")
    parser.add_argument("--run", nargs=2, metavar=("CELL", "TIMES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run[0], int(options.run[1]))
        return 0
    print(f"{machine()}; {versions('numpy')}")
    older = json.loads(options.compare.read_text()) if options.compare else {}
    counts: dict[str, int] = {}
    worse = []
    for cell in CELLS:
        if not any(part in cell for part in options.cells):
            continue
        counts[cell] = count(cell)
        change = ""
        if cell in older:
            percent = 100 * (counts[cell] / older[cell] - 1)
            change = f"{percent:+8.2f} %"
            if percent > options.tolerance:
                worse.append(cell)
        print(f"{cell:<50}{counts[cell]:>16,}{change}", flush=True)
    if options.save:
        options.save.write_text(json.dumps(counts, indent=1) + "\n")
    if worse:
        print(f"more than {options.tolerance} % above the older count: {', '.join(worse)}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
