"""WordPiece's trie and the short ways around BERT's stages, against the plain twins."""

import random

import numpy as np
import pytest

from subword import Tokenizer
from subword.models import WordPiece
from subword.normalizers import BertNormalizer, Sequence
from subword.pre_tokenizers import BertPreTokenizer
from subword.reference.tokenizer import WordPiece as ReferenceWordPiece
from tests.helpers.effort import every_character

# Planes 4 to 13 and those of private use hold nothing; one page stands for each.
EVERY = [char for char in every_character() if ord(char) < 0x40000 or ord(char) % 0x10000 < 0x200]


def vocabulary(rng, prefix):
    letters = rng.choice(["ab", "abcdefgh", "가각갂나다", "a중\U0001f600é가\u0301"])
    words = {"[UNK]"}
    for _ in range(rng.choice([1, 5, 50, 2000])):
        word = "".join(rng.choices(letters, k=rng.choice([1, 1, 2, 3, 5, 12])))
        words.add(word if rng.random() < 0.5 else prefix + word)
    if rng.random() < 0.3:
        words |= {prefix, ""}
    words = sorted(words)
    rng.shuffle(words)
    return letters, {word: index for index, word in enumerate(words)}


@pytest.mark.parametrize("seed", range(40))
def test_the_trie_equals_the_plain_search(seed):
    rng = random.Random(seed)
    prefix = rng.choice(["##", "##", "", "@", "가", "#가"])
    letters, vocab = vocabulary(rng, prefix)
    options = {
        "unk_token": "[UNK]",
        "continuing_subword_prefix": prefix,
        "max_input_chars_per_word": rng.choice([100, 100, 5, 1]),
    }
    mine, plain = WordPiece(vocab, **options), ReferenceWordPiece({"vocab": vocab, **options})
    for _ in range(200):
        word = "".join(rng.choices(letters + prefix + "z", k=rng.choice([1, 2, 5, 20])))
        expected = [(unit.id, unit.start, unit.end) for unit in plain.tokenize(word)]
        assert mine.tokenize_word(word) == expected, (vocab, word)


def pair_of_tokenizers(normalizer, characters):
    """Return a tokenizer whose chunks are cached, and one that runs the stages over whole texts."""
    vocab = {"[UNK]": 0} | {character: i + 1 for i, character in enumerate(sorted(characters))}
    model = WordPiece(vocab, continuing_subword_prefix="")
    parts = {"pre_tokenizer": BertPreTokenizer(), "model": model}
    return (
        Tokenizer(normalizer=normalizer, **parts),
        Tokenizer(normalizer=Sequence([normalizer]), **parts),
    )


@pytest.mark.parametrize("strip_accents", [False, True])
@pytest.mark.parametrize("lowercase", [False, True])
def test_every_character_goes_the_short_way_as_the_long_one(strip_accents, lowercase):
    normalizer = BertNormalizer(strip_accents=strip_accents, lowercase=lowercase)
    texts = [
        "".join([f"{char} A{char}b,{char}{char} " for char in EVERY[i : i + 64]])
        for i in range(0, len(EVERY), 64)
    ]
    characters = set("".join([normalizer.normalize_str(text) for text in texts]))
    short, long = pair_of_tokenizers(normalizer, characters)
    for full in (False, True):
        mine = short.encode_ragged(texts, return_offsets=full)
        plain = long.encode_ragged(texts, return_offsets=full)
        np.testing.assert_array_equal(mine.row_splits, plain.row_splits)
        np.testing.assert_array_equal(mine.ids, plain.ids)
        assert not full or np.array_equal(mine.offsets, plain.offsets)
    assert (mine.ids > 0).all()


@pytest.mark.parametrize("option", ["unk_token", "continuing_subword_prefix"])
@pytest.mark.parametrize("value", [None, 5, b"##"])
def test_tokens_of_the_options_are_str(option, value):
    with pytest.raises(TypeError, match=f"{option} must be a str, got {type(value).__name__}"):
        WordPiece({"[UNK]": 0}, **{option: value})
