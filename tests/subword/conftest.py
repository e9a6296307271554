"""Small tokenizers of the oracle, made on the spot."""

import pytest
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers

from subword._core.simd import SIMD, use_simd
from tests.helpers.random_text import WORDS


@pytest.fixture(scope="session")
def word_oracle() -> tokenizers.Tokenizer:
    """WordPiece over single letters and a few words: several tokens a word, [UNK] for the rest."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *letters[1:], *(f"##{c}" for c in letters)]
    numbered = {token: i for i, token in enumerate(dict.fromkeys(vocab))}
    model = models.WordPiece(vocab=numbered, unk_token="[UNK]")
    tok = Tokenizer(model)
    tok.pre_tokenizer = pre_tokenizers.Whitespace()
    return tok


@pytest.fixture(scope="session")
def byte_oracle() -> tokenizers.Tokenizer:
    """Byte-level BPE with a few merges that take in spaces."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [
        ("Ġ", "t"),
        ("Ġ", "Ġ"),
        ("h", "e"),
        ("Ġt", "he"),
        ("a", "t"),
        ("ĠĠ", "ĠĠ"),
        ("c", "at"),
    ]
    vocab = {token: i for i, token in enumerate(alphabet + [a + b for a, b in merges])}
    tok = Tokenizer(models.BPE(vocab, merges))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return tok


@pytest.fixture(params=SIMD)
def simd(request):
    """Run a test with each kind of scanner that the processor has."""
    before = use_simd()
    if use_simd(request.param) != request.param:
        use_simd(before)
        pytest.skip(f"this processor has no {request.param}")
    yield
    use_simd(before)
