"""OpenAI's encodings equal those of the `tiktoken` package, built from the same ranks."""

import random

import pytest
import tiktoken

from subword import Tokenizer
from subword.formats.openai_encodings import openai_special_tokens
from subword.formats.vocab_files import read_tiktoken
from tests.helpers.data import CORPORA, TIKTOKEN, documents, tiktoken_file
from tests.helpers.published import needs_data
from tests.helpers.random_text import random_text

# tiktoken 0.14, openai_public.py: what the encodings split by.
PATTERNS = {
    "r50k_base": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"
        r"\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}


def their_encoding(name):
    ranks = read_tiktoken(tiktoken_file(name))
    pattern = PATTERNS.get(name)
    if pattern is None:
        from tiktoken_ext import openai_public

        # The function would download the ranks; only its pattern is wanted.
        kept = openai_public.load_tiktoken_bpe
        openai_public.load_tiktoken_bpe = lambda *args, **kwargs: ranks
        try:
            pattern = openai_public.ENCODING_CONSTRUCTORS[name]()["pat_str"]
        finally:
            openai_public.load_tiktoken_bpe = kept
    return tiktoken.Encoding(
        name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=openai_special_tokens(name)
    )


@needs_data
@pytest.mark.parametrize("name", TIKTOKEN)
def test_fuzz_and_corpora_equal_tiktoken(name, capsys):
    theirs = their_encoding(name)
    mine = Tokenizer.from_tiktoken(tiktoken_file(name), name)
    rng = random.Random(name)
    texts = [random_text(rng) for _ in range(3000)]
    for corpus in CORPORA:
        some = documents(corpus, 2_000_000)
        texts += [text[:4000] for text in some[:: len(some) // 40]]
    rows = mine.encode_lists(texts)
    expected = theirs.encode_batch(texts, allowed_special="all")
    assert [t for t, a, b in zip(texts, rows, expected, strict=True) if a != b] == []
    assert mine.decode_batch(rows, skip_special_tokens=False) == theirs.decode_batch(rows)
    # The encoding's own regex is the same pattern, and finds the same scanner.
    spelled = Tokenizer.from_tiktoken(
        tiktoken_file(name), theirs._pat_str, special_tokens=openai_special_tokens(name)
    )
    assert spelled.pre_tokenizer.pre_tokenize_str(" a\n \n ") == (
        mine.pre_tokenizer.pre_tokenize_str(" a\n \n ")
    )
    assert spelled.encode_lists(texts) == rows
    with capsys.disabled():
        print(f" {name}: {len(texts)} texts", end="")


@needs_data
@pytest.mark.parametrize("name", TIKTOKEN)
def test_vocabulary_is_tiktokens(name):
    theirs = their_encoding(name)
    mine = Tokenizer.from_tiktoken(tiktoken_file(name), name)
    assert mine.token_to_id("<|endoftext|>") == theirs.eot_token
    assert max(mine.get_vocab().values()) == theirs.max_token_value
