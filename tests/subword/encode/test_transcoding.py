"""What a str holds, in 1, 2 or 4 bytes a character, becomes UTF-8."""

import random

import numpy as np
import pytest

from subword import Tokenizer
from subword.models import BPE
from subword.pre_tokenizers import ByteLevel
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.effort import every_character

ALPHABETS = {
    "latin": "ab \x7f\x80\xe9\xff",
    "hangul": "\uac00\ub098\ud7a3. ",
    "mixed": "a\x00\x7f\x80\xff\u0100\u07ff\u0800\u2019\ud7ff\ue000\uffff",
    "ascii and one": "abcdefgh\uac00",
    "wide": "a\xe9\uac00\uffff\U00010000\U0001f600\U0010ffff",
}


@pytest.fixture(scope="module")
def tok():
    """A tokenizer whose ids are the bytes of the text."""
    model = BPE({CHARS[byte]: byte for byte in range(256)}, [])
    return Tokenizer(model, pre_tokenizer=ByteLevel(add_prefix_space=False))


@pytest.mark.parametrize("name", ALPHABETS)
def test_every_kind_of_str_becomes_utf8(tok, simd, name):
    rng = random.Random(name)
    texts = ["".join(rng.choices(ALPHABETS[name], k=rng.randrange(70))) for _ in range(2000)]
    rows = tok.encode_ragged(texts, threads=1)
    for text, row in zip(texts, rows, strict=True):
        assert row.astype(np.uint8).tobytes() == text.encode()


def test_every_character_becomes_utf8(tok, simd):
    every = every_character()
    texts = [every[i : i + 100] for i in range(0, len(every), 100)]
    ids = tok.encode_ragged(texts, threads=1).ids
    assert ids.astype(np.uint8).tobytes() == every.encode()


@pytest.mark.parametrize("size", range(30))
def test_the_place_of_a_lone_surrogate_is_told(tok, simd, size):
    for at in range(size + 1):
        text = "가" * at + "\udc00" + "a\ud800" * (size - at)
        with pytest.raises(ValueError, match=rf"U\+DC00\) at character {at}:"):
            tok.encode_ragged([text])


@pytest.mark.parametrize("after", [0, 1, 7, 31, 40, 64])
def test_one_character_among_many_of_ascii(tok, simd, after):
    texts = ["a" * before + "\xe9" + "b" * after for before in range(80)]
    for text, row in zip(texts, tok.encode_ragged(texts, threads=1), strict=True):
        assert row.astype(np.uint8).tobytes() == text.encode()


@pytest.mark.parametrize("after", [0, 1, 7, 31, 40, 64])
def test_the_place_of_a_wrong_byte_is_told(tok, tmp_path, after):
    path = tmp_path / "wrong.txt"
    for before in range(80):
        path.write_bytes(b"a" * before + b"\xff" + b"b" * after)
        with pytest.raises(ValueError, match=rf"at byte {before}\b"):
            tok.encode_files([path])
