"""The time, memory and merges of training, beside other trainers.

    python -m benchmarks.train.run corpus.txt --vocab-size 32000 --cell byte-level

Each run is a process of its own, one contender after the other, `--rounds` times over; the table
gives the least seconds, on the clock and of the processors, and the peak memory above that of the
imports. Merges are shown as a digest of the first `vocab_size - 2000`: equal digests mean equal
merges, whatever the alphabets. Without a file, the English corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.helpers.data import ROOT, corpus_file

Merges = list[tuple[str, str]] | None


def subword_trained(algorithm: str, **options: object) -> Callable[[str, int], Merges]:
    """Train with this library."""

    def run(path: str, size: int) -> Merges:
        tokenizer = subword.train(path, algorithm, size, progress=False, **options)
        return getattr(tokenizer.model, "merges", None)

    import subword

    return run


def split_at_blanks() -> object:
    """Return the pre-tokenizer that splits at white space alone."""
    from subword.pre_tokenizers import WhitespaceSplit

    return WhitespaceSplit()


def subword_from_list() -> Callable[[str, int], Merges]:
    """Train with this library on an iterable of str."""
    import subword

    def run(path: str, size: int) -> Merges:
        with open(path, encoding="utf-8", newline="\n") as file:
            tokenizer = subword.train(iter(file), "byte_level_bpe", size, progress=False)
        return tokenizer.model.merges

    return run


def huggingface(kind: str) -> Callable[[str, int], Merges]:
    """Train with tokenizers."""
    import tokenizers
    from tokenizers import models, pre_tokenizers, trainers

    def run(path: str, size: int) -> Merges:
        if kind == "wordpiece":
            bert = tokenizers.BertWordPieceTokenizer()
            bert.train([path], vocab_size=size, show_progress=False)
            return None
        tokenizer = tokenizers.Tokenizer(models.BPE())
        level = kind == "byte-level"
        tokenizer.pre_tokenizer = {
            "byte-level": pre_tokenizers.ByteLevel(False),
            "whitespace": pre_tokenizers.Whitespace(),
            "whitespace-split": pre_tokenizers.WhitespaceSplit(),
        }[kind]
        alphabet = pre_tokenizers.ByteLevel.alphabet() if level else []
        trainer = trainers.BpeTrainer(
            vocab_size=size, initial_alphabet=alphabet, show_progress=False
        )
        tokenizer.train([path], trainer)
        return [tuple(m) for m in json.loads(tokenizer.to_str())["model"]["merges"]]

    return run


def huggingface_unigram() -> Callable[[str, int], Merges]:
    """Train a Unigram model with tokenizers, on the words that this library takes for it."""
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers, trainers

    def run(path: str, size: int) -> Merges:
        tokenizer = tokenizers.Tokenizer(models.Unigram())
        blanks = normalizers.Replace(tokenizers.Regex(" {2,}"), " ")
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(), blanks]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=size, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False
        )
        tokenizer.train([path], trainer)
        return None

    return run


def gigabpe_trained(kind: str) -> Callable[[str, int], Merges]:
    """Train with gigabpe."""
    import gigabpe

    def run(path: str, size: int) -> Merges:
        _, merges = gigabpe.train_bpe([path], size, pretokenizer=kind)
        return [tuple(m) for m in merges]

    return run


def rustbpe_trained() -> Callable[[str, int], Merges]:
    """Train with rustbpe on GPT-2's pattern; it breaks ties in its own way."""
    import rustbpe

    from subword._regex.split_patterns import PATTERNS

    def run(path: str, size: int) -> Merges:
        with open(path, encoding="utf-8", newline="\n") as file:
            rustbpe.Tokenizer().train_from_iterator(iter(file), size, pattern=PATTERNS["gpt2"])

    return run


def bpeasy_trained() -> Callable[[str, int], Merges]:
    """Train with bpeasy on GPT-2's pattern; it breaks ties in its own way."""
    import bpeasy

    from subword._regex.split_patterns import PATTERNS

    def run(path: str, size: int) -> Merges:
        with open(path, encoding="utf-8", newline="\n") as file:
            bpeasy.train_bpe(iter(file), PATTERNS["gpt2"], 128, size)

    return run


def sentencepiece_trained(kind: str = "bpe") -> Callable[[str, int], Merges]:
    """Train with sentencepiece; its model is not kept."""
    import sentencepiece

    def run(path: str, size: int) -> Merges:
        sentencepiece.SentencePieceTrainer.train(
            input=path,
            model_type=kind,
            character_coverage=1.0,
            max_sentence_length=1 << 20,
            num_threads=2,
            vocab_size=size,
            model_writer=io.BytesIO(),
            minloglevel=2,
        )
        return None

    return run


def real_wordpiece_trained() -> Callable[[str, int], Merges]:
    """Train with real-wordpiece: likelihood without our floor. It is slow: use a small corpus."""
    import tokenizers
    from real_wordpiece.trainer import RealWordPieceTrainer

    def run(path: str, size: int) -> Merges:
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
        with open(path, encoding="utf-8", newline="\n") as file:
            RealWordPieceTrainer(size, special_tokens=["[UNK]"]).train_tokenizer(file, tokenizer)
        return None

    return run


# cell -> contender -> the function that makes its run function.
CELLS: dict[str, dict[str, Callable[[], Callable[[str, int], Merges]]]] = {
    "byte-level": {
        "subword": lambda: subword_trained("byte_level_bpe"),
        "subword, one thread": lambda: subword_trained("byte_level_bpe", threads=1),
        "subword, iterable of str": subword_from_list,
        "gigabpe": lambda: gigabpe_trained("bytelevel"),
        "tokenizers": lambda: huggingface("byte-level"),
        "rustbpe (other ties)": rustbpe_trained,
        "bpeasy (other ties)": bpeasy_trained,
        "sentencepiece (its own words)": sentencepiece_trained,
    },
    "whitespace": {
        "subword": lambda: subword_trained("bpe"),
        "tokenizers": lambda: huggingface("whitespace"),
    },
    # What gigabpe calls "whitespace" is WhitespaceSplit.
    "whitespace-split": {
        "subword": lambda: subword_trained("bpe", pre_tokenizer=split_at_blanks()),
        "gigabpe": lambda: gigabpe_trained("whitespace"),
        "tokenizers": lambda: huggingface("whitespace-split"),
    },
    "unigram": {
        "subword": lambda: subword_trained("unigram"),
        "subword, one thread": lambda: subword_trained("unigram", threads=1),
        "tokenizers": huggingface_unigram,
        "sentencepiece": lambda: sentencepiece_trained("unigram"),
    },
    "wordpiece": {
        "subword, likelihood": lambda: subword_trained("wordpiece"),
        "subword, frequency": lambda: subword_trained("wordpiece", score="frequency"),
        "subword, gain": lambda: subword_trained("wordpiece", score="gain"),
        "subword bpe (for scale)": lambda: subword_trained("bpe"),
        "tokenizers (frequency)": lambda: huggingface("wordpiece"),
        "real-wordpiece (no floor)": real_wordpiece_trained,
    },
}


def peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(cell: str, name: str, path: str, size: int) -> None:
    """Run one contender and print its time and memory: the work of each process."""
    run = CELLS[cell][name]()
    before, start, worked = peak(), time.perf_counter(), time.process_time()
    merges = run(path, size)
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    digest = (
        hashlib.sha1(json.dumps(merges[: size - 2000]).encode()).hexdigest()[:10] if merges else ""
    )
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mb": peak() - before, "merges": digest}))


def main() -> None:
    """Run the cells that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", nargs="?", type=Path, help="a text file")
    parser.add_argument("--vocab-size", type=int, default=32000)
    parser.add_argument("--cell", choices=CELLS, action="append")
    parser.add_argument("--only", action="append", help="contenders to run, by name")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the results here")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    corpus = (args.corpus or corpus_file("english")).absolute()
    if args.child:
        child(*args.child, str(corpus), args.vocab_size)
        return
    print(
        f"{corpus}: {corpus.stat().st_size / 1e6:.0f} MB, "
        f"{args.vocab_size} tokens; {platform.platform()}"
    )
    results = {}
    for cell in args.cell or CELLS:
        names = [name for name in CELLS[cell] if not args.only or name in args.only]
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for _ in range(args.rounds):
            for name in names:
                command = [sys.executable, "-m", "benchmarks.train.run", str(corpus)]
                command += ["--vocab-size", str(args.vocab_size), "--child", cell, name]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
                if done.returncode:
                    print(f"{cell}: {name} failed: {done.stderr.strip().splitlines()[-1:]}")
                else:
                    runs[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
        results[cell] = runs
        print(f"\n{cell:32} {'seconds':>8} {'ratio':>6} {'cpu s':>8} {'peak MB':>8}  merges")
        base = min((run["seconds"] for run in runs[names[0]]), default=0.0)
        for name in names:
            if runs[name]:
                best = min(run["seconds"] for run in runs[name])
                cpu = min(run["cpu"] for run in runs[name])
                memory = min(run["mb"] for run in runs[name])
                print(
                    f"{name:32} {best:8.2f} {best / base:6.1f} {cpu:8.2f} {memory:8.0f}  "
                    f"{runs[name][0]['merges']}"
                )
    if args.json:
        args.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
