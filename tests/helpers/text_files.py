"""The same texts in files of every kind that can be counted."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

LINES = [f"line{i % 97} 한국어 a{i % 7}\n" for i in range(500)]


def files_of(folder):
    """The same texts in files of every kind."""
    data = "".join(LINES).encode()
    objects = "".join(json.dumps({"t": line}) + "\n" for line in LINES).encode()
    table = pa.table({"t": LINES})
    (folder / "a.txt").write_bytes(data)
    (folder / "a.txt.gz").write_bytes(gzip.compress(data))
    (folder / "a.txt.zst").write_bytes(zstandard.ZstdCompressor().compress(data))
    (folder / "a.jsonl").write_bytes(objects)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(objects))
    pq.write_table(table, folder / "a.parquet", row_group_size=60)
    with pa.OSFile(str(folder / "a.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as w:
        w.write_table(table, max_chunksize=60)
    return [
        *[(folder / name, {}) for name in ("a.txt", "a.txt.gz", "a.txt.zst")],
        *[(folder / name, {"field": "t"}) for name in ("a.jsonl", "a.jsonl.gz")],
        *[(folder / name, {"column": "t"}) for name in ("a.parquet", "a.arrow")],
    ]
