"""Train the four tokenizers on text that ships with Python, and show what each of them learned.

python -m subword.demo                  the help texts of the Python language (pydoc_data.topics)
python -m subword.demo corpus.txt       a text of your own
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import subword
from subword._core.threads import available_threads
from subword.corpus.stages import Algorithm

SPECIAL_TOKENS: dict[Algorithm, list[str]] = {
    "bpe": ["<unk>"],
    "byte_level_bpe": ["<|endoftext|>"],
    "wordpiece": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    "unigram": ["<unk>"],
}
WIDTH = 30  # of a column
SAMPLES = (
    "Unbelievable tokenizers: subwords everywhere!",
    "def encode(text): return [vocabulary[t] for t in text]",
    "Déjà vu in 서울, at 23°C 🙂",
)
MEASURE_SECONDS = 0.3  # for each measurement
REPEATS = 16  # of the text, so that all threads have work


def embedded_text() -> list[str]:
    """Return the help texts that ship with Python, about half a megabyte, by paragraph."""
    from pydoc_data.topics import topics

    return [part for text in topics.values() for part in text.split("\n\n")]


def learned(tokenizer: subword.Tokenizer) -> list[str]:
    """Return the tokens with letters, of two or more characters, in the order of learning."""
    vocab = sorted(tokenizer.get_vocab(with_added_tokens=False).items(), key=lambda item: item[1])
    specials = {token.content for token in tokenizer.added_tokens.values()}
    tokens = [token for token, _ in vocab if token not in specials]
    return [t for t in tokens if len(t.strip("#Ġ▁")) > 1 and any(c.isalpha() for c in t.strip("Ġ"))]


def best_rate(run: Callable[[], object], size: int) -> float:
    """Return the megabytes per second of the fastest of many runs over `size` bytes."""
    best = float("inf")
    end = time.perf_counter() + MEASURE_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return size / best / 1e6


def in_columns(label: str, cells: Sequence[str]) -> str:
    """Return one line of the table."""
    fitted = [cell if len(cell) <= WIDTH else cell[: WIDTH - 1] + "…" for cell in cells]
    return f"{label:<18}" + "".join(f"{cell:<{WIDTH + 2}}" for cell in fitted).rstrip()


def show_learned(tokenizers: dict[Algorithm, subword.Tokenizer], seconds: list[float]) -> None:
    """Print what each tokenizer learned, side by side."""
    rows = [learned(tokenizer) for tokenizer in tokenizers.values()]
    print(in_columns("", list(tokenizers)))
    print(in_columns("trained in", [f"{spent:.2f} s" for spent in seconds]))
    print(in_columns("tokens", [f"{t.vocab_size:,}" for t in tokenizers.values()]))
    for start in range(0, 30, 6):
        label = "first learned" if start == 0 else ""
        print(in_columns(label, [" ".join(row[start : start + 6]) for row in rows]))
    longest = [sorted(row, key=len, reverse=True) for row in rows]
    for rank in range(5):
        print(
            in_columns("longest" if rank == 0 else "", [(row + 5 * [""])[rank] for row in longest])
        )
    print("(Ġ and ▁ stand for the space before a word; ## marks a token inside a word.)")


def show_samples(tokenizers: dict[Algorithm, subword.Tokenizer]) -> None:
    """Encode and decode a few texts."""
    for text in SAMPLES:
        print(f"\n{text}")
        for algorithm, tokenizer in tokenizers.items():
            encoding = tokenizer.encode(text)
            back = tokenizer.decode(encoding.ids)
            print(f"  {algorithm:<16}{len(encoding.ids):>3} tokens: {' '.join(encoding.tokens)}")
            print(f"  {'':<16}    decoded: {back if back != text else 'the same text'}")


def show_speed(tokenizers: dict[Algorithm, subword.Tokenizer], texts: list[str]) -> None:
    """Measure encoding and decoding of the text, and print megabytes per second."""
    texts = texts * REPEATS
    size = sum(len(text.encode()) for text in texts)
    threads = available_threads()
    rows: dict[str, list[str]] = {"bytes per token": [], "encode, 1 thread": []}
    if threads > 1:
        rows[f"encode, {threads} threads"] = []
    rows["decode, 1 thread"] = []
    for tokenizer in tokenizers.values():
        ragged = tokenizer.encode_ragged(texts)
        cells = [f"{size / len(ragged.ids):.2f}"]
        for count in [1, threads] if threads > 1 else [1]:
            rate = best_rate(partial(tokenizer.encode_ragged, texts, threads=count), size)
            cells.append(f"{rate:,.0f} MB/s")
        rate = best_rate(partial(tokenizer.decode_batch, ragged), size)
        cells.append(f"{rate:,.0f} MB/s")
        for row, cell in zip(rows.values(), cells, strict=True):
            row.append(cell)
    megabytes = f"{size / 1e6:.1f} MB"
    print(f"\nSpeed on {REPEATS} copies of the text, {megabytes} (best run, warm word cache):")
    print(in_columns("", list(tokenizers)))
    for label, row in rows.items():
        print(in_columns(label, row))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the demonstration."""
    parser = argparse.ArgumentParser(prog="python -m subword.demo", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="*", help="text to learn from, in UTF-8")
    parser.add_argument("--vocab-size", type=int, default=4000, help="tokens (default: 4000)")
    options = parser.parse_args(arguments)
    texts = embedded_text()
    if options.files:
        texts = [part for f in options.files for part in Path(f).read_text("utf-8").split("\n\n")]
    size = sum(len(text.encode()) for text in texts)
    where = ", ".join(options.files) or "the help texts that ship with Python"
    print(f"subword {subword.__version__}: learning from {where} ({size / 1e6:.2f} MB)\n")
    tokenizers: dict[Algorithm, subword.Tokenizer] = {}
    seconds = []
    for algorithm, special_tokens in SPECIAL_TOKENS.items():
        print(f"training {algorithm} ...", end="", flush=True)
        start = time.perf_counter()
        tokenizers[algorithm] = subword.train(
            texts,
            algorithm,
            vocab_size=options.vocab_size,
            special_tokens=special_tokens,
            unk_token="<unk>" if algorithm == "bpe" else None,
        )
        seconds.append(time.perf_counter() - start)
        print(f" {tokenizers[algorithm].vocab_size:,} tokens")
    print()
    show_learned(tokenizers, seconds)
    show_samples(tokenizers)
    show_speed(tokenizers, texts)


if __name__ == "__main__":
    main()
