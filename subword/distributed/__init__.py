"""Count and encode on many machines with Ray (https://docs.ray.io); the package `ray` is needed.

Work is cut into shards, each of which is counted by a task that is a function of its shard alone:
when a machine dies, Ray runs its tasks elsewhere. The counts add up to those of one process, so the
tokenizer trained on them is the same, byte by byte.

    import subword.distributed
    counts = subword.distributed.count_words(ray.data.read_parquet("s3://..."), column="text")
    tokenizer = subword.train_from_counts(counts, "byte_level_bpe", 32000)
    ids = subword.distributed.encode(dataset, tokenizer, column="text")
"""

from subword.distributed.counting import count_words
from subword.distributed.encoding import encode

__all__ = ["count_words", "encode"]
