"""Bare vocabularies, read as the original reads them."""

import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.formats.vocab_files import read_vocab_txt
from tests.helpers.compare import load
from tests.helpers.data import tokenizer_folder
from tests.helpers.published import needs_data
from tests.helpers.random_text import random_text


@needs_data
@pytest.mark.parametrize("name", ["bert-base-uncased", "bert-base-cased"])
def test_vocab_txt_equals_tokenizer_json(name):
    folder = tokenizer_folder(name)
    mine = Tokenizer.from_wordpiece(folder / "vocab.txt", lowercase=name.endswith("uncased"))
    rng = random.Random(name)
    texts = [random_text(rng) for _ in range(200)]
    assert mine.encode_lists(texts) == load(name).encode_lists(texts)
    expected = tokenizers.models.WordPiece.read_file(str(folder / "vocab.txt"))
    assert mine.get_vocab() == expected


@needs_data
@pytest.mark.parametrize("name", ["gpt2", "roberta-base"])
def test_vocab_json_and_merges_equal_the_oracle(name):
    folder = tokenizer_folder(name)
    mine = Tokenizer.from_bpe(folder / "vocab.json", folder / "merges.txt")
    theirs = tokenizers.ByteLevelBPETokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt")
    )
    rng = random.Random(name)
    for text in [random_text(rng) for _ in range(200)]:
        assert mine.encode(text).ids == theirs.encode(text).ids


def test_vocab_txt_is_trimmed_like_the_original_reader(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_bytes("[UNK]\r\na \u3000\n b\n\n##c\n".encode())
    assert read_vocab_txt(path) == tokenizers.models.WordPiece.read_file(str(path))
    assert read_vocab_txt(path) == {"[UNK]": 0, "a": 1, " b": 2, "": 3, "##c": 4}
