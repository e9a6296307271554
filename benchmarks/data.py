"""The texts and vocabularies of the benchmarks, and the line that says what ran where.

Needs the standard library alone: contenders read it in environments of their own.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.helpers.data import CACHE, TASKS, tiktoken_file, tokenizer_folder
from tests.helpers.data import documents as documents_of_bytes


def documents(name: str, megabytes: float | None = None) -> list[str]:
    """Return the documents of a corpus, those of the first `megabytes` if that is given."""
    return documents_of_bytes(name, None if megabytes is None else int(megabytes * 1e6))


def sst2_sentences() -> list[str]:
    """Return the sentences of SST-2's training file."""
    lines = (TASKS / "sst2" / "train.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[0].strip() for line in lines]


def bench_texts(name: str, megabytes: float | None = None) -> list[str]:
    """Return texts to encode: whole documents of a corpus or what else `cells.Cell.text` names.

    Args:
        name: A corpus, one in pieces such as "english-20kb", the words of one as
            "english-distinct", "sst2-N" or "sentence".
        megabytes: About how much of a corpus.
    """
    if name == "sentence":
        return [next(text for text in sst2_sentences() if len(text) == 88)]
    if name.startswith("sst2"):
        return sst2_sentences()[: int(name.removeprefix("sst2-"))]
    corpus, _, size = name.partition("-")
    texts = documents(corpus, megabytes)
    if megabytes is not None and len(texts) > 1:
        texts.pop()  # it may be cut
    if not size:
        return texts
    if size == "distinct":
        texts, size = [" ".join(dict.fromkeys(" ".join(texts).split()))], "4kb"
    long, step = "\n".join(texts), 1000 * int(size.removesuffix("kb"))
    return [long[at : at + step] for at in range(0, len(long), step)]


def tokenizer_file(name: str) -> Path:
    """Return the tokenizer.json of a published tokenizer; the cache has those of o200k and T5."""
    if name not in ("o200k", "t5"):
        return tokenizer_folder(name) / "tokenizer.json"
    path = CACHE / name / "tokenizer.json"
    if not path.exists():
        from subword import Tokenizer

        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "t5":
            Tokenizer.from_pretrained(tokenizer_folder(name)).save(path)
        else:
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
