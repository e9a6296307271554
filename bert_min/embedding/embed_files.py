"""`bert-min embed`: files of texts in, a file of vectors out, in memory that does not grow.

Vectors are written as they come, into a file that takes its place when it is whole. A .npy file can
be appended to, because its header has room for any number of rows: it is written for 0 rows first
and again at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from bert_min.embedding.embedder import Embedder
from bert_min.embedding.options import Combine, EmbedOptions, LongTexts, Pooling
from subword.file_access import atomic_file, standard_input

DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def read_texts(paths: Sequence[str], field: str = "text") -> Iterator[str]:
    """Yield the texts of files one after the other, without holding more than a block of them.

    Args:
        paths: .jsonl or .parquet files, or text files with one text a line; "-" is the standard
            input, read as lines.
        field: Key of a JSONL object, or column of a Parquet file.

    Yields:
        The texts, empty lines included, so that row i of the vectors is text i.

    Raises:
        OSError: A file cannot be opened.
        ValueError: A line is not a JSON object with a str under field, or the column is missing.
    """
    for path in paths:
        if path.endswith(".parquet"):
            yield from _read_parquet(path, field)
        elif path.endswith((".jsonl", ".ndjson")):
            yield from _read_jsonl(path, field)
        elif path == "-":
            yield from (line.rstrip("\r\n") for line in standard_input())
        else:
            with open(path, encoding="utf-8", newline="\n") as lines:
                yield from (line.rstrip("\r\n") for line in lines)


def _read_jsonl(path: str, field: str) -> Iterator[str]:
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = json.loads(line)[field]
            except (ValueError, KeyError, TypeError, IndexError):
                text = None
            if not isinstance(text, str):
                raise ValueError(
                    f"{path}:{number}: expected a JSON object with a str under {field!r}, "
                    f"got {line[:80]!r}"
                )
            yield text


def _read_parquet(path: str, column: str) -> Iterator[str]:
    # an extra, needed for Parquet files alone
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        if column not in file.schema_arrow.names:
            raise ValueError(
                f"{path}: no column {column!r}, the columns are {file.schema_arrow.names}"
            )
        for batch in file.iter_batches(batch_size=4096, columns=[column]):
            for row, text in enumerate(batch.column(0).to_pylist()):
                if not isinstance(text, str):
                    raise ValueError(f"{path}: expected a str in {column!r}, got {text!r} ({row})")
                yield text


class VectorWriter(Protocol):
    """Where vectors go, some rows at a time."""

    def write(self, vectors: NDArray[np.float32]) -> None:
        """Append (n, W) vectors."""

    def close(self) -> None:
        """Write what belongs behind the last row, or to its number."""


class NpyWriter:
    """Append to a .npy file; `numpy.load(path, mmap_mode="r")` reads it back."""

    def __init__(self, file: BinaryIO, width: int) -> None:
        """Begin a file of vectors of W = width numbers."""
        if not file.seekable():
            raise ValueError("a .npy file cannot be written to a pipe: its header is written last")
        self.file, self.width, self.rows = file, width, 0
        self._header()

    def _header(self) -> None:
        self.file.seek(0)
        np.lib.format.write_array_header_1_0(
            self.file, {"descr": "<f4", "fortran_order": False, "shape": (self.rows, self.width)}
        )

    def write(self, vectors: NDArray[np.float32]) -> None:
        """Append (n, W) vectors."""
        self.rows += len(vectors)
        self.file.write(np.ascontiguousarray(vectors, "<f4").data)

    def close(self) -> None:
        """Write the header with the number of rows."""
        self._header()


class ParquetWriter:
    """Append row groups to a Parquet file with one column, `embedding`."""

    def __init__(self, file: BinaryIO, width: int) -> None:
        """Begin a file of vectors of W = width numbers."""
        import pyarrow
        from pyarrow import parquet

        self.arrow: Any = pyarrow
        self.kind = pyarrow.list_(pyarrow.float32(), width)
        self.file = parquet.ParquetWriter(file, pyarrow.schema([("embedding", self.kind)]))

    def write(self, vectors: NDArray[np.float32]) -> None:
        """Append (n, W) vectors."""
        flat = self.arrow.array(vectors.reshape(-1))
        column = self.arrow.FixedSizeListArray.from_arrays(flat, type=self.kind)
        self.file.write_table(self.arrow.table({"embedding": column}))

    def close(self) -> None:
        """Write the index."""
        self.file.close()


@contextmanager
def open_writer(path: str, width: int) -> Iterator[VectorWriter]:
    """Choose the writer by the file's ending; the file is there if the block ends well.

    Raises:
        OSError: The file cannot be written.
        ValueError: It ends neither in .npy nor in .parquet.
    """
    kinds: dict[str, Callable[[BinaryIO, int], VectorWriter]]
    kinds = {".npy": NpyWriter, ".parquet": ParquetWriter}
    kind = kinds.get(Path(path).suffix)
    if kind is None:
        raise ValueError(f"the output must end in .npy or .parquet, got {path!r}")
    with atomic_file(path) as file:
        writer = kind(file, width)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # pyarrow would try when it has no file any more
                writer.close()
            raise
        writer.close()


def register(subparsers: Any) -> None:
    """Add `bert-min embed`."""
    parser = subparsers.add_parser("embed", help="turn texts into vectors")
    add = parser.add_argument
    add("inputs", nargs="+", help=".txt (a text a line), .jsonl, .parquet, or - for lines of stdin")
    add("--model", required=True, help="folder with a BERT and its tokenizer")
    add("-o", "--output", "--out", required=True, help=".npy or .parquet file for the vectors")
    add("--field", "--column", default="text", help="JSONL key or Parquet column (text)")
    add("--pooling", choices=get_args(Pooling), help="what the folder says, or mean")
    add("--layers", type=int, nargs="+", default=[-1], help="0 to L; -1, the last, by default")
    add("--combine", choices=get_args(Combine), default="concat", help="of several layers")
    add("--normalize", action=argparse.BooleanOptionalAction, help="what the folder says, or not")
    add("--max-length", type=int, help="most tokens of a text; what the folder says")
    add("--long-texts", choices=get_args(LongTexts), default="truncate", help="over max-length")
    add("--overlap", type=int, default=0, help="tokens that windows share")
    add("--batch-tokens", type=int, help="tokens of a batch; more is faster up to a point")
    add("--threads", type=int, help="threads of the model on a CPU; every core by default")
    add("--device", help="cpu or cuda; a GPU if there is one")
    add("--dtype", choices=DTYPES, help="float32 by default; bfloat16 suits a GPU")
    add("--int8", action="store_true", help="multiply in 8-bit integers (CPU)")
    add("--compile", action="store_true", help="fuse steps with torch.compile first")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    embedder = Embedder.from_pretrained(
        args.model,
        args.device,
        DTYPES[args.dtype] if args.dtype else None,
        "int8" if args.int8 else None,
        args.compile,
    )
    options = EmbedOptions(
        pooling=args.pooling or embedder.pooling,
        layers=tuple(args.layers),
        combine=args.combine,
        normalize=embedder.normalize if args.normalize is None else args.normalize,
        max_length=args.max_length or embedder.max_length,
        batch_tokens=args.batch_tokens or embedder.batch_tokens,
        long_texts=args.long_texts,
        overlap=args.overlap,
    )
    options.check(embedder.model)
    texts = tokens = truncated = 0
    start = time.perf_counter()
    with (
        open_writer(args.output, options.width(embedder.model)) as writer,
        tqdm(unit=" texts", disable=None) as bar,
    ):
        for chunk in embedder.stream(read_texts(args.inputs, args.field), options):
            writer.write(chunk.vectors)
            texts += len(chunk.vectors)
            tokens += chunk.tokens
            truncated += chunk.truncated
            rate = tokens / (time.perf_counter() - start)
            bar.set_postfix_str(f"{rate:,.0f} tok/s")
            bar.update(len(chunk.vectors))
    seconds = time.perf_counter() - start
    print(
        f"{texts:,} texts, {tokens:,} tokens in {seconds:.1f} s ({tokens / seconds:,.0f} tok/s), "
        f"{truncated:,} texts cut to {options.max_length} tokens -> {args.output}",
        file=sys.stderr,
    )
