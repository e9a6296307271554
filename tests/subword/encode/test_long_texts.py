"""A long text cut into parts has the ids, places and words of the whole."""

import random

import numpy as np
import pytest

from subword import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers
from subword._regex.split_patterns import DEEPSEEK, PATTERNS
from subword.encode.long_texts import long_texts_to_arrays, part_starts
from subword.encode.parallel import texts_to_arrays
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import few
from tests.helpers.random_text import splittable_text


def byte_level(split, normalizer=None, added=()):
    tokens = {char: i for i, char in enumerate(CHARS)}
    merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("e", "Ģ"), ("Ġ", "Ġ")]
    tokens |= {a + b: len(tokens) + i for i, (a, b) in enumerate(merges)}
    steps = pre_tokenizers.ByteLevel(False, True, split is None)
    return Tokenizer(
        models.BPE(tokens, merges, byte_level=True),
        normalizer=normalizer,
        pre_tokenizer=steps if split is None else pre_tokenizers.Sequence([*split, steps]),
        added_tokens=list(added),
    )


def bert(**options):
    letters = [*"abcdefghijklmnopqrstuvwxyzABS1.", "한", "국", "中", "文", "e"]
    words = ["[UNK]", "[CLS]", "[SEP]", "the", *letters, *("##" + letter for letter in letters)]
    vocab = {token: i for i, token in enumerate(dict.fromkeys(words))}
    return Tokenizer.from_wordpiece(vocab, **options)


def splits(*regexes):
    return [pre_tokenizers.Split(Regex(regex), "isolated") for regex in regexes]


MASK = AddedToken("<x>", lstrip=True, rstrip=True, special=True)
ALONE = AddedToken("mask", single_word=True)
TOKENIZERS = {
    **{name: byte_level(splits(pattern)) for name, pattern in PATTERNS.items()},
    "deepseek": byte_level(splits(*DEEPSEEK), normalizers.Sequence([])),
    "byte level": byte_level(None),
    "nfc": byte_level(splits(PATTERNS["qwen2"]), normalizers.NFC()),
    "added": byte_level(None, None, [MASK, ALONE]),
    "bert": bert(),
    "cased": bert(lowercase=False),
}


def test_cuts_stand_between_letters():
    assert part_starts("ab cd  ef\ngh. i j", 1) == [0, 2, 9, 15]
    assert part_starts("ab cd", 3) == [0]
    assert part_starts("한국 중국", 1) == [0, 2]


@pytest.mark.parametrize("name", TOKENIZERS)
def test_parts_make_the_whole(name):
    encoder = TOKENIZERS[name].text_encoder.encoder
    rng = random.Random(name)
    cuts = 0
    for _ in range(few(250)):
        texts = [splittable_text(rng) for _ in range(rng.choice((1, 1, 2, 5)))]
        size = rng.choice((1, 2, 3, 7, 20))
        cuts += sum(len(part_starts(text, size)) - 1 for text in texts)
        affixes = rng.choice((((), ()), ((1,), (2, 1)), ((), (0,))))
        full, words = rng.choice(((False, False), (True, False), (True, True)))
        expected = texts_to_arrays(encoder, texts, full, 1, None, *affixes, words)
        found = long_texts_to_arrays(encoder, texts, full, 2, None, *affixes, words, size=size)
        for mine, other in zip(found, expected, strict=True):
            assert (mine is None) == (other is None)
            if mine is not None:
                assert mine.dtype == other.dtype
                np.testing.assert_array_equal(mine, other, repr(texts))
    assert cuts > 2 * few(250)


def test_which_tokenizers_are_cut():
    assert all(tok.text_encoder._to_arrays is long_texts_to_arrays for tok in TOKENIZERS.values())
    unlike = [
        byte_level([pre_tokenizers.ByteLevel(True)]),
        byte_level(splits(r"\w+ \w+")),
        byte_level(None, normalizers.Replace(" ", "a")),
        byte_level(None, None, [AddedToken("a b")]),
        byte_level(None, None, [AddedToken("ab", lstrip=True)]),
    ]
    assert all(tok.text_encoder._to_arrays is texts_to_arrays for tok in unlike)


def test_an_error_speaks_of_the_whole_text():
    encoder = TOKENIZERS["byte level"].text_encoder.encoder
    text = "ab cd " * 20 + "\ud800"
    with pytest.raises(ValueError, match=r"text 1 holds a lone surrogate .* at character 120"):
        long_texts_to_arrays(encoder, ["a", text], False, 2, None, (), (), size=5)


def test_a_text_is_cut_by_itself_when_it_is_long():
    text = "It is the same. " * 50_000
    tok = TOKENIZERS["byte level"]
    assert len(part_starts(text)) == 4
    ids, splits, offsets, words = texts_to_arrays(
        tok.text_encoder.encoder, [text], True, 1, with_word_ids=True
    )
    ragged = tok.encode_ragged([text], return_offsets=True)
    np.testing.assert_array_equal(ragged.ids, ids)
    np.testing.assert_array_equal(ragged.offsets, offsets)
    assert ragged.row_splits.tolist() == splits.tolist()
    assert tok.encode(text).word_ids == words.tolist()


@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_beginning_of_a_text_is_that_of_its_ids(name):
    tok = TOKENIZERS[name]
    rng = random.Random(name)
    lengths = set()
    for _ in range(few(60)):
        texts = ["".join(splittable_text(rng) for _ in range(30)) for _ in range(3)]
        expected = tok.encode_ragged(texts, add_special_tokens=False).to_lists()
        for most in (0, 1, 7, 40, 200):
            found = tok.encode_ragged(texts, add_special_tokens=False, max_length=most)
            assert found.to_lists() == [row[:most] for row in expected], texts
            lengths.update(found.lengths.tolist())
    assert len(lengths) > 3


def test_what_lies_behind_is_not_looked_at():
    tok = TOKENIZERS["bert"]
    for before in ("the é ", "the 한 "):
        text = before * 200 + "\ud800" + " the" * 2000
        assert len(tok.encode_ragged([text], max_length=9).ids) == 9
        with pytest.raises(ValueError, match=f"text 1 .* at character {len(before) * 200}:"):
            tok.encode_ragged(["a", text], max_length=3000)
