"""Loading beside tokenizers 0.23.3: time, memory, imports, unpickling; and words made to collide.

Each measurement is a process of its own; the two libraries take turns.
"""

import argparse
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.data import tokenizer_folder
from subword import Tokenizer
from subword._core.hash_keys import _set_hash_key
from tests.helpers.colliding_words import colliding_words, random_words

NAMES = ("bert-base-uncased", "gpt2", "llama3", "qwen3", "gemma3", "xlm-roberta")
# What a process prints: ms of import, of from_file and of the first encode; MiB before and after.
LOAD = """
import sys, time
def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * {page} / 2**20
t = [time.perf_counter()]
from {library} import Tokenizer
t.append(time.perf_counter())
before = resident()
t.append(time.perf_counter())
tok = Tokenizer.from_file(sys.argv[1])
t.append(time.perf_counter())
tok.encode("Hello world").ids
t.append(time.perf_counter())
print(1e3 * (t[1] - t[0]), 1e3 * (t[3] - t[2]), 1e3 * (t[4] - t[3]), before, resident())
"""
# ms that `import subword` and its Tokenizer take beyond numpy.
IMPORT = """
import time
import numpy
t = time.perf_counter()
import subword
subword.Tokenizer
print(1e3 * (time.perf_counter() - t))
"""
# ms of unpickling in a process that has loaded and dropped another tokenizer, as a worker does.
UNPICKLE = """
import pickle, sys, time
import subword
subword.Tokenizer
from subword import Tokenizer
data = open(sys.argv[1], "rb").read()
t = time.perf_counter()
tok = pickle.loads(data)
print(1e3 * (time.perf_counter() - t))
"""
KEY = bytes(range(32))


def numbers_of(code: str, *arguments: str) -> list[float]:
    """Return the numbers that a Python process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return [float(number) for number in done.stdout.split()]


def compare_loading(names: list[str], repeat: int) -> None:
    """Print a line for each tokenizer: both libraries and their ratio."""
    page = str(resource.getpagesize())
    codes = {
        library: LOAD.replace("{library}", library).replace("{page}", page)
        for library in ("subword", "tokenizers")
    }
    print("tokenizer            from_file + first encode, ms    ratio    MiB more, after loading")
    for name in names:
        path = str(tokenizer_folder(name) / "tokenizer.json")
        runs: dict[str, list[list[float]]] = {library: [] for library in codes}
        for _ in range(repeat):
            for library, code in codes.items():
                runs[library].append(numbers_of(code, path))
        times = {k: [run[1] + run[2] for run in v] for k, v in runs.items()}
        ratio = statistics.median(
            a / b for a, b in zip(times["subword"], times["tokenizers"], strict=True)
        )
        shown = {k: statistics.median(v) for k, v in times.items()}
        grown = {k: statistics.median(run[4] - run[3] for run in v) for k, v in runs.items()}
        whole = {k: statistics.median(run[4] for run in v) for k, v in runs.items()}
        print(
            f"{name:20} {shown['subword']:12.1f} {shown['tokenizers']:12.1f} {ratio:10.2f} "
            f"{grown['subword']:9.0f} of {whole['subword']:.0f}  "
            f"{grown['tokenizers']:6.0f} of {whole['tokenizers']:.0f}",
            flush=True,
        )


def compare_collisions(counts: list[int], repeat: int) -> None:
    """Print how long words that collide under a known key take beside random words."""
    print("words      known key    random key   (time of crafted words / of random ones)")
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = ["[UNK]", *letters, *(f"##{letter}" for letter in letters)]
    for count in counts:
        slots = 1 << (8 * count - 1).bit_length()
        crafted = " ".join(colliding_words(count, KEY, slots, max(64, slots >> 8)))
        usual = " ".join(random_words(count))
        shown = []
        for key in (KEY, None):
            ratios = []
            for _ in range(repeat):
                _set_hash_key(key)
                seconds = []
                for text in (crafted, usual):
                    tok = Tokenizer.from_wordpiece({t: i for i, t in enumerate(tokens)})
                    before = time.perf_counter()
                    tok.encode_ids(text)
                    seconds.append(time.perf_counter() - before)
                ratios.append(seconds[0] / seconds[1])
            shown.append(statistics.median(ratios))
        print(f"{count:8} {shown[0]:10.2f} {shown[1]:12.2f}", flush=True)
    _set_hash_key()


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", default=",".join(NAMES), help="folders of tokenizers")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--words", default="20000,200000", help="numbers of colliding words")
    args = parser.parse_args()
    imports = [numbers_of(IMPORT)[0] for _ in range(args.repeat)]
    print(f"import subword, beyond numpy: {statistics.median(imports):.1f} ms")
    compare_loading(args.names.split(","), args.repeat)
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names.split(","):
            path = Path(folder, name)
            tok = Tokenizer.from_file(tokenizer_folder(name) / "tokenizer.json")
            path.write_bytes(pickle.dumps(tok))
            times = [numbers_of(UNPICKLE, str(path))[0] for _ in range(args.repeat)]
            print(
                f"unpickle {name:20} {statistics.median(times):8.1f} ms, "
                f"{path.stat().st_size / 2**20:.1f} MiB"
            )
    compare_collisions([int(count) for count in args.words.split(",") if count], args.repeat)


if __name__ == "__main__":
    main()
