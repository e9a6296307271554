"""Where the benchmarks find real text and real vocabularies, and how they say what ran where."""

from __future__ import annotations

import lzma
import os
import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DATA = Path(os.environ.get("SUBWORD_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
CACHE = Path(os.environ.get("SUBWORD_CACHE", Path(tempfile.gettempdir()) / "subword-corpora"))
SEPARATOR = "<|endoftext|>"


def corpus_file(name: str) -> Path:
    """Return the decompressed text of a corpus, made once in a cache outside the repository."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name}.txt"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}.part")
        with lzma.open(DATA / "corpora" / f"{name}.txt.xz") as source, partial.open("wb") as target:
            while chunk := source.read(1 << 22):
                target.write(chunk)
        partial.rename(path)
    return path


def documents(name: str, megabytes: float | None = None) -> list[str]:
    """Return the documents of a corpus, those of the first `megabytes` if that is given."""
    text = corpus_file(name).read_bytes()
    if megabytes is not None:
        text = text[: int(megabytes * 1e6)]
    return text.decode(errors="ignore").split(SEPARATOR)


def bench_texts(name: str, megabytes: float | None = None) -> list[str]:
    """Return texts to encode: whole documents of a corpus or what else `cells.Cell.text` names.

    Args:
        name: A corpus, "english-20kb", "sst2-N" or "sentence".
        megabytes: About how much of a corpus.
    """
    if name == "sentence" or name.startswith("sst2"):
        lines = (DATA / "tasks" / "sst2" / "train.tsv").read_text().splitlines()[1:]
        sentences = [line.split("\t")[0].strip() for line in lines]
        if name == "sentence":
            return [next(text for text in sentences if len(text) == 88)]
        return sentences[: int(name.removeprefix("sst2-"))]
    corpus, _, size = name.partition("-")
    texts = documents(corpus, megabytes)
    if megabytes is not None and len(texts) > 1:
        texts.pop()  # it may be cut
    if not size:
        return texts
    long = SEPARATOR.join(texts).replace(SEPARATOR, "\n")
    return [long[at : at + 20_000] for at in range(0, len(long), 20_000)]


def tiktoken_file(name: str) -> Path:
    """Return a .tiktoken file."""
    return DATA / "tokenizers" / "tiktoken" / f"{name}.tiktoken"


def tokenizer_file(name: str) -> Path:
    """Return the tokenizer.json of a published tokenizer; o200k's is made once in the cache."""
    if name != "o200k":
        return DATA / "tokenizers" / name / "tokenizer.json"
    path = CACHE / name / "tokenizer.json"
    if not path.exists():
        from subword import Tokenizer

        path.parent.mkdir(parents=True, exist_ok=True)
        Tokenizer.from_tiktoken(tiktoken_file("o200k_base"), "o200k_base").save(path)
    return path


def machine() -> str:
    """Return a line about the machine."""
    info = Path("/proc/cpuinfo")
    facts = {}
    if info.exists():
        lines = [line.split(":", 1) for line in info.read_text().splitlines() if ":" in line]
        facts = {key.strip(): value.strip() for key, value in lines}
    cpu = f"{facts.get('model name', platform.machine())} (family {facts.get('cpu family', '?')})"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cpu}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


def versions(*packages: str) -> str:
    """Return the versions of packages, those that are installed."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
