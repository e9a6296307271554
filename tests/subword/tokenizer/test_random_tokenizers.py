"""Random tokenizers: every way to encode gives the ids of the slow twin."""

import json
import random

import numpy as np
import pytest

from subword import Tokenizer
from subword.reference import ReferenceTokenizer
from tests.helpers.random_configs import random_config
from tests.helpers.random_text import short_text

WAYS = [
    lambda tok, texts: tok.encode_ragged(texts).to_lists(),
    lambda tok, texts: tok.encode_lists(texts),
    lambda tok, texts: tok.encode_ragged(texts, return_offsets=True).to_lists(),
    lambda tok, texts: [tok.encode(text).ids for text in texts],
]


@pytest.mark.parametrize("seed", range(8))
def test_every_way_to_encode_gives_the_same(seed):
    # With and without offsets in turns, so that what a worker keeps from one call serves the next.
    rng = random.Random(seed)
    for _ in range(20):
        config = random_config(rng)
        config["added_tokens"] = []
        tok = Tokenizer.from_str(json.dumps(config))
        for _ in range(8):
            texts = [short_text(rng, rng.choice([3, 14, 200])) for _ in range(rng.randrange(5))]
            rows = [encoding.ids for encoding in tok.encode_batch(texts)]
            most = rng.choice([1, 3, 50])
            for way in rng.sample(WAYS, 3):
                assert way(tok, texts) == rows
            cut = tok.encode_ragged(texts, max_length=most)
            assert cut.to_lists() == [row[:most] for row in rows]
            aligned = tok.encode_ragged(texts, return_offsets=True)
            for at, encoding in enumerate(tok.encode_batch(texts)):
                assert np.array_equal(aligned.offsets_of(at), encoding.offsets_array)


def test_spans_of_an_earlier_call_grow_along():
    # A worker that gave offsets, then none for a longer text, then offsets for that one.
    config = {
        "version": "1.0",
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "model": {"type": "BPE", "vocab": {"a": 0, "▁": 1}, "merges": []},
    }
    tok = Tokenizer.from_str(json.dumps(config))
    mine = ReferenceTokenizer(config)
    for size in (10, 1000, 100_000):
        text = "a " * size
        tok.encode("a")
        assert len(tok.encode_ragged([text])[0]) == 2 * size + 1
        expected = [(token.start, token.end) for token in mine.encode(text)]
        assert tok.encode(text).offsets == expected
