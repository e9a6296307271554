"""Files and streams, cut where documents end."""

import io
import random

import pytest

from subword.encode.text_encoder import documents_of
from subword.id_files.file_parts import stream_parts


@pytest.mark.parametrize("separator", [b"\n", b"aa", b"<sep>"])
def test_streams_are_cut_like_files(separator):
    rng = random.Random(3)
    for _ in range(200):
        data = b"".join(
            rng.choice([b"a", b"aa", b"\n", b"<sep>", b"<s", b"ep>", b"b"]) for _ in range(30)
        )
        source = io.BytesIO(data)
        batches = stream_parts(
            lambda source=source: source.read(rng.randrange(1, 9)), "-", separator
        )
        pieces = [piece for (piece,) in batches]
        assert b"".join(piece.data for piece in pieces) == data
        assert [piece.start for piece in pieces] == [
            sum(len(p.data) for p in pieces[:i]) for i in range(len(pieces))
        ]
        cut = [part for piece in pieces for part in documents_of([piece.data], separator)]
        assert cut == documents_of([data], separator)
