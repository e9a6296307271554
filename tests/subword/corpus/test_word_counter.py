"""What is counted is what the stages cut, whichever way the text comes in."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subword import normalizers, pre_tokenizers
from subword.corpus.word_counter import WordCounter
from subword.vocab.byte_alphabet import bytes_of
from tests.helpers.effort import few

TEXTS = st.lists(
    st.text(st.sampled_from("aB é\n.,한1中\u0301\u200d\t😀'"), max_size=30), max_size=8
)
STAGES = {
    "whitespace": (None, pre_tokenizers.Whitespace(), False),
    "byte level": (None, pre_tokenizers.ByteLevel(False), True),
    "prefix space": (None, pre_tokenizers.ByteLevel(True), True),
    "bert": (normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), False),
    "bert, cased": (
        normalizers.BertNormalizer(lowercase=False),
        pre_tokenizers.BertPreTokenizer(),
        False,
    ),
    "lower": (normalizers.Lowercase(), pre_tokenizers.Whitespace(), False),
    "metaspace": (None, pre_tokenizers.Metaspace(), False),
    "nothing": (None, None, False),
}


def expected(texts, normalizer, pre_tokenizer, byte_level):
    """Count through the stages' own Python methods."""
    words = Counter()
    for text in texts:
        text = normalizer.normalize_str(text) if normalizer else text
        pieces = [w for w, _ in pre_tokenizer.pre_tokenize_str(text)] if pre_tokenizer else [text]
        words.update(bytes_of(word).decode() if byte_level else word for word in pieces if word)
    return dict(words)


@pytest.mark.parametrize("name", STAGES)
@settings(max_examples=few(60), deadline=None)
@given(texts=TEXTS)
def test_counts_what_the_stages_cut(name, texts):
    normalizer, pre_tokenizer, byte_level = STAGES[name]
    counter = WordCounter(normalizer, pre_tokenizer, byte_level=byte_level)
    counter.count_texts(texts)
    assert dict(counter.finish().items()) == expected(texts, *STAGES[name])


@given(text=st.text(st.sampled_from("aB é\n.한😀\r"), max_size=60))
def test_lines_are_texts_with_their_newline(text):
    counter = WordCounter(None, pre_tokenizers.ByteLevel(False), byte_level=True)
    counter.count_lines(text.encode())
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    assert dict(counter.finish().items()) == expected(lines, *STAGES["byte level"])


@pytest.mark.parametrize("wide", [False, True])
def test_rows_of_a_column(wide):
    texts = ["first", "", "a b", "한국어 a", "last"]
    data = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, data)]).astype(np.int64 if wide else np.int32)
    counter = WordCounter(None, pre_tokenizers.Whitespace())
    counter.count_rows(b"".join(data), offsets.view(np.uint8), wide, 1, 3)
    assert dict(counter.finish().items()) == {"a": 2, "b": 1, "한국어": 1}
    with pytest.raises(ValueError, match="not all in the offsets"):
        counter.count_rows(b"".join(data), offsets.view(np.uint8), wide, 3, 3)


def test_errors_carry_the_place():
    counter = WordCounter()
    with pytest.raises(ValueError, match="not UTF-8") as error:
        counter.count_lines(b"fine\nnot \xff fine")
    assert error.value.args[1] == 9
    with pytest.raises(TypeError, match="a text must be a str, got bytes") as wrong:
        counter.count_texts(["a", b"b"])
    assert wrong.value.args[1] == 1
    with pytest.raises(ValueError, match="lone surrogate") as lone:
        counter.count_texts(["a", "한", "x\ud800"])
    assert lone.value.args[1:] == (2, 1)
    with pytest.raises(ValueError, match="ends with ByteLevel"):
        WordCounter(None, pre_tokenizers.Whitespace(), byte_level=True)
