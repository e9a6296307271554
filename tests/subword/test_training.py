"""Training end to end: the tokenizers that come out, and that they are those of `tokenizers`."""

import json
import pickle

import pytest
import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from subword import Tokenizer
from subword.corpus.counting import count_words
from subword.corpus.word_counts import WordCounts
from subword.training import train, train_from_counts

TEXTS = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps; the fox runs, quickly!\n",
    "Naïve café owners don't re-use 42 of 1,000 cups.  Two  spaces, tabs\tand 한국어 텍스트.\n",
] * 5


@pytest.mark.filterwarnings("ignore:candidates ran out")
@pytest.mark.parametrize("algorithm", ["bpe", "byte_level_bpe", "wordpiece"])
def test_trained_tokenizers_encode_save_and_load(algorithm, tmp_path):
    tokenizer = train(TEXTS, algorithm, 330, special_tokens=["<s>"], progress=False)
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    oracle = tokenizers.Tokenizer.from_file(str(path))
    again = Tokenizer.from_file(path)
    for text in [*TEXTS[:2], "unseen words, 새로운 낱말 <s>", ""]:
        ids = tokenizer.encode(text).ids
        assert ids == again.encode(text).ids == oracle.encode(text).ids
        assert ids == pickle.loads(pickle.dumps(tokenizer)).encode(text).ids
    assert tokenizer.token_to_id("<s>") == (1 if algorithm == "wordpiece" else 0)
    if algorithm == "byte_level_bpe":
        assert tokenizer.decode(tokenizer.encode(TEXTS[1]).ids) == TEXTS[1]


@pytest.mark.parametrize("byte_level", [False, True])
def test_equals_tokenizers_from_files(byte_level, tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("".join(TEXTS) + "\n\n  indented\r\n", encoding="utf-8", newline="")
    oracle = tokenizers.Tokenizer(models.BPE())
    oracle.pre_tokenizer = (
        pre_tokenizers.ByteLevel(False) if byte_level else pre_tokenizers.Whitespace()
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    oracle.train(
        [str(path)],
        trainers.BpeTrainer(
            vocab_size=400, initial_alphabet=alphabet, special_tokens=["<s>"], show_progress=False
        ),
    )
    ours = train(
        path, "byte_level_bpe" if byte_level else "bpe", 400, special_tokens=["<s>"], progress=False
    )
    theirs = json.loads(oracle.to_str())["model"]
    mine = json.loads(ours.to_str())["model"]
    assert mine["vocab"] == theirs["vocab"]
    assert mine["merges"] == theirs["merges"]


def test_counts_made_elsewhere():
    counts = count_words(TEXTS, algorithm="wordpiece", progress=False)
    halves = count_words(TEXTS[:3], algorithm="wordpiece", progress=False)
    halves += count_words(TEXTS[3:], algorithm="wordpiece", progress=False)
    whole = train(TEXTS, "wordpiece", 120, progress=False)
    for source in (counts, halves, dict(counts.items())):
        assert (
            train_from_counts(source, "wordpiece", 120, progress=False).get_vocab()
            == whole.get_vocab()
        )
        assert train(source, "wordpiece", 120, progress=False).get_vocab() == whole.get_vocab()


def test_byte_level_words_of_a_mapping_are_plain_text():
    tokenizer = train_from_counts({" the": 9, "the": 2}, "byte_level_bpe", 259, progress=False)
    assert tokenizer.encode("the the").tokens == ["the", "Ġthe"]


@pytest.mark.filterwarnings("ignore:candidates ran out")
def test_unknown_token():
    tokenizer = train(["ab ab"], "wordpiece", 10, progress=False)
    assert tokenizer.encode("ab ax").tokens == ["ab", "[UNK]"]
    tokenizer = train(
        ["ab ab"],
        "wordpiece",
        10,
        special_tokens=["[PAD]", "<unk>"],
        unk_token="<unk>",
        progress=False,
    )
    assert tokenizer.get_vocab()["<unk>"] == 1
    tokenizer = train(["ab ab"], "bpe", 10, unk_token="<unk>", progress=False)
    assert tokenizer.encode("ab x").tokens == ["ab", "<unk>"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"algorithm": "tree"}, "algorithm must be one of 'bpe', 'byte_level_bpe', 'wordpiece'"),
        ({"threads": 0}, "threads must be at least 1"),
        ({"score": "gain"}, "score is for wordpiece, not for bpe"),
        ({"algorithm": "wordpiece", "max_token_length": 5}, "max_token_length is for bpe"),
        ({"vocab_size": 3}, "vocab_size must be at least"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        train(TEXTS, **options, progress=False)


@pytest.mark.parametrize("source", [[], [""], {}, WordCounts()])
def test_empty_corpora(source):
    with pytest.raises(ValueError, match="no words to learn from"):
        train(source, progress=False)
