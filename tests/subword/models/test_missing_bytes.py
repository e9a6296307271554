"""Byte-level BPE whose vocabulary lacks characters of the byte alphabet: only a word that needs one
is read as characters, and gets the ids and offsets that the oracle gives.
"""

import json
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.vocab.byte_alphabet import CHARS, UNUSED_BYTES
from tests.helpers.effort import every_character
from tests.helpers.oracle import encoding_columns
from tests.helpers.random_text import words_of_alphabet

ALPHABET = "abé한ß 中😀"
LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}


def random_config(rng: random.Random) -> dict:
    """Return a byte-level BPE that lacks the bytes of UTF-8's gaps and at times others, with all
    the options that decide what becomes of a character without a token."""
    used = sorted({CHARS[byte] for byte in ALPHABET.encode()})
    lacks = [CHARS[byte] for byte in UNUSED_BYTES] + rng.sample(used, rng.choice([0, 1, 4]))
    prefix, suffix = rng.choice([("", ""), ("", ""), ("##", ""), ("", "</w>"), ("##", "</w>")])
    letters = [char for char in CHARS if char not in lacks]
    vocab = [*letters, *(prefix + c for c in letters), *(c + suffix for c in letters)]
    vocab += [prefix + c + suffix for c in letters]
    vocab = [token for token in vocab if rng.random() < 0.98]
    if rng.random() < 0.4:
        vocab += [f"<0x{i:02X}>" for i in range(256) if i or rng.random() < 0.5]
    likely = [token for token in vocab if token.strip("#</w>") and token.strip("#</w>")[0] in used]
    merges: list[tuple[str, str]] = []
    for _ in range(rng.randrange(40)):
        left, right = rng.choice(likely), rng.choice(likely)
        if not right.startswith(prefix) or (suffix and left.endswith(suffix)):
            continue
        if (left, right) not in merges:
            merges.append((left, right))
            vocab.append(left + right[len(prefix) :])
            likely.append(vocab[-1])
    unk = rng.choice([None, "<unk>"])
    model = {
        "type": "BPE",
        "unk_token": unk,
        "continuing_subword_prefix": prefix or None,
        "end_of_word_suffix": suffix or None,
        "fuse_unk": rng.random() < 0.5,
        "byte_fallback": rng.random() < 0.5,
        "ignore_merges": rng.random() < 0.3,
        "vocab": {t: i for i, t in enumerate(dict.fromkeys([*vocab, *([unk] if unk else [])]))},
        "merges": [list(merge) for merge in merges],
    }
    return {"version": "1.0", "pre_tokenizer": LEVEL, "model": model}


@pytest.mark.parametrize("seed", range(60))
def test_words_with_missing_bytes_get_what_the_oracle_gives(seed):
    rng = random.Random(seed)
    config = random_config(rng)
    beyond = config["model"]["byte_fallback"] and (
        config["model"]["continuing_subword_prefix"] or config["model"]["end_of_word_suffix"]
    )
    ours = Tokenizer.from_str(json.dumps(config))
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    assert ours.model.byte_level
    texts = [words_of_alphabet(rng, ALPHABET, rng.choice([3, 12, 90])) for _ in range(25)]
    for text in texts:
        expected, mine = encoding_columns(theirs, text), ours.encode(text, add_special_tokens=False)
        assert mine.ids == expected[0]
        assert (mine.tokens, mine.word_ids) == (expected[1], expected[3])
        if not beyond:
            assert mine.offsets == expected[2]
    rows = [encoding_columns(theirs, text)[0] for text in texts]
    assert ours.encode_ragged(texts).to_lists() == rows


def test_bytes_that_utf8_never_has_change_nothing():
    # GPT-NeoX, Pythia, MPT, OLMo and ModernBERT lack these 13.
    vocab = {char: i for i, char in enumerate(CHARS) if i not in UNUSED_BYTES}
    assert len(vocab) == 243
    config = json.dumps(
        {
            "version": "1.0",
            "pre_tokenizer": LEVEL,
            "model": {"type": "BPE", "vocab": vocab, "merges": [], "byte_fallback": True},
        }
    )
    tok = Tokenizer.from_str(config)
    every = every_character()
    assert tok.encode_ids(every, add_special_tokens=False).tolist() == list(every.encode())


def test_unknown_token_that_is_missing_is_named():
    config = {
        "version": "1.0",
        "pre_tokenizer": LEVEL,
        "model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "[U]"},
    }
    tok = Tokenizer.from_str(json.dumps(config))
    assert tok.encode("aa").ids == [0, 0]
    with pytest.raises(ValueError, match=r"unk_token .* is not in the vocabulary"):
        tok.encode("ab")
