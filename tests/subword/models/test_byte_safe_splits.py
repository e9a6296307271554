"""Words of byte-level BPE that are cut where the model never merges: the ids are those of the whole
word, which the plain run with offsets and the oracle give.
"""

import json
import random
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
import tokenizers

from subword import Tokenizer
from subword._regex.split_patterns import PATTERNS
from subword.vocab.byte_alphabet import BYTES, CHARS, chars_of
from tests.helpers.compare import load
from tests.helpers.published import needs_data, oracle
from tests.helpers.random_text import words_of_alphabet

# Neighbours in bytes and strangers, kana and Chinese, and a few of two and four bytes.
POOL = "가각갂한핝글긁水氷中国あぃアヴー、ไทยé中😀ẵ"


def random_model(rng: random.Random, alphabet: str, ignore_merges: bool) -> dict:
    """Return a byte-level BPE whose merges join what stands side by side in random text, be it
    parts of characters, and with `ignore_merges` some words that no merges make."""
    vocab = {char: index for index, char in enumerate(CHARS)}
    merges: list[tuple[str, str]] = []
    for _ in range(rng.randrange(1, 60)):
        words = " " * rng.randrange(2) + words_of_alphabet(rng, alphabet, 6)
        pieces = list(chars_of(words.encode()))
        for left, right in merges:
            at = 0
            while at + 1 < len(pieces):
                if (pieces[at], pieces[at + 1]) == (left, right):
                    pieces[at : at + 2] = [left + right]
                at += 1
        pairs = [pair for pair in pairwise(pieces) if "".join(pair) not in vocab]
        if pairs:
            merges.append(rng.choice(pairs))
            vocab["".join(merges[-1])] = len(vocab)
    if ignore_merges:
        for _ in range(rng.randrange(20)):
            word = " " * rng.randrange(2) + "".join(rng.choices(alphabet, k=rng.randrange(1, 5)))
            vocab.setdefault(chars_of(word.encode()), len(vocab))
    return {
        "type": "BPE",
        "vocab": vocab,
        "merges": [list(pair) for pair in merges],
        "ignore_merges": ignore_merges,
    }


def random_tokenizer(rng: random.Random, alphabet: str) -> dict:
    """Return a tokenizer.json with GPT-2's pattern, Llama-3's, or one that leaves long words."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    split = {
        "type": "Split",
        "pattern": {"Regex": rng.choice([PATTERNS["llama3"], "水+|[あ-ー]", r"(é)\1"])},
        "behavior": "Isolated",
        "invert": False,
    }
    sequence = {"type": "Sequence", "pretokenizers": [split, {**level, "use_regex": False}]}
    pre_tokenizer = rng.choice([{**level, "use_regex": True}, sequence])
    model = random_model(rng, alphabet, rng.random() < 0.5)
    return {"version": "1.0", "model": model, "pre_tokenizer": pre_tokenizer}


@pytest.mark.parametrize("seed", range(40))
def test_ids_of_cut_words(simd, seed):
    rng = random.Random(seed)
    alphabet = "".join(rng.sample(POOL, rng.randrange(2, 12)))
    config = json.dumps(random_tokenizer(rng, alphabet))
    ours, theirs = Tokenizer.from_str(config), tokenizers.Tokenizer.from_str(config)
    texts = [words_of_alphabet(rng, alphabet, rng.choice([6, 40, 300])) for _ in range(20)]
    for token in json.loads(config)["model"]["vocab"]:
        with suppress(UnicodeDecodeError):
            texts.append(bytes(map(BYTES.__getitem__, token)).decode())
    expected = [encoding.ids for encoding in theirs.encode_batch(texts)]
    assert ours.encode_ragged(texts).to_lists() == expected
    assert ours.encode_ragged(texts, return_offsets=True).to_lists() == expected
    assert [ours.encode_ids(text).tolist() for text in texts] == expected
    for most in (1, 3, 10):
        cut = ours.encode_ragged(texts, max_length=most).to_lists()
        assert cut == [row[:most] for row in expected]


def test_a_piece_is_no_word_of_its_own():
    # 가 is a token that no merges make: a word 가 is that token, in 가나 its three bytes stand.
    vocab = {char: index for index, char in enumerate(CHARS)}
    vocab[chars_of("가".encode())] = 256
    model = {"type": "BPE", "vocab": vocab, "merges": [], "ignore_merges": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    text = json.dumps({"version": "1.0", "model": model, "pre_tokenizer": level})
    ours = Tokenizer.from_str(text)
    assert [len(row) for row in ours.encode_ragged(["가", "가나", "나가", "가"])] == [1, 6, 6, 1]


@pytest.mark.parametrize("pattern", [PATTERNS["gpt2"], r"\n"])
def test_a_word_that_is_a_token_without_merges_stays_whole(simd, pattern):
    words = ["乂亽伵", "仲佀", "a両伶丆", "両伶b", "가나다라 마바사아 자차카타"]
    vocab = {char: index for index, char in enumerate(CHARS)}
    vocab |= {chars_of(word.encode()): 256 + index for index, word in enumerate(words)}
    config = {
        "version": "1.0",
        "model": {"type": "BPE", "vocab": vocab, "merges": [], "ignore_merges": True},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": pattern},
                    "behavior": "Isolated",
                    "invert": False,
                },
                {
                    "type": "ByteLevel",
                    "add_prefix_space": False,
                    "trim_offsets": True,
                    "use_regex": False,
                },
            ],
        },
    }
    ours = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    texts = [*words, *(word[1:] for word in words), *(word * 2 for word in words)]
    expected = [encoding.ids for encoding in theirs.encode_batch(texts)]
    assert ours.encode_ragged(texts).to_lists() == expected


def test_long_words_are_split_between_bytes_that_no_merge_joins():
    # A line is one word here; what is cached are its parts.
    merges = [["a", "b"], ["ab", "c"], ["Ġ", "a"]]
    vocab = {char: index for index, char in enumerate(CHARS)}
    vocab |= {"".join(pair): 256 + index for index, pair in enumerate(merges)}
    split = {
        "type": "Split",
        "pattern": {"Regex": r"\n"},
        "behavior": "Isolated",
        "invert": False,
    }
    level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    config = {
        "version": "1.0",
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, level]},
        "decoder": level,
    }
    ours = Tokenizer.from_str(json.dumps(config))
    rng = random.Random(0)
    lines = [" ".join(rng.choices(["abc", "ab", "ac", "b"], k=20)) for _ in range(300)]
    rows = ours.encode_ragged(lines, threads=1)
    assert ours.cache_info()["words"] < 20
    assert ours.encode_ragged(lines, threads=1, return_offsets=True).to_lists() == rows.to_lists()
    assert ours.decode_batch(rows) == lines


@pytest.mark.parametrize("word", ["가水", "水가", "가나다", "中国", "あぃ", "가水x", "x水가y"])
def test_a_word_that_no_merges_make_is_split_nowhere(word):
    # No merge joins its characters, and yet the word as a whole is a token.
    vocab = {char: index for index, char in enumerate(CHARS)}
    vocab[chars_of(word.encode())] = 256
    model = {"type": "BPE", "vocab": vocab, "merges": [], "ignore_merges": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    text = json.dumps({"version": "1.0", "model": model, "pre_tokenizer": level})
    ours, theirs = Tokenizer.from_str(text), tokenizers.Tokenizer.from_str(text)
    texts = [word, word * 2, "国" + word, word + "国", " " + word, word + " x"]
    expected = [encoding.ids for encoding in theirs.encode_batch(texts)]
    assert expected[0] == [256]
    assert ours.encode_ragged(texts).to_lists() == expected


def test_pieces_are_what_is_cached():
    # 11,172 syllables make any number of words; nothing joins here, so the cache holds syllables.
    vocab = {char: index for index, char in enumerate(CHARS)}
    level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    model = {"type": "BPE", "vocab": vocab, "merges": []}
    text = json.dumps({"version": "1.0", "model": model, "pre_tokenizer": level})
    ours = Tokenizer.from_str(text)
    rng = random.Random(0)
    words = ["".join(rng.choices("가각갂한핝글긁", k=9)) for _ in range(500)]
    ids = ours.encode_ragged(words, threads=1)
    assert len(ids.ids) == 500 * 27
    assert ours.cache_info()["words"] == 7


@needs_data
@pytest.mark.parametrize("name", ["gpt2", "qwen3", "llama3"])
def test_published_vocabularies(simd, name):
    ours, theirs = load(name), oracle(name)
    rng = np.random.default_rng(0)
    common = "".join(map(chr, rng.integers(0xAC00, 0xD7A4, 300))) + "".join(
        map(chr, rng.integers(0x4E00, 0x9FA6, 300))
    )
    pool = random.Random(1)
    alphabets = [
        common,
        "가나다라마바사아이에는은을를",
        "的一是不了人我在有他",
        "あいうえアイウエー",
    ]
    texts = [words_of_alphabet(pool, pool.choice(alphabets), 30) for _ in range(400)]
    expected = [e.ids for e in theirs.encode_batch(texts, add_special_tokens=False)]
    assert ours.encode_ragged(texts, add_special_tokens=False).to_lists() == expected
