import json
import random

import pytest
from tokenizers import Tokenizer

from subword.reference import ReferenceTokenizer

from .configs import random_config, random_text


def shown(tokens):
    return (
        [token.id for token in tokens],
        [token.text for token in tokens],
        [(token.start, token.end) for token in tokens],
        [token.word for token in tokens],
    )


def oracle(tok, text, **options):
    encoding = tok.encode(text, add_special_tokens=False, **options)
    return encoding.ids, encoding.tokens, encoding.offsets, encoding.word_ids


@pytest.mark.parametrize("seed", range(20))
def test_random_tokenizers_equal_the_oracle(seed):
    rng = random.Random(seed)
    compared = 0
    for _ in range(60):
        config = random_config(rng)
        try:
            tok = Tokenizer.from_str(json.dumps(config))
        except Exception:  # two added tokens with one normalized form
            continue
        plain = rng.random() < 0.3
        tok.encode_special_tokens = plain
        mine = ReferenceTokenizer(config, encode_special_tokens=plain)
        for _ in range(25):
            text = random_text(rng)
            try:
                expected = oracle(tok, text)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                continue
            assert shown(mine.encode(text)) == expected, (config, text)
            compared += 1
        words = [random_text(rng, 4) for _ in range(4)]
        expected = oracle(tok, words, is_pretokenized=True)
        assert shown(mine.encode_words(words)) == expected, (config, words)
    assert compared > 1000
