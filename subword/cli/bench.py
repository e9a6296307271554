"""`subword bench`: the speed of a tokenizer, and that of `tokenizers` if it is installed."""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from subword._core.streams import flush_output
from subword._core.threads import available_threads
from subword.cli.tokenizer_option import load_tokenizer
from subword.corpus.readers import is_regular
from subword.formats.json_files import read_text
from subword.id_files.encode_job import make_job
from subword.id_files.file_parts import FilePart, map_file
from subword.results.ragged import Ragged
from subword.tokenizer import Tokenizer

# Bytes of the file that the slower library gets.
PEER_BYTES = 4_000_000


def default_text() -> str:
    """Return the manual that comes with Python: about 700 kB of English and code."""
    topics = importlib.import_module("pydoc_data.topics").topics
    return "\n".join(topics[name] for name in sorted(topics))


def best_of(repeat: int, work: Callable[[], object]) -> float:
    """Return the least seconds that one of `repeat` runs took."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peer_of(tokenizer: Tokenizer) -> Any:
    """Return the same tokenizer of `tokenizers`, which neither cuts nor pads, if installed."""
    if importlib.util.find_spec("tokenizers") is None:
        return None
    peer = importlib.import_module("tokenizers").Tokenizer.from_str(tokenizer.to_str())
    peer.no_truncation()
    peer.no_padding()
    return peer


def first_documents(documents: list[str]) -> list[str]:
    """Return the documents that come first, up to some megabytes."""
    size, count = 0, 0
    while count < len(documents) and size < PEER_BYTES:
        size += len(documents[count].encode())
        count += 1
    return documents[:count]


def measure(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the report as they are measured."""
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
    text = default_text() if options.file is None else read_text(options.file)
    documents = [text] if options.separator is None else text.split(options.separator)
    megabytes = len(text.encode()) / 1e6
    special = not options.no_special_tokens
    every = options.threads or available_threads()
    name = "Python's manual" if options.file is None else Path(options.file).name
    yield f"{name}: {megabytes:.1f} MB, {len(documents):,} documents, best of {options.repeat}"

    def encode(some: list[str], threads: int) -> Ragged:
        return tokenizer.encode_ragged(some, add_special_tokens=special, threads=threads)

    start = time.perf_counter()
    ids = len(encode(documents, 1).ids)
    cold = time.perf_counter() - start
    yield f"{ids:,} ids, {megabytes * 1e6 / max(ids, 1):.2f} bytes an id"
    yield _line("subword, first time", megabytes, cold)
    for threads in sorted({1, every}):
        seconds = best_of(options.repeat, lambda threads=threads: encode(documents, threads))  # type: ignore[misc]
        yield _line(f"subword, {_count(threads)}", megabytes, seconds)
    if options.file is not None and options.separator is not None:
        job = make_job(
            tokenizer.text_encoder,
            separator=options.separator,
            threads=every,
            add_special_tokens=special,
        )
        # A pipe was read above, once and for all.
        data = map_file(options.file) if is_regular(options.file) else text.encode()
        part = FilePart(data, options.file, 0)
        yield _line(
            f"subword, file, {_count(every)}",
            megabytes,
            best_of(options.repeat, lambda: job.encode([part])),
        )
    encoded = encode(documents, every)
    yield _line(
        "subword, decode",
        megabytes,
        best_of(options.repeat, lambda: tokenizer.decode_batch(encoded)),
    )
    peer = peer_of(tokenizer)
    if peer is None:
        yield "tokenizers is not installed: nothing to compare with"
        return
    sample = first_documents(documents)
    small = sum(len(document.encode()) for document in sample) / 1e6
    theirs = peer.encode_batch(sample, add_special_tokens=special)
    ours = encode(sample, every)
    different = sum(
        not np.array_equal(mine, their.ids) for mine, their in zip(ours, theirs, strict=True)
    )
    seconds = best_of(
        options.repeat, lambda: peer.encode_batch_fast(sample, add_special_tokens=special)
    )
    yield _line(
        f"tokenizers {version('tokenizers')}, {_count(available_threads())}", small, seconds
    )
    yield f"ids differ in {different:,} of {len(sample):,} documents compared"


def _count(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"


def _line(name: str, megabytes: float, seconds: float) -> str:
    return f"{name:<32}{megabytes / seconds:>10.1f} MB/s"


def bench(options: argparse.Namespace) -> None:
    """`subword bench`."""
    for line in measure(options):
        print(line)
        flush_output()
