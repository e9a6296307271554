"""Ctrl-C in long calls: each would take minutes, and ends when it is asked to."""

import os
import signal
import subprocess
import sys
import time

import pytest

HEAD = """
import json, os, random, sys
from subword import Tokenizer
from subword.trainers.bpe import train_bpe
from subword.trainers.unigram import train_unigram
from subword.corpus.word_counts import WordCounts
SIZES = [1 << i for i in range(16)]
MODEL = {"type": "BPE", "vocab": {"a" * n: i for i, n in enumerate(SIZES)},
         "merges": [["a" * n] * 2 for n in SIZES[:-1]]}
tok = Tokenizer.from_str(json.dumps({"model": MODEL}))
words = Tokenizer.from_str(json.dumps({"model": MODEL, "pre_tokenizer": {"type": "FixedLength",
                                                                        "length": 17}}))
long = "a" * 4_000_000
def counts():
    rng = random.Random(7)
    return WordCounts({"".join(rng.choices("abcdefgh", k=14)): 1 for _ in range(300_000)})
os.chdir(sys.argv[1])
with open("long.txt", "w") as file:
    file.write(long)
print("ready", flush=True)
"""
CALLS = {
    "many texts": "tok.encode_ragged([long] * 500, threads=1)",
    "many texts, two threads": "tok.encode_ragged([long] * 500, threads=2)",
    "one word": "tok.encode('a' * 50_000_000)",
    "one text": "words.encode_ragged(['a' * 100_000_000] * 200, max_length=1_000_000_000)",
    "with offsets": "tok.encode_batch([long] * 500)",
    "decode": "tok.decode_batch([[0] * 1000] * 2_000_000)",
    "files": "tok.encode_files(['long.txt'] * 1000)",
    "files, written": "tok.encode_files(['long.txt'] * 1000, output='ids.bin', progress=False)",
    "Unigram": "[train_unigram(each, 2000, threads=2) for each in [counts()] * 99]",
    "iterable": "tok.encode_lists(long for _ in iter(int, 1))",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal")
def test_an_interrupt_ends_the_call(name, tmp_path):
    code = HEAD + f"try:\n    {CALLS[name]}\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    code += "else:\n    print('done')\n"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        # A shell's background job is born with interrupts ignored, and so would be its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=120)[0] == "interrupted\n"
        assert os.listdir(tmp_path) == ["long.txt"]  # nothing half-written
    finally:
        process.kill()
        process.wait()
