"""Words whole: the trainer beside that of `tokenizers`."""

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

import subword
from subword.corpus.word_counts import WordCounts
from subword.trainers.word_level import train_word_level
from tests.helpers.effort import few

WORDS = st.lists(st.text("abcé한🙂", min_size=1, max_size=3), min_size=1, max_size=40)


@settings(max_examples=few(300), deadline=None)
@given(WORDS, st.integers(2, 40), st.integers(0, 4))
def test_equals_the_trainer_of_tokenizers(words, size, least):
    oracle = tokenizers.Tokenizer(tokenizers.models.WordLevel(unk_token="[UNK]"))
    oracle.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    trainer = tokenizers.trainers.WordLevelTrainer(
        vocab_size=size,
        min_frequency=least,
        special_tokens=["[UNK]", "[PAD]"],
        show_progress=False,
    )
    oracle.train_from_iterator([" ".join(words)], trainer)
    tok = subword.train(
        [" ".join(words)],
        "word_level",
        size,
        min_frequency=least,
        special_tokens=["[UNK]", "[PAD]"],
        pre_tokenizer=subword.pre_tokenizers.WhitespaceSplit(),
        progress=False,
    )
    assert tok.get_vocab() == oracle.get_vocab()
    assert tok.to_str() == subword.Tokenizer.from_str(oracle.to_str()).to_str()


def test_the_unknown_token_takes_the_first_id_unless_it_is_given():
    texts = ["one two two"]
    assert subword.train(texts, "word_level", 3, progress=False).encode("two six").ids == [1, 0]
    tok = subword.train(texts, "word_level", 3, special_tokens=["<s>", "[UNK]"], progress=False)
    assert tok.encode("two six").tokens == ["two", "[UNK]"]


def test_a_word_that_is_a_special_token_is_learned_once():
    counts = WordCounts({"<s>": 9, "a": 2, "b": 2})
    assert train_word_level(counts, 3, special_tokens=["<s>"]) == ["<s>", "a", "b"]


def test_options_of_characters_are_refused():
    with pytest.raises(ValueError, match=r"limit_alphabet is for .*, not for word_level"):
        subword.train(["a"], "word_level", 5, limit_alphabet=3, progress=False)


def test_more_special_tokens_than_tokens_are_refused():
    with pytest.raises(ValueError, match="vocab_size must be at least 2, the number of special"):
        train_word_level(WordCounts({"a": 1}), 1, special_tokens=["<s>", "</s>"])
