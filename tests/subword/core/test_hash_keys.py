"""Hash tables have a random key: no text can be made whose words share a slot, and no result
depends on the key.
"""

import random
import struct
import subprocess
import sys

import pytest

import subword
from subword import WordCounts
from subword._core.hash_keys import _set_hash_key
from tests.helpers.colliding_words import LETTERS, colliding_words, random_words

KNOWN, OTHER = bytes(range(32)), bytes(range(100, 132))
ALPHABET = LETTERS.tobytes().decode()


@pytest.fixture(autouse=True)
def _random_key_afterwards():
    yield
    _set_hash_key()


def letters_tokenizer() -> subword.Tokenizer:
    """Return a tokenizer that has seen no word yet."""
    tokens = ["[UNK]", *ALPHABET, *(f"##{letter}" for letter in ALPHABET)]
    model = subword.models.WordPiece({token: i for i, token in enumerate(tokens)})
    return subword.Tokenizer(model, pre_tokenizer=subword.pre_tokenizers.Whitespace())


def cache_steps(key: bytes, words: list[str]) -> int:
    """Return how far the words lie from their slots in the word cache of a key."""
    _set_hash_key(key)
    tok = letters_tokenizer()
    tok.encode_ids(" ".join(words))
    info = tok.cache_info()
    assert info["words"] == len(words)
    return info["steps"]


def count_steps(key: bytes, words: list[str]) -> int:
    """Return how far the words lie from their slots in a table of counts of a key."""
    _set_hash_key(key)
    return WordCounts(dict.fromkeys(words, 1))._steps()


def counted_words(count: int, key: bytes, slots: int, targets: int) -> list[str]:
    """Return words whose slots collide in a table of word counts: a folded product."""
    first, second = struct.unpack("<2Q", key[:16])
    rng, found = random.Random(3), []
    while len(found) < count:
        word = "".join(rng.choices(ALPHABET, k=14))
        low, high = struct.unpack("<2Q", word.encode() + b"\0\x0e")
        product = (low ^ first) * (high ^ (second | 1))
        if ((product >> 64 ^ product) & (slots - 1)) < targets:
            found.append(word)
    return found


def test_words_crafted_for_a_known_key_collide_and_another_key_scatters_them():
    crafted = colliding_words(4000, KNOWN, 1 << 14, 64)
    usual = random_words(4000)
    assert len(set(crafted)) == 4000
    if subword.pre_tokenizers.use_simd() != "scalar":  # the hash of the generator
        assert cache_steps(KNOWN, crafted) > 100 * cache_steps(KNOWN, usual)
    assert cache_steps(OTHER, crafted) < 2 * cache_steps(OTHER, usual)


def test_counts_of_words_crafted_for_a_known_key_collide_and_another_key_scatters_them():
    crafted = counted_words(3000, KNOWN, 1 << 12, 16)
    usual = random_words(3000)
    assert count_steps(KNOWN, crafted) > 100 * count_steps(KNOWN, usual)
    assert count_steps(OTHER, crafted) < 2 * count_steps(OTHER, usual)


def test_no_result_depends_on_the_key(simd):
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdeé한", k=rng.randrange(1, 40))) for _ in range(900)]
    texts = [" ".join(rng.choices(words, k=50)) for _ in range(40)]
    made = []
    for key in (KNOWN, OTHER, bytes(32), b"\xff" * 32):
        _set_hash_key(key)
        counts = subword.count_words(texts, progress=False)
        bpe = subword.train(texts, "byte_level_bpe", 330, progress=False, min_frequency=1)
        wordpiece = subword.train(texts, "wordpiece", 90, progress=False)
        kept = counts.copy()
        kept.prune(3)
        made.append(
            (
                *(counts.to_bytes(), counts.most_common(), kept.to_bytes()),
                *(bpe.to_str(), wordpiece.to_str()),
                *(bpe.encode_lists(texts), wordpiece.encode_lists(texts)),
            )
        )
    assert made[0] == made[1] == made[2] == made[3]


def test_tables_made_before_the_key_changed_go_on_working():
    _set_hash_key(KNOWN)
    tok, counts = letters_tokenizer(), WordCounts({"abc": 2, "a long word of a table": 3})
    before = tok.encode_ids("abc cab").tolist()
    _set_hash_key(OTHER)
    assert tok.encode_ids("abc cab").tolist() == before
    counts.update(dict.fromkeys(random_words(2000), 1))
    assert counts["abc"] == 2
    assert counts["a long word of a table"] == 3


def test_the_key_of_every_process_is_another():
    code = (
        "import ctypes, subword._core.hash_keys as keys\n"
        "get = ctypes.pythonapi.PyCapsule_GetPointer\n"
        "get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]\n"
        "at = get(keys.__pyx_capi__['hash_key_words'], b'uint64_t *')\n"
        "print(list((ctypes.c_uint64 * 4).from_address(ctypes.c_void_p.from_address(at).value)))"
    )
    keys = {subprocess.check_output([sys.executable, "-c", code]) for _ in range(3)}
    assert len(keys) == 3


def test_a_key_has_32_bytes():
    with pytest.raises(ValueError, match="32 bytes, got 5"):
        _set_hash_key(b"12345")
