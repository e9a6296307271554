"""Count and encode on many machines with Ray (https://docs.ray.io); the package `ray` is needed.

Work is cut into shards, each of which is counted by a task that is a function of its shard alone:
when a machine dies, Ray runs its tasks elsewhere. The counts add up to those of one process, so the
tokenizer trained on them is the same, byte by byte.

    import subword.distributed
    counts = subword.distributed.count_words(ray.data.read_parquet("s3://..."), column="text")
    tokenizer = subword.train_from_counts(counts, "bpe", 32000)
    ids = subword.distributed.encode(dataset, tokenizer, column="text")
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.progress import progress_bar
from subword.corpus import readers, sources
from subword.corpus.stages import Algorithm, WordStages, algorithm_stages
from subword.corpus.text_batches import ArrowBatch, StrBatch
from subword.corpus.word_counts import WordCounts
from subword.tokenizer import Tokenizer

__all__ = ["count_words", "encode"]

SHARD_BYTES = 64 << 20  # bytes of a file that one task counts, about
TASKS_PER_CORE = 3  # running and waiting, of each core of the cluster

# Counts the words of a shard.
Count = Callable[[Any], WordCounts]


def count_words(
    source: Any,
    *,
    algorithm: Algorithm = "bpe",
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    field: str | None = None,
    column: str | None = None,
    shard_bytes: int = SHARD_BYTES,
    progress: bool = True,
) -> WordCounts:
    """Count the words of a source in Ray tasks of one core each.

    Args:
        source: A Ray Dataset with a column of text; or paths, which every machine must be able to
            read; or an iterable of shards, each a list of str.
        algorithm: As for `subword.count_words`.
        normalizer: As for `subword.count_words`.
        pre_tokenizer: As for `subword.count_words`.
        lowercase: As for `subword.count_words`.
        field: Of JSON lines: the field with the text.
        column: Of a Dataset ("text" unless given), Parquet or Arrow: the column with the text.
        shard_bytes: How much of a text or JSON-lines file one task counts; other files go to a task
            each.
        progress: Show a bar, if tqdm is installed and stderr is a terminal.

    Raises:
        ImportError: Ray is not installed.
        OSError, ValueError, TypeError: As for `subword.count_words`, from whichever machine.

    Example:
        >>> import ray
        >>> counts = count_words([["low lower"], ["low"]], progress=False)  # doctest: +SKIP
        >>> counts.most_common()  # doctest: +SKIP
        [('low', 2), ('lower', 1)]
    """
    if shard_bytes < 1:
        raise ValueError(f"shard_bytes must be at least 1, got {shard_bytes}")
    stages = algorithm_stages(algorithm, normalizer, pre_tokenizer, lowercase)
    counts = _sum(source, stages, field, column, shard_bytes, progress)
    counts.pipeline = stages.description()
    return counts


def _sum(
    source: Any,
    stages: WordStages,
    field: str | None,
    column: str | None,
    shard_bytes: int,
    progress: bool,
) -> WordCounts:
    """Return the sum of the counts of all shards; see `count_words`."""
    if _is_dataset(source):
        return _sum_dataset(source, partial(_count_block, stages, column or "text"), progress)
    if isinstance(source, list | tuple) and source and isinstance(source[0], str | os.PathLike):
        source = sources.Files(tuple(source))  # a shard is a list, so these must be paths
    paths = sources.paths_of(source)
    if paths is None:
        return _sum_tasks(partial(_count_texts, stages), enumerate(source), None, progress)
    parts = list(shards_of(paths, field, column, shard_bytes))
    return _sum_tasks(partial(_count_part, stages, field, column), parts, len(parts), progress)


def encode(
    dataset: Any,
    tokenizer: Tokenizer,
    *,
    column: str = "text",
    output: str = "input_ids",
    add_special_tokens: bool = True,
    max_length: int | None = None,
    keep: bool = False,
    **options: Any,
) -> Any:
    """Encode a column of a Ray Dataset.

    Args:
        dataset: A Ray Dataset.
        tokenizer: Encodes every row by itself, as `tokenizer.encode_ragged` does.
        column: The column with the text; a missing value has no ids.
        output: The name of the column of ids, a list of uint32 for each row.
        add_special_tokens: Run the post-processor's special tokens.
        max_length: Keep at most this many ids of each row.
        keep: Keep the other columns; else only the ids are there.
        options: Further arguments of Dataset.map_batches, such as `batch_size` and `num_cpus`.

    Returns:
        A Dataset, computed when it is used.

    Raises:
        ImportError: Ray is not installed.
        TypeError: `dataset` is not a Ray Dataset.
    """
    if not _is_dataset(dataset):
        raise TypeError(f"dataset must be a ray.data.Dataset, got {type(dataset).__name__}")
    encode_block = partial(
        _encode_block,
        tokenizer,
        column,
        output,
        keep,
        {"add_special_tokens": add_special_tokens, "max_length": max_length, "threads": 1},
    )
    return dataset.map_batches(
        encode_block, **{"batch_size": None, "batch_format": "pyarrow", **options}
    )


def shards_of(
    paths: list[str], field: str | None, column: str | None, size: int
) -> Iterator[tuple[str, int, int | None]]:
    """Yield (path, start, stop) for parts of about `size` bytes, each of whole lines.

    Packed files and tables are one part each, with a stop of None.
    """
    for path in paths:
        if not readers.is_regular(path):
            raise ValueError(f"{path}: a pipe cannot be shared out, only a file")
        if readers.is_packed(path) or readers.kind_of(path, field, column) == "arrow":
            yield path, 0, None
            continue
        start, total = 0, os.path.getsize(path)
        with open(path, "rb") as file:
            while start < total:
                file.seek(min(start + size, total))
                file.readline()
                yield path, start, file.tell()
                start = file.tell()


def _sum_tasks(
    count: Count, shards: Iterable[Any], total: int | None, progress: bool
) -> WordCounts:
    """Count shards in tasks, of which a bounded number exists at a time, and add the counts up."""
    ray = _running_ray()
    task = ray.remote(max_retries=-1)(_packed)
    shared = ray.put(count)
    max_waiting = max(1, int(TASKS_PER_CORE * ray.cluster_resources().get("CPU", 1)))
    counts, waiting = WordCounts(), []
    with progress_bar(progress, "counting", total, "shard") as advance:
        for shard in shards:
            waiting.append(task.remote(shared, shard))
            if len(waiting) >= max_waiting:
                waiting = _add_next(ray, waiting, counts, advance)
        while waiting:
            waiting = _add_next(ray, waiting, counts, advance)
    return counts


def _add_next(
    ray: Any, waiting: list[Any], counts: WordCounts, advance: Callable[[int], object] | None
) -> list[Any]:
    """Add the counts of one finished task; return those that still wait."""
    (done, *_), _ = ray.wait(waiting, num_returns=1)
    try:
        data = ray.get(done)
    except ray.exceptions.RayTaskError as error:
        for other in waiting:
            ray.cancel(other, force=False)
        # What the function raised, not Ray's description of it.
        raise error.cause from None
    counts.update(WordCounts.from_bytes(data))
    if advance:
        advance(1)
    return [task for task in waiting if task is not done]


def _sum_dataset(dataset: Any, count: Callable[[Any], Any], progress: bool) -> WordCounts:
    counts = WordCounts()
    blocks = dataset.map_batches(count, batch_size=None, batch_format="pyarrow")
    with progress_bar(progress, "counting", None, "block") as advance:
        for row in blocks.iter_rows():
            if row["error"] is not None:
                raise ValueError(row["error"])
            counts.update(WordCounts.from_bytes(row["counts"]))
            if advance:
                advance(1)
    return counts


def _running_ray() -> Any:
    """Return the module `ray`, connected to a cluster; a local one is started if there is none."""
    try:
        import ray
    except ImportError:
        raise ImportError("subword.distributed needs ray (pip install subword[ray])") from None
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    return ray


def _is_dataset(source: Any) -> bool:
    """Say whether this is a Ray Dataset."""
    return hasattr(source, "map_batches") and isinstance(source, _running_ray().data.Dataset)


# These functions run in the tasks.


def _packed(count: Count, shard: Any) -> bytes:
    return count(shard).to_bytes()


def _count_part(stages: WordStages, field: str | None, column: str | None, part: Any) -> WordCounts:
    counter = stages.counter()
    path, start, stop = part
    for batch in readers.read_file(
        path, field=field, column=column, start=start, stop=stop, cut=counter.cuts_at_blanks
    ):
        batch.count(counter)
    return counter.finish()


def _count_texts(stages: WordStages, shard: tuple[int, Any]) -> WordCounts:
    number, texts = shard
    if isinstance(texts, str | bytes):
        raise TypeError(f"shard {number}: a shard is a list of str, got {type(texts).__name__}")
    counter = stages.counter()
    try:
        StrBatch(list(texts), 0).count(counter)
    except (TypeError, ValueError) as error:
        raise type(error)(f"shard {number}: {error}") from None
    return counter.finish()


def _count_block(stages: WordStages, column: str, block: Any) -> Any:
    import pyarrow as pa

    counter = stages.counter()
    message = None
    try:
        array = _strings_of(block, column).fill_null("")
        ArrowBatch(array, f"column {column!r}", 0).count(counter)
    except ValueError as error:  # Ray Data wraps errors
        message = str(error)
    counts = [counter.finish().to_bytes()]
    return pa.table(
        {"counts": pa.array(counts, pa.large_binary()), "error": pa.array([message], pa.string())}
    )


def _encode_block(
    tokenizer: Tokenizer, column: str, output: str, keep: bool, options: dict[str, Any], block: Any
) -> Any:
    import pyarrow as pa

    array = _strings_of(block, column)
    ragged = tokenizer.encode_ragged(array.fill_null("").to_pylist(), **options)
    ids = pa.LargeListArray.from_arrays(pa.array(ragged.row_splits), pa.array(ragged.ids))
    return block.append_column(output, ids) if keep else pa.table({output: ids})


def _strings_of(block: Any, column: str) -> Any:
    """Return a column of a block as one Arrow array of large strings; missing values stay."""
    import pyarrow as pa

    if column not in block.column_names:
        raise ValueError(f"the dataset has no column {column!r}, but {block.column_names}")
    array = block.column(column)
    kind = array.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise ValueError(f"column {column!r} must hold strings, got {kind}")
    array = array.cast(pa.large_string()).combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
