"""What counting and encoding need of Ray: a running cluster, datasets, their columns of text."""

from __future__ import annotations

from typing import Any


def running_ray() -> Any:
    """Return the module `ray`, connected to a cluster; a local one is started if there is none."""
    try:
        import ray
    except ImportError:
        raise ImportError("subword.distributed needs ray (pip install subword[ray])") from None
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    return ray


def is_dataset(source: Any) -> bool:
    """Say whether this is a Ray Dataset."""
    return hasattr(source, "map_batches") and isinstance(source, running_ray().data.Dataset)


def strings_of(block: Any, column: str) -> Any:
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
