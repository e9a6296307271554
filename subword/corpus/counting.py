"""Count the words of a source: files or texts in, `WordCounts` out."""

from __future__ import annotations

import threading

from subword._core.atomic_file import check_writable
from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.progress import progress_bar
from subword._core.threads import thread_count
from subword.corpus import sources
from subword.corpus.counting_threads import collect_counts, count_batches
from subword.corpus.resuming import Checkpoint, count_resumably, fingerprint
from subword.corpus.source_options import SourceOptions
from subword.corpus.sources import Files, PathLike, Reader, Source
from subword.corpus.stages import Algorithm, WordStages, algorithm_stages
from subword.corpus.word_counts import WordCounts


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
            something that exists or ends like a file (.txt), or its items are a few names with
            suffixes (corpus.enn); `iter(texts)` are texts whatever they look like.
        algorithm: Whose stages to run: "bpe", "byte_level_bpe", "wordpiece",
            "unigram" or "word_level".
        normalizer: A stage of your own; None takes the algorithm's (see `train`).
        pre_tokenizer: The same.
        lowercase: For "wordpiece" without a normalizer of your own: lower-case and strip accents.
        field: Read JSON lines and take this field.
        column: Read Parquet or Arrow and take this column.
        threads: How many threads may count; None for every core of this process.
        progress: Show a bar, if tqdm is installed and stderr is a terminal.
        checkpoint: A file for the counts so far, written every minute, on Ctrl-C and at the end.
            When it exists, counting goes on where it stopped; an iterable or a pipe must then give
            the same texts once more.

    Raises:
        OSError: A file does not exist; this is found before anything is read.
        ValueError: A file is not what it should be, or a text is not UTF-8; the message names file
            and place. Or the checkpoint is damaged, or of another source or other stages.
        TypeError: An item of the iterable is not a str.

    Example:
        >>> count_words(["low lower", "low"], progress=False).most_common()
        [('low', 2), ('lower', 1)]
    """
    return count_source(
        source,
        algorithm_stages(algorithm, normalizer, pre_tokenizer, lowercase),
        SourceOptions(
            field=field, column=column, threads=threads, progress=progress, checkpoint=checkpoint
        ),
    )


def count_source(
    source: Source, stages: WordStages, options: SourceOptions | None = None
) -> WordCounts:
    """Count the words that these very stages cut; see `count_words`."""
    options = options or SourceOptions()
    counters = [stages.counter() for _ in range(thread_count(options.threads))]
    paths = sources.paths_of(source)
    counts, position, done = WordCounts(), (0, 0), False
    checkpoint = None
    if options.checkpoint is not None:
        check_writable(options.checkpoint)
        checkpoint = Checkpoint(options.checkpoint, fingerprint(paths, stages, options))
        counts, position, done = checkpoint.load() or (counts, position, done)
        if done:
            counts.pipeline = stages.description()
            return counts
    with progress_bar(options.progress, "reading", sources.total_bytes(paths), "B") as advance:
        reader = Reader(
            source if paths is None else Files(tuple(paths)),
            field=options.field,
            column=options.column,
            cut=all(counter.cuts_at_blanks for counter in counters),
            advance=advance,
            position=position,
        )
        if checkpoint is not None:
            counts = count_resumably(checkpoint, counters, reader, counts)
        else:
            count_batches(counters, reader, threading.Event())
            counts = collect_counts(counters, counts)
    counts.pipeline = stages.description()
    return counts
