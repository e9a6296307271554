"""Count the words of a source, in threads; counting can be stopped and resumed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.progress import progress_bar
from subword._core.threads import thread_count
from subword.corpus import checkpoints, sources
from subword.corpus.sources import Files, PathLike, Position, Reader, Source
from subword.corpus.word_counter import WordCounter
from subword.corpus.word_counts import WordCounts
from subword.normalizers import BertNormalizer
from subword.pre_tokenizers import BertPreTokenizer, ByteLevel, Whitespace
from subword.vocab.added_tokens import Matcher

Algorithm = Literal["bpe", "byte_level_bpe", "wordpiece"]
ALGORITHMS: tuple[Algorithm, ...] = ("bpe", "byte_level_bpe", "wordpiece")
SECONDS = 60.0  # between two checkpoints, at least
SHARE = 0.05  # of the time may go into saving them


def count_words(
    source: Source,
    *,
    algorithm: Algorithm = "bpe",
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    field: str | None = None,
    column: str | None = None,
    threads: int | None = None,
    progress: bool = True,
    checkpoint: PathLike | None = None,
) -> WordCounts:
    """Count the words of a source, as `train` would cut them.

    The counts of parts of a corpus add up to those of the whole, so they can be made on many
    machines, kept in files and trained on later. They do not depend on `threads`.

    Args:
        source: A path, a list of paths, or any iterable of str. Files are text (each line is a text
            of its own and keeps its newline), JSON lines (`field`), Parquet or Arrow (`column`),
            all but the latter also as .gz or .zst; pipes are read as files. A str is a path, so a
            text goes in a list: `[text]`. A list of str is one of paths when its first item names
            something that is there or ends like a file (.txt), or its items are a few names with
            suffixes (corpus.enn); `iter(texts)` are texts whatever they look like.
        algorithm: Whose stages to run: "bpe", "byte_level_bpe" or "wordpiece".
        normalizer: A stage of your own; None takes the algorithm's (see `train`).
        pre_tokenizer: The same.
        lowercase: For "wordpiece" without a normalizer of your own: lower-case and strip accents.
        field: Read JSON lines and take this field.
        column: Read Parquet or Arrow and take this column.
        threads: How many threads may work; None for every core of this process.
        progress: Show a bar, if tqdm is installed and stderr is a terminal.
        checkpoint: A file for the counts so far, written every minute, on Ctrl-C and at the end.
            When it is there, counting goes on where it stopped; an iterable or a pipe must then
            give the same texts once more.

    Raises:
        OSError: A file is not there; this is found before anything is read.
        ValueError: A file is not what it should be, or a text is not UTF-8; the message names file
            and place. Or the checkpoint is damaged, or of another source or other stages.
        TypeError: An item of the iterable is not a str.

    Example:
        >>> count_words(["low lower", "low"], progress=False).most_common()
        [('low', 2), ('lower', 1)]
    """
    normalizer, pre_tokenizer = stages(algorithm, normalizer, pre_tokenizer, lowercase)
    return count_source(
        source,
        normalizer,
        pre_tokenizer,
        algorithm == "byte_level_bpe",
        field=field,
        column=column,
        threads=threads,
        progress=progress,
        checkpoint=checkpoint,
    )


def count_source(
    source: Source,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    byte_level: bool,
    *,
    before_normalizer: Matcher | None = None,
    after_normalizer: Matcher | None = None,
    field: str | None = None,
    column: str | None = None,
    threads: int | None = None,
    progress: bool = True,
    checkpoint: PathLike | None = None,
) -> WordCounts:
    """Count the words that these very stages cut; see `count_words`, and `WordCounter` for more."""
    counters = [
        WordCounter(
            normalizer,
            pre_tokenizer,
            byte_level=byte_level,
            before_normalizer=before_normalizer,
            after_normalizer=after_normalizer,
        )
        for _ in range(thread_count(threads))
    ]
    position: Position = (0, 0)
    counts = WordCounts()
    mark = ""
    paths = sources.paths_of(source)
    if checkpoint is not None:
        mark = checkpoints.mark(paths, field, column, normalizer, pre_tokenizer, byte_level)
        saved = checkpoints.load(checkpoint, mark)
        if saved is not None:
            counts, position, done = saved
            if done:
                return counts
    with progress_bar(progress, "reading", sources.total_bytes(paths), "B") as advance:
        reader = Reader(
            source if paths is None else Files(tuple(paths)),
            field=field,
            column=column,
            cut=all(counter.cuts_at_blanks for counter in counters),
            advance=advance,
            position=position,
        )
        if checkpoint is None:
            count_batches(counters, reader, threading.Event())
            return _gathered(counters, counts)
        with _interrupts() as stop:
            pause = SECONDS
            while True:
                done = count_batches(counters, reader, stop, pause)
                started = time.monotonic()
                counts = _gathered(counters, counts)
                checkpoints.save(checkpoint, mark, counts, reader.position, done)
                pause = max(SECONDS, (time.monotonic() - started) / SHARE)
                if done:
                    return counts
                if stop.is_set():
                    raise KeyboardInterrupt


def count_batches(
    counters: list[WordCounter], reader: Reader, stop: threading.Event, seconds: float | None = None
) -> bool:
    """Count batches with a thread for each counter, the caller's among them.

    Args:
        counters: Theirs are the counts.
        reader: What gives the batches. Every batch it gave is counted, unless there is an error.
        stop: Once it is set, no more batches are drawn.
        seconds: Nor after this time.

    Returns:
        Whether there are no batches left.
    """
    errors: list[BaseException] = []
    finished = threading.Event()
    deadline = None if seconds is None else time.monotonic() + seconds

    def work(counter: WordCounter) -> None:
        try:
            while not (errors or stop.is_set()):
                batch = reader.draw()
                if batch is None:
                    finished.set()
                    return
                batch.count(counter)
                if deadline is not None and time.monotonic() > deadline:
                    return
        except BaseException as error:
            errors.append(error)

    helpers = [
        threading.Thread(target=work, args=(counter,), daemon=True) for counter in counters[1:]
    ]
    for helper in helpers:
        helper.start()
    work(counters[0])
    try:
        for helper in helpers:
            helper.join()
    except BaseException as error:  # Ctrl-C: the helpers shall stop too
        errors.append(error)
    if errors:
        raise errors[0]
    return finished.is_set()


def _gathered(counters: list[WordCounter], counts: WordCounts) -> WordCounts:
    """Return the counts with those of all counters, which begin anew."""
    for counter in counters:
        part = counter.finish()
        if len(part) > len(counts):
            counts, part = part, counts
        counts += part
    return counts


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Let Ctrl-C set an event while the block runs; a second Ctrl-C does what it always does."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def first_time(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, first_time)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def stages(
    algorithm: str,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    lowercase: bool = True,
) -> tuple[Normalizer | None, PreTokenizer]:
    """Return the stages in front of an algorithm's model: those given, or its own.

    Raises:
        ValueError: There is no such algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(
            f"algorithm must be one of {', '.join(map(repr, ALGORITHMS))}, got {algorithm!r}"
        )
    if algorithm == "wordpiece":
        return normalizer or BertNormalizer(
            lowercase=lowercase
        ), pre_tokenizer or BertPreTokenizer()
    if algorithm == "byte_level_bpe":
        return normalizer, pre_tokenizer or ByteLevel(add_prefix_space=False)
    return normalizer, pre_tokenizer or Whitespace()
