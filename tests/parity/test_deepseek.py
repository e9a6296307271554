"""DeepSeek-V3's pre-tokenizer, as its published file has it, around GPT-2's vocabulary."""

import functools
import json
import random

import numpy as np
import tokenizers

from subword import Tokenizer
from subword._regex.split_patterns import DEEPSEEK
from subword.pre_tokenizers import is_scanned
from tests.helpers.data import CORPORA, documents, tokenizer_folder
from tests.helpers.published import needs_data
from tests.helpers.random_text import random_text

BYTES = {"add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def published_config() -> str:
    path = tokenizer_folder("gpt2") / "tokenizer.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    steps = [
        {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}
        for regex in DEEPSEEK
    ]
    config["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [*steps, {"type": "ByteLevel", **BYTES}],
    }
    config["normalizer"] = {"type": "Sequence", "normalizers": []}
    return json.dumps(config)


@functools.cache
def both() -> tuple[Tokenizer, tokenizers.Tokenizer]:
    config = published_config()
    return Tokenizer.from_str(config), tokenizers.Tokenizer.from_str(config)


@needs_data
def test_the_published_sequence_has_one_scanner():
    assert is_scanned(both()[0].text_encoder.encoder.pre_tokenizer)


@needs_data
def test_fuzz_and_corpora_equal_tokenizers():
    mine, theirs = both()
    rng = random.Random(3)
    texts = [random_text(rng) for _ in range(2000)]
    for corpus in CORPORA:
        some = documents(corpus, 2_000_000)
        texts += [text[:4000] for text in some[:: len(some) // 40]]
    rows = mine.encode_ragged(texts, return_offsets=True)
    for i, encoding in enumerate(theirs.encode_batch(texts)):
        assert rows[i].tolist() == encoding.ids, repr(texts[i])
        start, end = rows.row_splits[i], rows.row_splits[i + 1]
        np.testing.assert_array_equal(rows.offsets[start:end], encoding.offsets or np.empty((0, 2)))
