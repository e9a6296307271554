"""Counting that can be stopped and resumed: checkpoints, files of the counts so far."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from subword._core.atomic_file import atomic_file
from subword.corpus.counting_threads import collect_counts, count_batches
from subword.corpus.source_options import SourceOptions
from subword.corpus.sources import PathLike, Position, Reader
from subword.corpus.stages import WordStages
from subword.corpus.word_counter import WordCounter
from subword.corpus.word_counts import WordCounts

# The file: this line, a line of JSON (mark, position, done; the mark is the fingerprint), and the
# bytes of WordCounts.to_bytes.
MAGIC = b"subword checkpoint 1\n"
SAVE_EVERY_SECONDS = 60.0  # between two checkpoints, at least
SAVE_TIME_SHARE = 0.05  # the largest part of the time that may go into saving them


def fingerprint(paths: list[str] | None, stages: WordStages, options: SourceOptions) -> str:
    """Describe what is counted and how; counting resumes only where this is the same.

    Files are known by name and size; of an iterable nothing is known.
    """
    parts = {
        "files": None if paths is None else [[path, os.path.getsize(path)] for path in paths],
        "field": options.field,
        "column": options.column,
        **json.loads(stages.description()),
    }
    return json.dumps(parts, ensure_ascii=False)


class Checkpoint:
    """A file with the counts of a part of a corpus, and how far that part goes.

    Args:
        path: The file.
        fingerprint: What `fingerprint` says of the corpus.
    """

    def __init__(self, path: PathLike, fingerprint: str) -> None:
        self.path = path
        self.fingerprint = fingerprint

    def save(self, counts: WordCounts, position: Position, done: bool) -> None:
        """Write the file; afterwards it is the new one, or still the old one.

        Raises:
            OSError: It cannot be written.
        """
        head = json.dumps({"mark": self.fingerprint, "position": position, "done": done})
        with atomic_file(self.path, sync=True) as file:
            file.write(MAGIC + head.encode() + b"\n")
            file.write(counts.to_bytes())

    def load(self) -> tuple[WordCounts, Position, bool] | None:
        """Read the file.

        Returns:
            The counts, the position after what was counted, and whether that was everything; None
            if there is no such file.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is no checkpoint, damaged, or has another fingerprint; the message says
                what differs.
        """
        name = os.fspath(self.path)
        if not os.path.exists(name):
            return None
        with open(name, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ValueError(f"{name}: not a checkpoint (it does not begin with {MAGIC!r})")
            try:
                head = json.loads(file.readline())
                found, (number, end), done = head["mark"], head["position"], head["done"]
                theirs, ours = json.loads(found), json.loads(self.fingerprint)
            except (ValueError, KeyError, TypeError):
                raise ValueError(
                    f"{name}: damaged: its second line is not that of a checkpoint"
                ) from None
            if found != self.fingerprint:
                different = [key for key in ours if theirs.get(key) != ours[key]]
                raise ValueError(
                    f"{name}: this checkpoint was made with other {' and '.join(different)}; remove"
                    " it to begin anew"
                )
            return WordCounts.from_bytes(file.read(), name), (number, end), bool(done)


def count_resumably(
    checkpoint: Checkpoint, counters: list[WordCounter], reader: Reader, counts: WordCounts
) -> WordCounts:
    """Count the rest of a source, and save the counts from time to time, on Ctrl-C and at the end.

    Args:
        checkpoint: Where the counts are saved.
        counters: One for each thread.
        reader: Gives the rest of the source.
        counts: Those of what came before.
    """
    with _interrupts() as stop:
        pause = SAVE_EVERY_SECONDS
        while True:
            done = count_batches(counters, reader, stop, pause)
            started = time.monotonic()
            counts = collect_counts(counters, counts)
            checkpoint.save(counts, reader.position, done)
            pause = max(SAVE_EVERY_SECONDS, (time.monotonic() - started) / SAVE_TIME_SHARE)
            if done:
                return counts
            if stop.is_set():
                raise KeyboardInterrupt


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
