"""The word cache and the batch in front of it change nothing: any size of cache, both forms of the
inner loops, words of every length, one text a call or all at once, against the plain twin.
"""

import json
import random
import warnings

import pytest

import subword
from subword import AddedToken, Tokenizer
from subword.reference import ReferenceTokenizer

CORPUS = ["the cat sat on a mat and then it ran away", "low lower lowest", "한국어 😀 é"] * 9
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ODD = ["\0", "a\0", "a\0\0", "é", "한국어", "한" * 6, "😀", "\u3000", "<mask>", "'s", "\n\n"]


def words_of(rng: random.Random, count: int) -> list[str]:
    """Return words of all lengths around 15 and 512 bytes, where keys and the cache end."""
    sizes = [*range(1, 20), 31, 32, 33, 63, 64, 65, 511, 512, 513, 700]
    weights = [30] * 19 + [3] * 6 + [1] * 4
    return [
        "".join(rng.choices(LETTERS, k=size)) for size in rng.choices(sizes, weights, k=count)
    ] + ODD


def texts_of(rng: random.Random) -> list[str]:
    """Return short and long texts over one set of words, so that words come again."""
    pool = words_of(rng, 400)
    texts = [" ".join(rng.choices(pool, k=rng.randrange(30))) for _ in range(60)]
    return [*texts, "", " ", "a", *pool[:40], " ".join(pool), " ".join(pool[::-1])]


@pytest.fixture(scope="module", params=["bpe", "byte_level_bpe", "wordpiece"])
def trained(request) -> Tokenizer:
    specials = ["[UNK]", "[CLS]", "[SEP]", AddedToken("<mask>", lstrip=True, special=True)]
    options = {"unk_token": "[UNK]"} if request.param == "bpe" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the corpus is too small for as many tokens
        return subword.train(
            CORPUS,
            request.param,
            330,
            special_tokens=specials,
            progress=False,
            min_frequency=1,
            **options,
        )


def with_cache(tok: Tokenizer, size: int) -> Tokenizer:
    """Return the same stages with caches of `size` bytes; nothing trims their offsets."""
    stages = ("normalizer", "pre_tokenizer", "decoder")
    options = {name: getattr(tok, name) for name in stages}
    added = list(tok.added_tokens.values())
    return Tokenizer(tok.model, added_tokens=added, cache_bytes=size, **options)


@pytest.mark.parametrize("size", [0, 1 << 15, 1 << 17, 1 << 20, 64 << 20])
def test_no_size_of_the_cache_changes_a_token(trained, simd, size):
    texts = texts_of(random.Random(size))
    twin = ReferenceTokenizer(json.loads(trained.to_str()))
    expected = [twin.encode(text) for text in texts]
    ids = [[token.id for token in tokens] for tokens in expected]
    places = [(token.start, token.end) for tokens in expected for token in tokens]
    small = with_cache(trained, size)
    for _ in range(2):  # the second time words are known
        assert small.encode_lists(texts, add_special_tokens=False) == ids
        ragged = small.encode_ragged(texts, add_special_tokens=False, return_offsets=True)
        assert ragged.to_lists() == ids
        assert list(map(tuple, ragged.offsets.tolist())) == places
    for text, row in zip(texts, ids, strict=True):
        assert small.encode_ids(text, add_special_tokens=False).tolist() == row
    info = small.cache_info()
    assert info["bytes"] <= max(size, 1 << 17)
    if size < 1 << 17:
        assert info["wipes"] > 0


@pytest.mark.parametrize("most", [1, 2, 7, 40])
def test_rows_cut_in_a_batch_are_rows_cut_alone(trained, most):
    texts = texts_of(random.Random(most))
    small = with_cache(trained, 1 << 16)
    whole = trained.encode_lists(texts, add_special_tokens=False)
    cut = small.encode_ragged(texts, max_length=most, add_special_tokens=False).to_lists()
    assert cut == [row[:most] for row in whole]


def test_slots_become_wide_where_words_have_many_tokens():
    rng = random.Random(5)
    tok = subword.train(["ab"], "byte_level_bpe", 256, progress=False)
    words = [" " + "".join(rng.choices(LETTERS, k=rng.randrange(1, 24))) for _ in range(9000)]
    once = tok.encode_lists(words, threads=1)
    assert tok.encode_lists(words, threads=1) == once
    assert once == [tok.encode_ids(word).tolist() for word in words]
    assert [tok.decode(row) for row in once] == words
    info = tok.cache_info()
    assert info["wipes"] == 0
    assert info["misses"] == info["words"] <= len(set(words))


def test_a_thread_keeps_its_caches_within_the_limit():
    rng = random.Random(6)
    tok = with_cache(subword.train(["ab"], "byte_level_bpe", 256, progress=False), 1 << 19)
    for _ in range(4):
        texts = ["".join(rng.choices(LETTERS + " ", k=1 << 15)) for _ in range(16)]
        tok.encode_ragged(texts, threads=1)
        tok.encode_ragged(texts, threads=1, return_offsets=True)
        assert tok.cache_info()["bytes"] <= 1 << 19
    assert tok.cache_info()["wipes"] > 0


@pytest.mark.parametrize("first", [0, (1 << 24) - 3, 1 << 31])
def test_words_of_three_and_four_tokens_with_large_ids(simd, first):
    names = ["[UNK]", *"abcd", *(f"##{letter}" for letter in "abcd")]
    tok = Tokenizer.from_wordpiece({name: first * (i > 0) + i for i, name in enumerate(names)})
    words = ["abc", "abcd", "ab", "a", "é", "bcdab", "dcb", "dcba", "x"]
    text = " ".join(words)
    made = [tok.encode_ragged([text, text], return_offsets=True) for _ in range(3)]
    places, at = [], 0
    for word in words:
        whole = word in ("é", "x")
        places += [[at, at + 1]] if whole else [[at + i, at + i + 1] for i in range(len(word))]
        at += len(word) + 1
    for rows in made:
        assert rows.ids.tolist() == tok.encode_lists([text, text])[0] * 2
        assert rows.offsets.tolist() == places * 2
