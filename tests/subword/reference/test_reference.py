"""The slow twin beside the oracle."""

import json
import random

import pytest
from tokenizers import Tokenizer

from subword.reference import ReferenceTokenizer
from tests.helpers.oracle import encoding_columns, token_columns
from tests.helpers.published import tokenizer_folders
from tests.helpers.random_configs import random_config
from tests.helpers.random_text import short_text


def is_undefined(tok, config) -> bool:
    """Whether the oracle itself does not know what to do.

    It panics on some texts when an added token is normalized to nothing, and takes any of two that
    are normalized to the same.
    """
    normalize = tok.normalizer.normalize_str if tok.normalizer else str
    forms = [
        normalize(token["content"]) if token["normalized"] else token["content"]
        for token in config["added_tokens"]
    ]
    return "" in forms or len(set(forms)) < len(forms)


@pytest.mark.parametrize("seed", range(20))
def test_random_tokenizers_equal_the_oracle(seed):
    rng = random.Random(seed)
    compared = 0
    for _ in range(60):
        config = random_config(rng)
        tok = Tokenizer.from_str(json.dumps(config))
        if is_undefined(tok, config):
            continue
        plain = rng.random() < 0.3
        tok.encode_special_tokens = plain
        mine = ReferenceTokenizer(config, encode_special_tokens=plain)
        for _ in range(25):
            text = short_text(rng)
            assert token_columns(mine.encode(text)) == encoding_columns(tok, text), (config, text)
            compared += 1
        words = [short_text(rng, 4) for _ in range(4)]
        expected = encoding_columns(tok, words, is_pretokenized=True)
        assert token_columns(mine.encode_words(words)) == expected, (config, words)
    assert compared > 1000


@pytest.mark.parametrize("folder", tokenizer_folders())
def test_published_tokenizers_equal_the_oracle(folder):
    config = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    config["post_processor"] = config["truncation"] = config["padding"] = None
    tok = Tokenizer.from_str(json.dumps(config))
    mine = ReferenceTokenizer(config)
    rng = random.Random(folder.name)
    contents = [token["content"] for token in rng.choices(config["added_tokens"], k=3)]
    for _ in range(150):
        text = short_text(rng, 25)
        if rng.random() < 0.3:
            text += rng.choice(contents) + short_text(rng)
        assert token_columns(mine.encode(text)) == encoding_columns(tok, text), text


def test_other_models_are_refused():
    with pytest.raises(ValueError, match="BPE, Unigram, WordLevel, WordPiece, got 'Bigram'"):
        ReferenceTokenizer({"model": {"type": "Bigram"}})
