"""One tokenizer in many threads and processes: the same answer, and not a word on stderr."""

import json
import os
import subprocess
import sys
import textwrap
import threading

import pytest

from subword import Tokenizer

CONFIG = {
    "version": "1.0",
    "normalizer": {"type": "NFC"},
    "added_tokens": [{"content": "<x>", "special": True}],
    "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "never"},
    "model": {
        "type": "BPE",
        "vocab": {token: at for at, token in enumerate(["_", "a", "b", "ab", "abb", "é"])},
        "merges": ["a b", "ab b"],
    },
}
SMALL = ["abb ba<x>", "é ab", ""] * 5
# More than one thread takes, and more than one unit of a batch.
LARGE = ["abb ba ab é" * 5000] * 12

HEAD = f"""
import json, multiprocessing, os, sys, threading, warnings
warnings.simplefilter("error")
from subword import Tokenizer
tok = Tokenizer.from_str({json.dumps(CONFIG)!r})
SMALL, LARGE = {SMALL!r}, ["abb ba ab é" * 5000] * 12
def work(threads):
    rows = tok.encode_ragged(LARGE, threads=threads)
    return tok.encode_lists(SMALL), len(rows.ids), tok.decode_batch(rows)[0][:40]
"""


def run(code: str) -> str:
    """Run a program that must say nothing on stderr; a deadlock is a TimeoutExpired."""
    env = {**os.environ, "PYTHONWARNINGS": "error", "TOKENIZERS_PARALLELISM": "false"}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", HEAD + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=300,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_many_threads_on_one_tokenizer():
    tok = Tokenizer.from_str(json.dumps(CONFIG))
    small, large = tok.encode_lists(SMALL), tok.encode_ragged(LARGE).ids.tolist()
    wrong = []

    def work(number: int) -> None:
        for turn in range(6):
            if tok.encode_lists(SMALL) != small:
                wrong.append((number, turn))
            if [tok.encode(text).ids for text in SMALL] != small:
                wrong.append((number, turn))
            if turn == number % 6:
                rows = tok.encode_ragged(LARGE, threads=1 + number % 3, return_offsets=number % 2)
                if rows.ids.tolist() != large:
                    wrong.append((number, turn))
                tok.cache_clear()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_after_a_fork():
    # In a child made after threads were used, and in one made while they are at work.
    out = run("""
        expected = work(2)
        busy = threading.Event()
        def keep_busy():
            while not busy.is_set():
                work(2)
        helper = threading.Thread(target=keep_busy)
        for running in (False, True):
            if running:
                helper.start()
            pid = os.fork() if sys.version_info < (3, 12) or not running else None
            if pid == 0:
                os._exit(0 if work(2) == expected else 1)
            if pid is not None:
                assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        busy.set()
        helper.join()
        print("same", work(2) == expected)
    """)
    assert out == "same True\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.skipif(sys.platform == "win32", reason="no fork on this system")
def test_pools_of_processes(method, tmp_path):
    # spawn imports the program again, so it must be a file.
    path = tmp_path / "program.py"
    path.write_text(
        HEAD
        + textwrap.dedent(f"""
        def encode(given):
            its, threads = given
            return its.encode_lists(SMALL), len(its.encode_ragged(LARGE, threads=threads).ids)
        if __name__ == "__main__":
            expected = encode((tok, 1))
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                found = pool.map(encode, [(tok, 1 + i % 2) for i in range(4)])
            print(found == [expected] * 4)
        """)
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=300, env=env
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.slow
def test_workers_of_a_data_loader():
    pytest.importorskip("torch")
    out = run("""
        from torch.utils.data import DataLoader
        expected = work(2)
        found = []
        loader = DataLoader(SMALL, batch_size=4, num_workers=2, collate_fn=tok.encode_lists)
        for _ in range(2):
            found = [row for batch in loader for row in batch]
            assert found == expected[0], found
        print("same")
    """)
    assert out == "same\n"


@pytest.mark.slow
def test_datasets_map_in_two_processes(tmp_path):
    pytest.importorskip("datasets")
    out = run(f"""
        warnings.simplefilter("default")
        import datasets
        datasets.disable_progress_bars()
        datasets.config.HF_DATASETS_CACHE = {str(tmp_path)!r}
        work(2)
        rows = datasets.Dataset.from_dict({{"text": SMALL * 20}})
        call = lambda batch: {{"ids": tok.encode_lists(batch["text"])}}
        mapped = rows.map(call, batched=True, batch_size=50, num_proc=2)
        print(mapped["ids"][:] == tok.encode_lists(SMALL * 20))
    """)
    assert out == "True\n"
