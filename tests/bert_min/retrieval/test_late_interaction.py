"""MaxSim, beside sentence-transformers, of token vectors that are those of the model."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from bert_min import BertModel, Embedder, encode_tokens, maxsim
from subword import Tokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "sky", "dog", "runs", "blue", "the"]
TEXTS = ["the dog runs", "red", "blue sky the dog runs red red", "dog"]


@pytest.fixture
def embedder(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    model = BertModel(tiny.replace(vocab_size=len(WORDS), initializer_range=0.5))
    return Embedder(model, Tokenizer.from_wordpiece(str(tmp_path / "vocab.txt")))


def test_every_token_has_its_vector(embedder):
    found = encode_tokens(embedder, TEXTS)
    for text, matrix in zip(TEXTS, found, strict=True):
        ids = torch.tensor([embedder.tokenizer.encode(text).ids])
        with torch.no_grad():
            want = F.normalize(embedder.model(ids).last_hidden_state[0])
        np.testing.assert_allclose(matrix, want.numpy(), atol=1e-6)
    embedder.max_length = 4
    with pytest.warns(UserWarning, match="2 of 4 texts were cut to 4 tokens"):
        assert [len(matrix) for matrix in encode_tokens(embedder, TEXTS)] == [4, 3, 4, 3]
    (prompted,) = encode_tokens(embedder, ["dog"], prompt="the ")
    assert len(prompted) == 4


def test_maxsim_is_that_of_sentence_transformers(embedder):
    theirs = pytest.importorskip("sentence_transformers.util").maxsim
    queries, documents = encode_tokens(embedder, TEXTS[:2]), encode_tokens(embedder, TEXTS)
    want = theirs(*([torch.from_numpy(m) for m in side] for side in (queries, documents)))
    have = maxsim(queries, documents)
    np.testing.assert_allclose(have, want.numpy(), rtol=1e-5)
    assert have[0, 0] == pytest.approx(len(queries[0]), abs=1e-4)  # a text and itself
    assert maxsim(queries, []).shape == (2, 0)


def test_matrices_that_do_not_fit_are_refused(embedder):
    (matrix,) = encode_tokens(embedder, ["red"])
    with pytest.raises(ValueError, match=r"one width E, .* \[\(3, 31\), \(3, 32\)\]"):
        maxsim([matrix], [matrix[:, :31]])
    with pytest.raises(ValueError, match="document 1 must have at least one token, got none"):
        maxsim([matrix], [matrix, matrix[:0]])
    with pytest.raises(ValueError, match=r"of one width E, got shapes such as \[\(\), "):
        maxsim([np.float32(1)], [matrix])
    with pytest.raises(ValueError, match="finite, got a score of nan for query 0 and document 1"):
        maxsim([matrix], [matrix, matrix * np.nan])
    np.testing.assert_array_equal(
        maxsim([matrix.tolist()], [matrix.tolist()]), maxsim([matrix], [matrix])
    )
