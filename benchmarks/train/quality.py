"""The quality of vocabularies: held-out text in tokens, for every trainer, ours and the peers'.

    python -m benchmarks.train.quality --json quality.json --plot quality.png

The last twentieth of each corpus is held out; the trainers get the rest. Words are those of BERT's
pre-tokenizer (for byte-level BPE those of GPT-2's pattern, and for Unigram what stands between
blanks: compare such rows with each other only), and all WordPiece rows have the same normalizer.
Results are kept in the JSON file; only what is missing there is run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

import subword
from benchmarks.data import machine, versions
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.stages import WordStages
from tests.helpers.data import SEPARATOR, corpus_file

CORPORA = ("english", "korean")
SIZES = (8000, 32000)
LIMIT = {"english": 1000, "korean": 2000}  # characters in the alphabet
HELD_OUT = 20  # one part in so many
UNIGRAM_UNK = "<unk>"

Row = dict[str, Any]
Train = Callable[[str, int, int], subword.Tokenizer]


def ours(algorithm: str, path: str, size: int, limit: int, **options: Any) -> subword.Tokenizer:
    """Train with this library."""
    if algorithm == "unigram":
        options["limit_alphabet"] = limit
    elif algorithm == "word_level":
        options["unk_token"] = "[UNK]"
    elif algorithm != "byte_level_bpe":
        options |= {"limit_alphabet": limit, "unk_token": "[UNK]"}
    return subword.train(path, algorithm, size, progress=False, **options)


def theirs(algorithm: str, path: str, size: int, limit: int) -> subword.Tokenizer:
    """Train with tokenizers, and take what came out as one of ours."""
    if algorithm == "wordpiece":
        tok: Any = tokenizers.BertWordPieceTokenizer()
        specials = ["[UNK]"]
        tok.train([path], size, limit_alphabet=limit, special_tokens=specials, show_progress=False)
        return subword.Tokenizer.from_str(tok._tokenizer.to_str())
    byte_level = algorithm == "byte_level_bpe"
    tok = tokenizers.Tokenizer(models.BPE() if byte_level else models.BPE(unk_token="[UNK]"))
    if byte_level:
        tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tok.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    else:
        tok.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.BpeTrainer(
            vocab_size=size, limit_alphabet=limit, special_tokens=["[UNK]"], show_progress=False
        )
    tok.train([path], trainer)
    return subword.Tokenizer.from_str(tok.to_str())


TRAINERS: dict[str, Train] = {
    "bpe": partial(ours, "bpe"),
    "tokenizers bpe": partial(theirs, "bpe"),
    "byte_level_bpe": partial(ours, "byte_level_bpe"),
    "tokenizers byte_level_bpe": partial(theirs, "byte_level_bpe"),
    **{
        f"wordpiece {score}": partial(ours, "wordpiece", score=score)
        for score in ("likelihood", "frequency", "gain")
    },
    "tokenizers wordpiece": partial(theirs, "wordpiece"),
    "unigram": partial(ours, "unigram"),
    "unigram, words of bpe": partial(
        ours,
        "unigram",
        normalizer=subword.normalizers.Sequence([]),
        pre_tokenizer=subword.pre_tokenizers.Whitespace(),
    ),
    "word_level": partial(ours, "word_level"),
}


def parts(name: str, folder: Path) -> tuple[str, str]:
    """Write the training part of a corpus to a file; return its path and the held-out text."""
    data = corpus_file(name).read_bytes()
    end = len(data) - len(data) // HELD_OUT
    cut = data.rfind(b"\n", 0, end) + 1 or data.rfind(SEPARATOR.encode(), 0, end)
    path = folder / f"{name}.txt"
    path.write_bytes(data[:cut])
    return str(path), data[cut:].decode()


def measure(tokenizer: subword.Tokenizer, text: str) -> Row:
    """Return what held-out text costs in tokens, by its words and their counts."""
    byte_level = getattr(tokenizer.model, "byte_level", False)
    counts = count_source(
        iter(text.splitlines(True)),
        WordStages(tokenizer.normalizer, tokenizer.pre_tokenizer, byte_level),
        SourceOptions(progress=False),
    )
    words = tokens = characters = whole = unknown = 0
    unk = getattr(tokenizer.model, "unk_token", UNIGRAM_UNK)
    unk_id = None if unk is None else tokenizer.token_to_id(unk)
    for word, count in counts.items():
        pieces = tokenizer.model.tokenize_word(word)
        bad = any(piece[0] == unk_id for piece in pieces)
        words += count
        tokens += count * len(pieces)
        characters += count * len(word)
        whole += count * (len(pieces) == 1 and not bad)
        unknown += count * bad
    return {
        "tokens per word": tokens / words,
        "characters per token": characters / tokens,
        "words kept whole": whole / words,
        "words with [UNK]": unknown / words,
    }


def run(
    name: str, results: dict[str, Row], keep: Callable[[], None], only: list[str] | None
) -> None:
    """Train and measure what is missing of a corpus."""
    with tempfile.TemporaryDirectory() as folder:
        path, text = parts(name, Path(folder))
        for trainer, train in TRAINERS.items():
            for size in SIZES:
                key = f"{name} {size} {trainer}"
                if key in results or (only and trainer not in only):
                    continue
                started = time.perf_counter()
                tokenizer = train(path, size, LIMIT[name])
                seconds = time.perf_counter() - started
                results[key] = {
                    "seconds": seconds,
                    "tokens": tokenizer.vocab_size,
                    **measure(tokenizer, text),
                }
                print(key, {k: round(v, 4) for k, v in results[key].items()}, flush=True)
                keep()


def table(results: dict[str, Row]) -> str:
    """Return a Markdown table of all results."""
    lines = [
        "| corpus, tokens | trainer | tokens a word | characters a token | kept whole | [UNK] |",
        "|---|---|---|---|---|---|",
    ]
    for name in CORPORA:
        for size in SIZES:
            for trainer in TRAINERS:
                row = results.get(f"{name} {size} {trainer}")
                if row:
                    lines.append(
                        f"| {name} {size:,} | {trainer} | {row['tokens per word']:.4f} |"
                        f" {row['characters per token']:.3f} | {row['words kept whole']:.1%} |"
                        f" {row['words with [UNK]']:.3%} |"
                    )
    return "\n".join(lines)


def plot(results: dict[str, Row], path: Path) -> None:
    """Draw tokens per word, a panel for each corpus."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(CORPORA), figsize=(9, 3.2), layout="constrained")
    for panel, name in zip(panels, CORPORA, strict=True):
        shown = [t for t in TRAINERS if f"{name} {SIZES[0]} {t}" in results]
        for offset, size in ((0.2, SIZES[0]), (-0.2, SIZES[1])):
            rows = [results.get(f"{name} {size} {t}") for t in shown]
            values = [row["tokens per word"] for row in rows if row]
            places = [len(shown) - i + offset for i, row in enumerate(rows) if row]
            bars = panel.barh(places, values, 0.38, label=f"{size:,} tokens")
            panel.bar_label(bars, fmt="%.3f", padding=2, fontsize=6)
        panel.set_yticks([len(shown) - i for i in range(len(shown))], shown, fontsize=7)
        panel.set_xlim(1)
        panel.margins(x=0.15)
        panel.tick_params(axis="x", labelsize=7)
        panel.set_title(f"{name}: tokens per held-out word", fontsize=8)
    handles = panels[-1].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncol=len(SIZES), fontsize=7)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run what is missing, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path, required=True, help="results, read and added to")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--corpus", choices=CORPORA, action="append")
    parser.add_argument("--only", choices=TRAINERS, action="append", help="these trainers alone")
    args = parser.parse_args()
    results = json.loads(args.json.read_text()) if args.json.exists() else {}
    warnings.simplefilter("ignore", UserWarning)  # of gain and floors that run out: see "tokens"
    for name in args.corpus or CORPORA:
        run(name, results, lambda: args.json.write_text(json.dumps(results, indent=1)), args.only)
    print(f"\n{machine()}; {versions('tokenizers', 'numpy')}\n\n{table(results)}")
    if args.plot:
        plot(results, args.plot)


if __name__ == "__main__":
    main()
