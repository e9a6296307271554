"""A corpus with one very long run of a character."""

import pytest

import subword
from subword._core.limits import MAX_TOKEN_CHARS
from subword.compat import tokenizers as compat

RUN = 3 * MAX_TOKEN_CHARS


@pytest.mark.parametrize("algorithm", ["bpe", "byte_level_bpe", "wordpiece"])
def test_tokens_of_a_long_run_stop_growing_at_the_limit(algorithm):
    tokenizer = subword.train(["a" * RUN] * 2, algorithm, 400, progress=False)
    longest = max(map(len, tokenizer.get_vocab()))
    assert MAX_TOKEN_CHARS // 2 < longest <= MAX_TOKEN_CHARS
    assert subword.Tokenizer.from_str(tokenizer.to_str()).get_vocab() == tokenizer.get_vocab()


def test_a_long_run_trains_with_an_affix_and_in_compat():
    made = subword.train(
        ["a" * RUN] * 2, "bpe", 400, end_of_word_suffix="</w>", min_frequency=1, progress=False
    )
    assert max(map(len, made.get_vocab())) <= MAX_TOKEN_CHARS
    tokenizer = compat.Tokenizer(compat.models.BPE())
    tokenizer.train_from_iterator(["a" * RUN], compat.trainers.BpeTrainer(show_progress=False))
    assert max(map(len, tokenizer.get_vocab())) <= MAX_TOKEN_CHARS
    assert len(tokenizer.encode("a" * RUN).ids) <= RUN // MAX_TOKEN_CHARS + 1
