"""Where real tokenizers, corpora and tasks lie: the folder that SUBWORD_DATA names.

The only statement of that folder, for tests and benchmarks. It needs the standard library alone, so
that a benchmark can run where another library is installed and nothing else.
"""

import lzma
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("SUBWORD_DATA", ROOT.parent / "shared" / "data")).absolute()
TASKS = DATA / "tasks"
# Unpacked corpora are kept outside of the project.
CACHE = Path(os.environ.get("SUBWORD_CACHE", Path(tempfile.gettempdir()) / "subword-corpora"))
CORPORA = ("korean", "multilingual", "code", "english")
SEPARATOR = "<|endoftext|>"
NAMES = (
    *("bert-base-uncased", "bert-base-cased", "bert-base-multilingual-cased", "kcbert-base"),
    *("gpt2", "roberta-base", "llama3", "qwen3", "llama2", "gemma3"),
)
TIKTOKEN = ("r50k_base", "cl100k_base", "o200k_base")


def tokenizer_folder(name: str) -> Path:
    """Return the folder of a published tokenizer."""
    return DATA / "tokenizers" / name


def tiktoken_file(name: str) -> Path:
    """Return a .tiktoken file."""
    return DATA / "tokenizers" / "tiktoken" / f"{name}.tiktoken"


def packed_corpus(name: str) -> Path:
    """Return the compressed file of a corpus."""
    return DATA / "corpora" / f"{name}.txt.xz"


def corpus_file(name: str) -> Path:
    """Return a corpus as text, unpacked once."""
    packed, target = packed_corpus(name), CACHE / f"{name}.txt"
    if not target.exists() or target.stat().st_mtime < packed.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}")
        with lzma.open(packed) as source, open(part, "wb") as file:
            while chunk := source.read(1 << 20):
                file.write(chunk)
        part.replace(target)
    return target


def documents(name: str, limit: int | None = None, step: int = 1) -> list[str]:
    """Return every `step`-th document of the first `limit` bytes of a corpus."""
    with open(corpus_file(name), "rb") as file:
        text = file.read(-1 if limit is None else limit).decode("utf-8", "ignore")
    return text.split(SEPARATOR)[::step]
