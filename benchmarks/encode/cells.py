"""The cells of benchmarks.encode.run: a tokenizer, a text and a shape of the call each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell: all its contenders do the same work.

    Attributes:
        tokenizer: A folder of published tokenizers, or "o200k".
        text: A corpus; "english-20kb" and "english-4kb", the same in documents of that size;
            "english-distinct", each of its words once; "sst2-32" and "sst2-256", so many
            sentences; "sentence", one of 88 characters.
        shape: flat, file, lists, offsets, decode, max_length, padded, tensors, one, or "misses":
            flat, with a word cache that is empty at each call.
        peers: The contenders beside subword. "subword:..." is subword itself in another way.
        megabytes: How much of the corpus is used; None for all of it.
        threads: How many threads each contender may use.
    """

    tokenizer: str
    text: str
    shape: str
    peers: tuple[str, ...]
    megabytes: float | None = None
    threads: int = 1

    @property
    def name(self) -> str:
        """How the cell is called on the command line and in the table."""
        threads = f" {self.threads} threads" if self.threads > 1 else ""
        return f"{self.tokenizer} {self.text} {self.shape}{threads}"

    @property
    def in_microseconds(self) -> bool:
        """Whether a call is so short that its time says more than its speed."""
        return self.shape in ("padded", "tensors", "one")


BERT, MBERT = "bert-base-uncased", "bert-base-multilingual-cased"
FAST = ("gigatoken", "snaptokens", "fastokens")
HF = ("tokenizers", "tokenizers-1.0.0rc3")
ALL = (*FAST, "tokie", *HF)
# What encodes Unigram. Not exact: kitoken; sentencepiece numbers XLM-R's pieces otherwise.
UNIGRAM = ("tokie", "splintr", "kitoken", "sentencepiece", *HF)
XLMR = "xlm-roberta"
TEXTS = ("english", "korean", "multilingual")

CELLS = [
    Cell("gpt2", "english", "flat", (*ALL, "tiktoken")),
    Cell("llama3", "english", "flat", (*ALL, "quicktok")),
    Cell("qwen3", "english", "flat", (*ALL, "quicktok")),
    Cell("o200k", "english", "flat", (*ALL, "quicktok", "tiktoken")),
    Cell("gpt2", "korean", "flat", ALL),
    Cell("qwen3", "korean", "flat", ALL),
    Cell("gpt2", "multilingual", "flat", ALL),
    Cell("gpt2", "code", "flat", ALL),
    Cell("qwen3", "multilingual", "flat", ALL),
    Cell("qwen3", "code", "flat", ALL),
    Cell("gemma3", "english", "flat", (*ALL,), 20),
    Cell("llama2", "english", "flat", (*ALL,), 20),
    Cell(BERT, "english", "flat", ("nanotoken", "tokie", *HF)),
    Cell(BERT, "korean", "flat", ("nanotoken", "tokie", *HF)),
    Cell(BERT, "multilingual", "flat", ("nanotoken", "tokie", *HF)),
    Cell(BERT, "code", "flat", ("nanotoken", "tokie", *HF)),
    Cell(MBERT, "korean", "flat", ("nanotoken", "tokie", *HF)),
    Cell(MBERT, "multilingual", "flat", ("nanotoken", "tokie", *HF)),
    Cell("gpt2", "english", "file", ("gigatoken", "tokie")),
    Cell("gpt2", "korean", "file", ("gigatoken", "tokie")),
    Cell("qwen3", "korean", "file", ("gigatoken", "tokie")),
    Cell(BERT, "english", "file", ("nanotoken", "tokie")),
    Cell("gpt2", "english", "lists", ("gigatoken", "tiktoken"), 30),
    Cell(BERT, "english", "lists", ("nanotoken",), 30),
    Cell("gpt2", "english", "offsets", ("subword:ids", "tokenizers"), 30),
    Cell(BERT, "english", "offsets", ("subword:ids", "tokenizers"), 30),
    Cell("gpt2", "english", "decode", HF, 30),
    Cell(BERT, "english", "decode", HF, 30),
    Cell("llama2", "english", "decode", HF, 10),
    Cell("gemma3", "english", "decode", HF, 10),
    Cell("gpt2", "english-20kb", "max_length", ("subword:full", "tokenizers"), 30),
    Cell(BERT, "english-20kb", "max_length", ("subword:full", "nanotoken", "tokenizers"), 30),
    Cell(BERT, "sst2-32", "padded", ("nanotoken",)),
    Cell(BERT, "sst2-256", "padded", ("nanotoken",)),
    Cell(BERT, "sst2-32", "tensors", ("nanotoken", "transformers")),
    Cell(BERT, "sst2-256", "tensors", ("nanotoken", "transformers")),
    Cell("gpt2", "sentence", "one", (*ALL, "tiktoken")),
    Cell("llama3", "sentence", "one", (*FAST, "quicktok", *HF)),
    Cell(BERT, "sentence", "one", ("nanotoken", "tokie", *HF)),
    *(Cell(XLMR, f"{text}-4kb", "flat", UNIGRAM, 12) for text in TEXTS),
    *(Cell("t5", f"{text}-4kb", "flat", UNIGRAM, 12) for text in TEXTS),
    *(Cell(MBERT, f"{text}-4kb", "flat", (), 12) for text in TEXTS),
    *(Cell(XLMR, f"{text}-distinct", "misses", UNIGRAM, 12) for text in TEXTS),
    Cell("t5", "english-distinct", "misses", UNIGRAM, 12),
    *(Cell(XLMR, f"{text}-4kb", "offsets", ("tokenizers",), 12) for text in TEXTS),
    Cell(XLMR, "english-4kb", "lists", HF, 12),
    Cell(XLMR, "sst2-32", "padded", ("tokenizers",)),
    Cell(XLMR, "sst2-256", "padded", ("tokenizers",)),
    Cell("gpt2", "english", "flat", ("subword:one", *FAST), threads=2),
    Cell(BERT, "english", "flat", ("subword:one", "nanotoken"), threads=2),
]


def cell_of(name: str) -> Cell:
    """Return the cell of a name."""
    return next(cell for cell in CELLS if cell.name == name)
