"""What the commands of the command line do; `cli` has their options."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from subword._core.atomic_file import atomic_file, is_stream, write_text
from subword._core.progress import progress_bar
from subword._core.streams import standard_input, standard_output
from subword.cli.inspection import page, shows_colour, table
from subword.corpus.sources import Files
from subword.formats.openai_encodings import TIKTOKEN_PATTERNS
from subword.id_files import readers, text_files, writers
from subword.id_files.text_files import Piece
from subword.tokenizer import Tokenizer

CHUNK = 1 << 22  # bytes of text at a time where results are Python objects, or come from a pipe
STDIN = "-"


def load_tokenizer(name: str, pattern: str | None = None) -> Tokenizer:
    """Load a tokenizer by what its name looks like.

    Args:
        name: A .json, .txt or .tiktoken file, a folder, or a name on the Hub.
        pattern: The split pattern of a .tiktoken file, or its name.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a tokenizer, or the pattern is missing.
    """
    path = Path(name)
    if path.suffix == ".tiktoken":
        known = path.stem if path.stem in TIKTOKEN_PATTERNS else None
        if pattern is None and known is None:
            raise ValueError(
                f"{name}: a .tiktoken file needs --pattern, one of {', '.join(TIKTOKEN_PATTERNS)}"
            )
        return Tokenizer.from_tiktoken(path, pattern or known or "")
    if pattern is not None:
        raise ValueError(f"--pattern is for .tiktoken files, got {name}")
    if path.suffix == ".json" or (path.is_file() and path.suffix != ".txt"):
        return Tokenizer.from_file(path)
    if path.suffix == ".txt":
        return Tokenizer.from_wordpiece(path)
    return Tokenizer.from_pretrained(name)


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
    return text_files.available(standard_input().fileno(), CHUNK)


def text_batches(names: Iterable[str], separator: bytes | None, size: int) -> Iterator[list[Piece]]:
    """Read files and pipes, and stdin under the name "-", in pieces of whole documents."""
    for name in names:
        if name != STDIN:
            yield from text_files.windows([name], separator, size)
        elif separator is None:
            yield [Piece(standard_input().buffer.read(), "stdin", 0)]
        else:
            yield from text_files.stream(read_stdin, "stdin", separator)


def encode(options: argparse.Namespace) -> None:
    """`subword encode`."""
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
    names = options.files or [STDIN]
    to_file = options.output not in (None, STDIN)
    named = to_file and not is_stream(options.output)  # a name with a suffix
    form = options.format or (writers.format_of(options.output) if named else "text")
    if options.offsets and form != "jsonl":
        raise ValueError(f"--offsets needs the format jsonl, got {form}")
    dtype = writers.id_dtype(tokenizer.text_encoder.vocabulary.highest_id, options.dtype)
    job = text_files.plan(
        tokenizer.text_encoder,
        separator=options.separator,
        threads=options.threads,
        add_special_tokens=not options.no_special_tokens,
        end_token=options.end_token,
        max_length=options.max_length,
        return_offsets=options.offsets,
    )
    total = None if STDIN in names else text_files.total_size(names)
    batches = text_batches(
        names, job.separator, CHUNK if form in ("text", "jsonl") else text_files.WINDOW
    )
    shown = not options.quiet and to_file
    with progress_bar(shown, "encoding", total, "B") as advance, opened(options.output) as file:
        documents, ids = text_files.encode_into(
            writers.writer(file, form, dtype), job, batches, advance
        )
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
    dtype = writers.id_dtype(tokenizer.text_encoder.vocabulary.highest_id, options.dtype)
    with opened(options.output) as file:
        for name in options.files or [STDIN]:
            for rows in readers.rows(name, options.format, dtype, end_id):
                texts = tokenizer.decode_batch(
                    rows, skip_special_tokens=not options.keep_special_tokens
                )
                file.write(
                    readers.joined(texts, None if options.json else options.separator).encode()
                )
            file.flush()


def inspect(options: argparse.Namespace) -> None:
    """`subword inspect`."""
    tokenizer = load_tokenizer(options.tokenizer, options.pattern)
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


def train(options: argparse.Namespace) -> None:
    """`subword train`."""
    from subword.corpus.counting import count_words
    from subword.corpus.word_counts import WordCounts
    from subword.training import train_from_counts

    lowercase = not options.cased
    if options.from_counts is not None:
        if options.files:
            raise ValueError("--from-counts takes the place of files, got both")
        if options.checkpoint:
            raise ValueError("--checkpoint is for counting files, got --from-counts too")
        counts = WordCounts.load(options.from_counts)
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
    for (piece,) in text_files.stream(read, "stdin", b"\n"):
        try:
            yield from io.StringIO(bytes(piece.data).decode(), newline="\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"stdin: not UTF-8 at byte {piece.start + error.start}") from None
