"""Strings of every storage width become UTF-8 as Python makes it, and lone surrogates are named."""

import random

import pytest

import subword

EDGES = [0x20, 0x7F, 0x80, 0xFF, 0x7FF, 0x800, 0xAC00, 0xD7FF, 0xE000, 0xFFFF]
WIDTHS = {"latin1": 0x100, "ucs2": 0x10000, "ucs4": 0x110000}


@pytest.fixture(scope="module")
def tok() -> subword.Tokenizer:
    return subword.train(["ab"], "byte_level_bpe", 256, progress=False)


def text_of(rng: random.Random, most: int) -> str:
    """Return a text whose characters lie below `most`, in runs and one by one."""
    edges = [code for code in [*EDGES, most - 1] if code < most]
    wide = rng.random()
    return "".join(
        chr(rng.choice(edges) if rng.random() < wide else rng.randrange(0x20, 0x7F))
        for _ in range(rng.randrange(70))
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_every_storage_becomes_the_same_bytes(tok, width):
    rng = random.Random(width)
    texts = [text_of(rng, WIDTHS[width]) for _ in range(2000)]
    for text, row in zip(texts, tok.encode_lists(texts), strict=True):
        assert len(row) == len(text.encode())
        assert tok.decode(row) == text


@pytest.mark.parametrize("width", ["ucs2", "ucs4"])
def test_a_lone_surrogate_is_named_with_its_place(tok, width):
    rng = random.Random(width)
    for _ in range(500):
        text = text_of(rng, WIDTHS[width])
        place = rng.randrange(len(text) + 1)
        text = text[:place] + chr(rng.randrange(0xD800, 0xE000)) + text[place:]
        with pytest.raises(ValueError, match=rf"at character {place}: "):
            tok.encode_ids(text)
        with pytest.raises(ValueError, match=rf"text 1 .* at character {place}: "):
            tok.encode_lists(["fine", text])
