"""Random texts through every published tokenizer; SUBWORD_FUZZ sets how many each gets."""

import os
import random

import pytest

from tests.helpers.compare import differences, load
from tests.helpers.data import NAMES
from tests.helpers.published import needs_data, oracle
from tests.helpers.random_text import random_text

COUNT = int(os.environ.get("SUBWORD_FUZZ", "250"))


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_random_texts_pairs_and_ids_equal_the_oracle(name):
    rng = random.Random(f"{name} {os.environ.get('SUBWORD_SEED', '')}")
    mine = load(name)
    assert mine.vocab_size == oracle(name).get_vocab_size()
    assert mine.get_vocab() == oracle(name).get_vocab()
    texts = [random_text(rng) for _ in range(COUNT)]
    assert differences(name, mine, texts) == []
    pairs = [(random_text(rng), random_text(rng)) for _ in range(COUNT // 5)]
    assert differences(name, mine, pairs, ragged=False) == []
    rows = [[rng.randrange(mine.vocab_size) for _ in range(20)] for _ in range(COUNT // 5)]
    for skip in (True, False):
        assert mine.decode_batch(rows, skip) == oracle(name).decode_batch(rows, skip)


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_pretokenized_words_and_no_special_tokens_equal_the_oracle(name):
    rng = random.Random(name)
    mine = load(name)
    for _ in range(30):
        words = [random_text(rng) for _ in range(rng.randrange(5))]
        his = oracle(name).encode(words, is_pretokenized=True, add_special_tokens=False)
        my = mine.encode(words, is_pretokenized=True, add_special_tokens=False)
        for field in ("ids", "tokens", "offsets", "word_ids"):
            assert getattr(my, field) == getattr(his, field), (field, words)
