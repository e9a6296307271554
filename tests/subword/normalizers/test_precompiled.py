"""SentencePiece's character maps, beside twin and original."""

import base64
import json
import random
import struct
import sys
from pathlib import Path

import pytest
import tokenizers

from subword import Tokenizer
from subword.compat import tokenizers as compat
from subword.formats.stages_json import normalizer_from_config, stage_to_config
from subword.models import BPE
from subword.normalizers import Precompiled
from subword.reference.charsmap import make_charsmap
from subword.reference.graphemes import graphemes
from subword.reference.stages import Text, precompiled
from tests.helpers.data import tokenizer_folder
from tests.helpers.effort import every_character, few
from tests.helpers.published import needs_data
from tests.helpers.random_configs import random_precompiled

sys.path.append(str(Path(__file__).parents[3] / "tools"))
import make_grapheme_table

# Characters of every kind that clusters are made of, and some that map them.
ALPHABETS = (
    "abc \n\r\t\u0301\u0300\u200d©®a",
    "\u1100\u1161\u11a8가각\u0301a ",
    "\u0915\u094d\u0915\u0301 \u200d\u093f\U00011f02a",
    "👩\u200d🚀🇰🇷❤\ufe0f©\u0301 x\u06ddé",
    "\x00\x01\x02\u200b\ufeffab ﬁ㍿ﷺ½\x7f",
    "ÀÉ\u0300\u0323eAo ",
)


def theirs_of(config):
    text = json.dumps({"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": config})
    return tokenizers.Tokenizer.from_str(text).normalizer


def texts_of(rng, count):
    for _ in range(count):
        alphabet = rng.choice((*ALPHABETS, "".join(ALPHABETS)))
        yield "".join(rng.choices(alphabet, k=rng.choice([1, 2, 3, 6, 12, 60])))


def check(config, texts):
    """Compare texts of the three, and offsets of ours with those of the twin."""
    theirs, mine = theirs_of(config), normalizer_from_config(config)
    for text in texts:
        expected = theirs.normalize_str(text)
        assert mine.normalize_str(text) == expected, ascii(text)
        spans = [(i, i + 1) for i in range(len(text))]
        twin = precompiled(Text(text, spans, 0), config)
        assert twin.text == expected, ascii(text)
        assert mine.normalize_with_offsets(text) == (expected, twin.spans), ascii(text)


@pytest.mark.parametrize("seed", range(40))
def test_random_maps_change_texts_and_offsets_like_twin_and_original(seed):
    rng = random.Random(seed)
    alphabet = rng.choice((*ALPHABETS, "".join(ALPHABETS)))
    check(random_precompiled(rng, alphabet), texts_of(rng, few(150)))


@needs_data
@pytest.mark.parametrize("seed", range(3))
def test_the_map_of_xlm_roberta_changes_texts_like_twin_and_original(seed):
    path = tokenizer_folder("xlm-roberta") / "tokenizer.json"
    config = json.loads(path.read_text())["normalizer"]["normalizers"][0]
    check(config, texts_of(random.Random(seed), 400))


@needs_data
def test_the_map_of_xlm_roberta_changes_every_character_like_the_original():
    path = tokenizer_folder("xlm-roberta") / "tokenizer.json"
    config = json.loads(path.read_text())["normalizer"]["normalizers"][0]
    theirs, mine = theirs_of(config), normalizer_from_config(config)
    every = every_character()
    for first in range(0, len(every), 1 << 14):
        for pattern in ("{}x", "a{}x", "가{}", "{}\u0301\u0323", "\u1112{}"):
            text = " ".join(pattern.format(char) for char in every[first : first + (1 << 14)])
            assert mine.normalize_str(text) == theirs.normalize_str(text)


@pytest.mark.parametrize("size", [1, 31, 32, 33, 64, 100])
def test_a_character_is_found_wherever_it_stands(size):
    mine = Precompiled(make_charsmap({"\x01": "", "\t": " ", "é": "e", "e\u0301": "E", "龥": "x"}))
    for plain in ("a", "가", "b😀"):
        for found, new in (("\x01", ""), ("\t", " "), ("é", "e"), ("e\u0301", "E"), ("龥", "x")):
            for place in range(size):
                text = plain * place + found + plain * (size - place)
                assert mine.normalize_str(text) == text.replace(found, new)


def test_what_is_removed_at_the_start_shifts_the_offsets_as_in_the_original():
    mapping = {"\x01": "", "ﬁ": "fi"}
    charsmap = base64.b64encode(make_charsmap(mapping)).decode()
    tok = tokenizers.Tokenizer.from_str(
        json.dumps(
            {
                "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap},
                "pre_tokenizer": {"type": "FixedLength", "length": 1},
                "model": {"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"},
            }
        )
    )
    mine = Precompiled(make_charsmap(mapping))
    for text in ("\x01abc", "a\x01b", "\x01\x01ﬁ\x01b", "ﬁ\x01\x01b", "\x01ﬁ\x01", "\x01"):
        assert mine.normalize_with_offsets(text)[1] == tok.encode(text).offsets


def test_clusters_end_where_they_do_for_the_original():
    """Each cluster of less than six bytes that begins with a letter becomes one character."""
    theirs = theirs_of(stage_to_config(Precompiled(make_charsmap({"a": "X", "©": "Y"}))))
    rng = random.Random(3)
    for text in texts_of(rng, 2000):
        expected = "".join(
            {"a": "X", "©": "Y"}[part[0]]
            if part[0] in "a©" and len(part.encode()) < 6
            else part.replace("a", "X").replace("©", "Y")
            for part in graphemes(text)
        )
        assert theirs.normalize_str(text) == expected, ascii(text)


@pytest.mark.slow
def test_the_grapheme_table_is_what_the_original_does():
    assert make_grapheme_table.header() == make_grapheme_table.HEADER.read_text()


GOOD = make_charsmap({"a": "b", "é": "ee"})
TRIE = struct.unpack("<I", GOOD[:4])[0]


def with_unit(index, value):
    return GOOD[: 4 + 4 * index] + struct.pack("<I", value) + GOOD[8 + 4 * index :]


@pytest.mark.parametrize(
    ("charsmap", "message"),
    [
        (b"", "its size is missing, it has 0 bytes"),
        (b"\1\0\0", "its size is missing, it has 3 bytes"),
        (GOOD[: TRIE // 2], rf"the trie has {TRIE} bytes, not a multiple of 4 in"),
        (b"\3\0\0\0abcd", "the trie has 3 bytes"),
        (b"\0\0\0\0", "the trie has 0 bytes"),
        (GOOD[:4] + GOOD[4 : 4 + TRIE] + b"\xff\0", "its values are not UTF-8"),
        (GOOD[: 4 + TRIE], "begins at byte 2, which begins no character of 0 bytes"),
        (with_unit(0, 0x7FFFFFFF << 10 & 0xFFFFFFFF), "unit 0 of the trie points at unit"),
        (with_unit(256 ^ 0x61, 0x61 | 1 << 30), "of the trie points at unit"),
        (b"\4\0\0\0\0\0\0\0", "unit 0 of the trie points at unit 0, there are 1"),
    ],
)
def test_a_map_that_points_outside_is_an_error(charsmap, message):
    with pytest.raises(ValueError, match=f"precompiled_charsmap: .*{message}"):
        Precompiled(charsmap)


def test_a_map_is_bytes_here_and_base64_in_files():
    with pytest.raises(TypeError, match="precompiled_charsmap must be bytes, got str"):
        Precompiled("abc")
    with pytest.raises(ValueError, match="Precompiled: precompiled_charsmap is not base64"):
        normalizer_from_config({"type": "Precompiled", "precompiled_charsmap": "abc!"})
    with pytest.raises(
        ValueError, match="Precompiled: the field 'precompiled_charsmap' is missing"
    ):
        normalizer_from_config({"type": "Precompiled"})
    stage = Precompiled(GOOD)
    assert normalizer_from_config(stage_to_config(stage)) == stage
    assert stage.precompiled_charsmap == GOOD


def test_damaged_maps_are_refused_or_run():
    rng = random.Random(5)
    text = "aé éa\r\na\u0301" * 5
    for _ in range(few(3000)):
        data = bytearray(GOOD)
        for _ in range(rng.choice([1, 2, 8])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            stage = Precompiled(bytes(data[: rng.choice([len(data), rng.randrange(len(data))])]))
        except ValueError:
            continue
        assert isinstance(stage.normalize_str(text), str)


def test_the_class_of_the_original_holds_it():
    tok = Tokenizer(BPE({"a": 0}, []), normalizer=Precompiled(GOOD))
    normalizer = compat.Tokenizer.from_str(tok.to_str()).normalizer
    text = "a\u0301 ﬁ １ \t"
    assert normalizer.normalize_str(text) == Precompiled(GOOD).normalize_str(text)
