"""Losses of vectors: by hand, beside sentence-transformers; a cached gradient is the gradient."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from bert_min import BertConfig, BertModel
from bert_min.tasks.embedding_losses import cosent_loss, in_batch_loss, over_widths
from bert_min.tasks.embedding_objective import EmbeddingObjective
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.text_groups import TextGroups
from bert_min.tasks.text_vectors import TextVectors
from bert_min.text.batch import Batch
from subword import Tokenizer
from tests.bert_min.conftest import TINY

WORDS = ["red", "blue", "sky", "dog", "cat", "runs", "sleeps", "the", "a", "big"]


def numbers(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_pairs_pick_their_own_among_all_others():
    first, others = numbers(3, 5), numbers(7, 5)
    ids = torch.arange(10)
    found = in_batch_loss(first, others, 4.0, ids[:3], ids[3:])
    cosines = F.normalize(first) @ F.normalize(others).T * 4
    expected = sum(-cosines[i, i] + cosines[i].exp().sum().log() for i in range(3))
    torch.testing.assert_close(found, expected)


def test_the_same_text_elsewhere_in_the_batch_is_no_wrong_answer():
    first, others = numbers(3, 5), numbers(4, 5)
    # the answer of 0 is that of 1 too; the last candidate is the first text of 2
    found = in_batch_loss(first, others, 1.0, torch.tensor([0, 1, 2]), torch.tensor([5, 5, 6, 2]))
    cosines = F.normalize(first) @ F.normalize(others).T
    left = ([0, 2, 3], [1, 2, 3], [0, 1, 2])
    expected = sum(
        -cosines[i, i] + cosines[i, kept].exp().sum().log() for i, kept in enumerate(left)
    )
    torch.testing.assert_close(found, expected)


def test_cosent_sums_over_the_pairs_that_are_in_the_wrong_order():
    a, b, scores = numbers(4, 5), numbers(4, 5), torch.tensor([3.0, 1.0, 1.0, 0.0])
    cosines = F.cosine_similarity(a, b) * 6
    total = 1 + sum(
        (cosines[i] - cosines[j]).exp() for i in range(4) for j in range(4) if scores[i] < scores[j]
    )
    torch.testing.assert_close(cosent_loss(a, b, scores, 6.0), total.log())
    equal = cosent_loss(a, b, torch.ones(4), 6.0)
    assert equal.item() == 0


def test_widths_are_added():
    a, b, ids = numbers(3, 8), numbers(3, 8), torch.arange(6)

    def loss(x, y):
        return in_batch_loss(x, y, 2.0, ids[:3], ids[3:])

    expected = sum(loss(a[:, :width], b[:, :width]) for width in (8, 4, 1))
    torch.testing.assert_close(over_widths(loss, (8, 4, 1), a, b), expected)
    torch.testing.assert_close(over_widths(loss, (), a, b), loss(a, b))


def test_losses_are_those_of_sentence_transformers():
    losses = pytest.importorskip("sentence_transformers.losses")
    first, second, third = numbers(6, 8), numbers(6, 8), numbers(6, 8)
    ids = torch.arange(18)
    theirs = losses.MultipleNegativesRankingLoss(None).compute_loss_from_embeddings(
        [first, second, third], None
    )
    ours = in_batch_loss(first, torch.cat((second, third)), 20.0, ids[:6], ids[6:]) / 6
    torch.testing.assert_close(ours, theirs)
    scores = torch.rand(6, dtype=torch.float64).round(decimals=1)
    theirs = losses.CoSENTLoss(None).compute_loss_from_embeddings([first, second], scores)
    torch.testing.assert_close(cosent_loss(first, second, scores, 20.0), theirs)


@pytest.fixture
def tokenizer(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    return Tokenizer.from_wordpiece(path)


def groups(count, kinds=(2, 3, "scored", "alone")):
    rng = np.random.default_rng(0)
    texts, scores = [], []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        made = [
            " ".join(rng.choice(WORDS, size=rng.integers(1, 9)))
            for _ in range(kind if isinstance(kind, int) else 2)
        ]
        texts.append((made[0], made[0]) if kind == "alone" else tuple(made))
        scores.append(float(number) if kind == "scored" else np.nan)
    return TextGroups(texts, np.array(scores), [f"t:{n}" for n in range(count)])


def gradients(tokenizer, settings, dropout=0.0, only=None):
    torch.manual_seed(0)
    config = BertConfig(**TINY).replace(
        vocab_size=15, initializer_range=0.3, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )  # fmt: skip
    encoder = BertModel(config, add_pooling_layer=False).double()
    model = TextVectors(encoder, "mean", None).train()
    objective = EmbeddingObjective(groups(24), tokenizer, settings, 12)
    batch = objective.batch(np.arange(24), np.random.default_rng(0))
    torch.manual_seed(5)
    terms = objective.loss(model, batch, torch.device("cpu"))
    assert set(terms) == set(objective.term_counts(batch)) == {"pairs", "scores"}
    sum(term.loss for term in terms.values()).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize("matryoshka", [(), (32, 8)])
def test_the_cached_gradient_is_the_gradient(tokenizer, matryoshka):
    whole = gradients(tokenizer, EmbeddingSettings(batch_tokens=10_000, matryoshka=matryoshka))
    parts = gradients(tokenizer, EmbeddingSettings(batch_tokens=40, matryoshka=matryoshka))
    assert whole.abs().max() > 1e-3
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-6)  # vectors are float32


def test_a_part_is_run_again_with_the_same_dropout(tokenizer, monkeypatch):
    settings = EmbeddingSettings(batch_tokens=40)
    cached = gradients(tokenizer, settings, dropout=0.2)
    monkeypatch.setattr(
        "bert_min.tasks.text_vectors.checkpoint", lambda run, *a, use_reentrant: run(*a)
    )
    torch.testing.assert_close(gradients(tokenizer, settings, dropout=0.2), cached)


def test_only_the_activations_of_a_part_are_kept(tokenizer):
    kept = {}
    for name, tokens in (("parts", 60), ("whole", 10_000)):
        total = 0

        def pack(x):
            nonlocal total
            total += x.numel()
            return x

        config = BertConfig(**TINY).replace(vocab_size=15)
        model = TextVectors(BertModel(config, add_pooling_layer=False), "mean", None).train()
        objective = EmbeddingObjective(
            groups(60), tokenizer, EmbeddingSettings(batch_tokens=tokens), 12
        )
        batch = objective.batch(np.arange(60), np.random.default_rng(0))
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
            objective.loss(model, batch, torch.device("cpu"))
        kept[name] = total
    assert kept["parts"] < kept["whole"] / 10


def test_a_vector_that_is_not_finite_names_its_example(tokenizer, monkeypatch):
    objective = EmbeddingObjective(groups(8), tokenizer, EmbeddingSettings(), 12)
    batch = objective.batch(np.array([3, 5]), np.random.default_rng(0))
    found = torch.tensor([[0.0], [0.0], [torch.nan], [0.0]])
    monkeypatch.setattr("bert_min.tasks.embedding_objective.vectors_of", lambda *_: found)
    with pytest.raises(ValueError, match="t:5: the vectors of an example must be finite"):
        objective.loss(None, batch, torch.device("cpu"))


def test_prompts_stand_before_the_sides_they_are_for(tokenizer):
    data = groups(4)
    objective = EmbeddingObjective(
        data, tokenizer, EmbeddingSettings(), 12, ("red ", "blue ", "dog ")
    )
    batch = objective.batch(np.arange(4), np.random.default_rng(0))
    starts = np.cumsum(batch.lengths) - batch.lengths
    words = [tokenizer.id_to_token(int(i)) for i in batch.input_ids[starts + 1]]
    assert words == ["red", "blue", "red", "blue", "blue", "dog", "dog", "dog", "dog"]
    assert isinstance(batch, Batch)
