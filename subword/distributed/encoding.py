"""Encode a column of a Ray Dataset."""

from __future__ import annotations

from functools import partial
from typing import Any

from subword.distributed.ray_data import is_dataset, strings_of
from subword.tokenizer import Tokenizer


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
    if not is_dataset(dataset):
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


def _encode_block(
    tokenizer: Tokenizer, column: str, output: str, keep: bool, options: dict[str, Any], block: Any
) -> Any:
    import pyarrow as pa

    array = strings_of(block, column)
    ragged = tokenizer.encode_ragged(array.fill_null("").to_pylist(), **options)
    ids = pa.LargeListArray.from_arrays(pa.array(ragged.row_splits), pa.array(ragged.ids))
    return block.append_column(output, ids) if keep else pa.table({output: ids})
