"""The commands of the command line; their options are in `subword.cli.arguments`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import BinaryIO

from subword._core.atomic_file import atomic_file, check_writable, is_stream, write_text
from subword._core.progress import progress_bar
from subword._core.streams import standard_input, standard_output
from subword.cli.inspection import page, shows_colour, table
from subword.cli.pipeline_table import pipeline_table
from subword.cli.tokenizer_option import load_tokenizer
from subword.corpus.counting import count_words
from subword.corpus.sources import Files
from subword.corpus.stages import algorithm_stages
from subword.corpus.word_counts import WordCounts
from subword.id_files.encode_job import WINDOW_BYTES, encode_into, make_job
from subword.id_files.file_parts import (
    FilePart,
    file_windows,
    read_available,
    stream_parts,
    total_size,
)
from subword.id_files.id_formats import format_of, id_dtype
from subword.id_files.readers import read_rows
from subword.id_files.writers import make_writer
from subword.tokenizer import Tokenizer
from subword.training import train_from_counts

# Bytes of text at a time where results are Python objects, or text comes from a pipe.
CHUNK_BYTES = 1 << 22
STDIN = "-"


@contextmanager
def opened(output: str | None) -> Iterator[BinaryIO]:
    """Open the output: a file that is whole or not there, or stdout."""
    if output is None or output == STDIN:
        stdout = standard_output().buffer
        yield stdout
        stdout.flush()
        return
    with atomic_file(output) as file:
        yield file


def read_stdin() -> bytes:
    """Return what is there on stdin, up to a chunk; nothing at the end."""
    return read_available(standard_input().fileno(), CHUNK_BYTES)


def text_windows(
    names: Iterable[str], separator: bytes | None, size: int
) -> Iterator[list[FilePart]]:
    """Read files and pipes, and stdin under the name "-", in windows of whole documents."""
    for name in names:
        if name != STDIN:
            yield from file_windows([name], separator, size)
        elif separator is None:
            yield [FilePart(standard_input().buffer.read(), "stdin", 0)]
        else:
            yield from stream_parts(read_stdin, "stdin", separator)


def join_texts(texts: Sequence[str], separator: str | None) -> str:
    """Return texts with the separator after each; without one, as JSON strings, one a line."""
    if separator is None:
        return "".join([json.dumps(text, ensure_ascii=False) + "\n" for text in texts])
    return "".join([text + separator for text in texts])


def encode(options: argparse.Namespace) -> None:
    """`subword encode`."""
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
    names = options.files or [STDIN]
    to_file = options.output not in (None, STDIN)
    named = to_file and not is_stream(options.output)  # a name with a suffix
    form = options.format or (format_of(options.output) if named else "text")
    if options.offsets and form != "jsonl":
        raise ValueError(f"--offsets needs the format jsonl, got {form}")
    dtype = id_dtype(tokenizer.text_encoder.vocabulary.highest_id, options.dtype)
    job = make_job(
        tokenizer.text_encoder,
        separator=options.separator,
        threads=options.threads,
        add_special_tokens=not options.no_special_tokens,
        end_token=options.end_token,
        max_length=options.max_length,
        return_offsets=options.offsets,
    )
    total = None if STDIN in names else total_size(names)
    size = CHUNK_BYTES if form in ("text", "jsonl") else WINDOW_BYTES
    windows = text_windows(names, job.separator, size)
    shown = not options.quiet and to_file
    with progress_bar(shown, "encoding", total, "B") as advance, opened(options.output) as file:
        documents, ids = encode_into(make_writer(file, form, dtype), job, windows, advance)
    if shown:
        stored = f" as {dtype.name}" if form in ("bin", "npy", "parquet") else ""
        print(f"{options.output}: {documents:,} documents, {ids:,} ids{stored}", file=sys.stderr)


def decode(options: argparse.Namespace) -> None:
    """`subword decode`."""
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
    end_id = None
    if options.end_token is not None:
        end_id = tokenizer.token_to_id(options.end_token)
        if end_id is None:
            raise ValueError(f"--end-token {options.end_token!r} is not in the vocabulary")
    dtype = id_dtype(tokenizer.text_encoder.vocabulary.highest_id, options.dtype)
    with opened(options.output) as file:
        for name in options.files or [STDIN]:
            for rows in read_rows(name, options.format, dtype, end_id):
                texts = tokenizer.decode_batch(
                    rows, skip_special_tokens=not options.keep_special_tokens
                )
                separator = None if options.json else options.separator
                file.write(join_texts(texts, separator).encode())
            file.flush()


def inspect(options: argparse.Namespace) -> None:
    """`subword inspect`."""
    if options.json and not options.pipeline:
        raise ValueError("--json is for --pipeline")
    if options.html is not None and options.pipeline:
        raise ValueError("--html shows tokens, got --pipeline too")
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
    if options.pipeline:
        texts = [text for text in (options.text, options.pair) if text is not None]
        standard_output().write(_pipeline(tokenizer, texts, options.json))
        return
    text = options.text
    if text is None:
        data = standard_input().buffer.read()
        try:
            text = data.decode().removesuffix("\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"stdin: not UTF-8 at byte {error.start}") from None
    encoding = tokenizer.encode(
        text, options.pair, add_special_tokens=not options.no_special_tokens
    )
    if options.html is not None:
        write_text(options.html, page(encoding, text, options.pair))
        return
    stdout = standard_output()
    colour = {"always": True, "never": False}.get(options.color, shows_colour(stdout))
    stdout.write(table(encoding, text, options.pair, colour))


def _pipeline(tokenizer: Tokenizer, texts: list[str], as_json: bool) -> str:
    """Return how the stages run, once they have seen the texts."""
    tokenizer.encode_ragged(texts, add_special_tokens=False)
    views = tokenizer.pipeline()
    if as_json:
        return json.dumps([asdict(view) for view in views], ensure_ascii=False, indent=2) + "\n"
    return pipeline_table(views)


def train(options: argparse.Namespace) -> None:
    """`subword train`."""
    lowercase = not options.cased
    for output in (options.output, options.save_counts):
        if output is not None:
            check_writable(output)
    if options.from_counts is not None:
        if options.files:
            raise ValueError("--from-counts takes the place of files, got both")
        if options.checkpoint:
            raise ValueError("--checkpoint is for counting files, got --from-counts too")
        counts = WordCounts.load(options.from_counts)
        stages = algorithm_stages(options.algorithm, lowercase=lowercase)
        stages.check_counts(counts, options.from_counts)
    else:
        counts = count_words(
            _training_source(options.files),
            algorithm=options.algorithm,
            lowercase=lowercase,
            field=options.field,
            column=options.column,
            threads=options.threads,
            progress=not options.quiet,
            checkpoint=options.checkpoint,
        )
    if options.save_counts is not None:
        counts.save(options.save_counts)
    given = {
        "min_frequency": options.min_frequency,
        "special_tokens": options.special_tokens,
        "score": options.score,
        "limit_alphabet": options.limit_alphabet,
        "max_token_length": options.max_token_length,
    }
    tokenizer = train_from_counts(
        counts,
        options.algorithm,
        options.vocab_size,
        lowercase=lowercase,
        threads=options.threads,
        progress=not options.quiet,
        **{name: value for name, value in given.items() if value is not None},
    )
    tokenizer.save(options.output)
    if not options.quiet:
        print(f"{options.output}: {tokenizer.vocab_size:,} tokens", file=sys.stderr)


def _training_source(names: list[str]) -> Files | Iterator[str]:
    if names and names != [STDIN]:
        if STDIN in names:
            raise ValueError("stdin cannot be mixed with files, got - among them")
        return Files(tuple(names))
    return _lines(read_stdin)


def _lines(read: Callable[[], bytes]) -> Iterator[str]:
    """Yield the lines of stdin with their newlines, as files are trained on."""
    for (part,) in stream_parts(read, "stdin", b"\n"):
        try:
            yield from io.StringIO(bytes(part.data).decode(), newline="\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"stdin: not UTF-8 at byte {part.start + error.start}") from None
