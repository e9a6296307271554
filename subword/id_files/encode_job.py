"""Text files into ids, without a Python object for each document.

Where ids go to a file, text is read in windows of whole documents, so memory does not grow with the
files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from subword._core.atomic_file import atomic_file
from subword._core.progress import progress_bar
from subword.encode.documents import NotUTF8
from subword.encode.text_encoder import TextEncoder
from subword.id_files.file_parts import FilePart, file_windows, map_file, total_size
from subword.id_files.id_formats import format_of, id_dtype
from subword.id_files.writers import Writer, make_writer
from subword.results.ragged import Ragged
from subword.results.truncation import tokens_left

PathLike = str | os.PathLike[str]
WINDOW_BYTES = 1 << 25  # of text between two writes


class WrittenFile(NamedTuple):
    """What was written to a file.

    Attributes:
        path: The file.
        documents: How many documents there were.
        ids: How many ids.
        dtype: What an id is stored as: "uint16" or "uint32".
    """

    path: str
    documents: int
    ids: int
    dtype: str


class FileEncodeJob(NamedTuple):
    """How to encode the documents of files.

    Attributes:
        encoder: Encodes.
        separator: What separates documents; None: a part is one document.
        threads: How many may work; None for every core.
        prefix, suffix: Ids around each document.
        max_length: The most ids of a document, those included.
        return_offsets: Whether the characters of each id are wanted.
    """

    encoder: TextEncoder
    separator: bytes | None
    threads: int | None
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    max_length: int | None
    return_offsets: bool

    def encode(self, parts: Sequence[FilePart]) -> Ragged:
        """Encode parts of files; ValueError with file and byte where one is not UTF-8."""
        try:
            return self.encoder.encode_buffers(
                [part.data for part in parts],
                self.separator,
                self.prefix,
                self.suffix,
                self.return_offsets,
                self.max_length,
                self.threads,
            )
        except NotUTF8 as error:
            part = parts[error.buffer]
            raise ValueError(f"{part.name}: not UTF-8 at byte {part.start + error.byte}") from None


def make_job(
    encoder: TextEncoder,
    *,
    separator: str | None = None,
    threads: int | None = None,
    add_special_tokens: bool = True,
    end_token: str | None = None,
    max_length: int | None = None,
    return_offsets: bool = False,
) -> FileEncodeJob:
    """Check the options of `encode_files` and return them as a job.

    Raises:
        TypeError: The separator or the length is of another type.
        ValueError: The separator is empty, the end token not in the vocabulary, or the length less
            than the special tokens.
    """
    if separator is not None and not isinstance(separator, str):
        raise TypeError(f"separator must be a str or None, got {type(separator).__name__}")
    if separator == "":
        raise ValueError("separator must not be empty; None takes each file as one document")
    prefix, suffix = encoder.affixes(add_special_tokens)
    if end_token is not None:
        index = encoder.vocabulary.token_to_id(end_token)
        if index is None:
            raise ValueError(f"end_token {end_token!r} is not in the vocabulary")
        suffix = (*suffix, index)
    tokens_left(max_length, len(prefix) + len(suffix))
    encoded = None if separator is None else separator.encode()
    return FileEncodeJob(encoder, encoded, threads, prefix, suffix, max_length, return_offsets)


def encode_files(
    encoder: TextEncoder,
    paths: PathLike | Iterable[PathLike],
    output: PathLike | None = None,
    *,
    dtype: str | None = None,
    progress: bool = True,
    **options: object,
) -> Ragged | WrittenFile:
    """See `Tokenizer.encode_files`; `options` are those of `make_job`."""
    job = make_job(encoder, **options)  # type: ignore[arg-type]
    names = []
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"a path must be a str or os.PathLike, got {type(path).__name__}")
        names.append(os.fspath(path))
    total = total_size(names)  # a missing file is found before any work
    if output is None:
        return job.encode([FilePart(map_file(name), name, 0) for name in names])
    form, stored = format_of(output), id_dtype(encoder.vocabulary.highest_id, dtype)
    windows = file_windows(names, job.separator, WINDOW_BYTES)
    with progress_bar(progress, "encoding", total, "B") as advance, atomic_file(output) as file:
        documents, ids = encode_into(make_writer(file, form, stored), job, windows, advance)
    return WrittenFile(os.fspath(output), documents, ids, stored.name)


def encode_into(
    writer: Writer,
    job: FileEncodeJob,
    windows: Iterable[Sequence[FilePart]],
    advance: Callable[[int], object] | None = None,
) -> tuple[int, int]:
    """Encode window after window into a writer.

    Args:
        writer: Takes the ids; it is finished, or abandoned after an error.
        job: How to encode.
        windows: The parts of each.
        advance: Is called with the bytes of each window.

    Returns:
        How many documents and how many ids there were.
    """
    documents = ids = 0
    try:
        for parts in windows:
            rows = job.encode(parts)
            writer.write(rows)
            documents += len(rows)
            ids += len(rows.ids)
            if advance is not None:
                advance(sum(len(part.data) for part in parts))
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    return documents, ids
