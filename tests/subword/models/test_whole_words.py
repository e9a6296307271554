"""Words that are tokens as a whole, with `ignore_merges`: looked up in the table of all tokens."""

import json

import pytest
from tokenizers import Tokenizer as Original

from subword import Tokenizer
from subword.models import BPE
from subword.vocab.byte_alphabet import CHARS, chars_of

LENGTHS = (2, 254, 256, 258, 2000)  # 256 bytes are spelled on the stack


@pytest.mark.parametrize("byte_level", [False, True])
@pytest.mark.parametrize("letter", ["a", " ", "가", "é"])
def test_a_token_of_any_length_is_found(byte_level, letter):
    texts = [letter * length for length in LENGTHS]
    spelled = [chars_of(text.encode()) if byte_level else text for text in texts]
    vocab = {token: index for index, token in enumerate([*CHARS, letter, *spelled])}
    model = BPE(vocab, [], ignore_merges=True, byte_level=byte_level)
    for text, token in zip(texts, spelled, strict=True):
        assert model.tokenize_word(text) == [(vocab[token], 0, len(text.encode()))]
        assert len(model.tokenize_word(text + letter)) > 1


def test_a_token_that_spells_no_bytes_is_no_word():
    vocab = {token: index for index, token in enumerate([*CHARS, "a€", "€", "ab"])}
    config = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": False,
            "use_regex": True,
        },
        "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "vocab": vocab, "merges": [], "ignore_merges": True},
    }
    mine = Tokenizer.from_str(json.dumps(config))
    theirs = Original.from_str(json.dumps(config))
    for text in ["a€", "€", "ab", "ab a€ ab€", "é", "Ã©"]:
        assert mine.encode(text).ids == theirs.encode(text).ids
