"""The threads that count: batches of a reader to counters, and the sum of their counts."""

from __future__ import annotations

import threading
import time

from subword.corpus.sources import Reader
from subword.corpus.word_counter import WordCounter
from subword.corpus.word_counts import WordCounts


def count_batches(
    counters: list[WordCounter], reader: Reader, stop: threading.Event, seconds: float | None = None
) -> bool:
    """Count batches with a thread for each counter, the caller's among them.

    Args:
        counters: They take the counts.
        reader: Gives the batches. Every batch it gave is counted, unless there is an error.
        stop: Once it is set, no more batches are read.
        seconds: No more batches are read after this time either; None for no limit.

    Returns:
        Whether there are no batches left.
    """
    errors: list[BaseException] = []
    finished = threading.Event()
    deadline = None if seconds is None else time.monotonic() + seconds

    def work(counter: WordCounter) -> None:
        try:
            while not (errors or stop.is_set()):
                batch = reader.next_batch()
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
    except BaseException as error:  # Ctrl-C: the helpers must stop too
        errors.append(error)
    if errors:
        raise errors[0]
    return finished.is_set()


def collect_counts(counters: list[WordCounter], counts: WordCounts) -> WordCounts:
    """Return the counts together with those of all counters, which begin anew."""
    for counter in counters:
        part = counter.finish()
        if len(part) > len(counts):
            counts, part = part, counts
        counts += part
    return counts
