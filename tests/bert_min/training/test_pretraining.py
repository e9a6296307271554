"""Pretraining: what a batch holds, what is measured, and that something is learnt."""

import json

import numpy as np
import pytest
import torch

from bert_min.model.config import BertConfig
from bert_min.model.packed_head import IGNORE
from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
from bert_min.text.corpus import tokenize_documents
from bert_min.text.masking import make_masker
from bert_min.text.special_tokens import SpecialIds
from bert_min.training.loop import train
from bert_min.training.model_sizes import sized_config
from bert_min.training.pretraining_objective import PretrainObjective, measure
from bert_min.training.train_config import TrainConfig
from tests.helpers.stand_in import Letters

TOKENIZER = Letters()
CONFIG = BertConfig(
    vocab_size=TOKENIZER.vocab_size, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
    intermediate_size=64, max_position_embeddings=64,
)  # fmt: skip


def toy_corpus(documents=60, seed=0):
    """Every document repeats a few words of its own: a masked letter and a stranger stand out."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(documents):
        letter = "abcdefgh"[i % 8]
        found.append([" ".join([letter * 3] * rng.integers(2, 5)) for _ in range(8)])
    return tokenize_documents(found, TOKENIZER)


def make_objective(pairs=True, max_length=40, corpus_seed=0, **masking):
    objective = PretrainObjective(
        toy_corpus(seed=corpus_seed), SpecialIds.of(TOKENIZER), make_masker(TOKENIZER, **masking),
        max_length=max_length, pairs=pairs, seed=1,
    )  # fmt: skip
    objective.start_epoch(0)
    return objective


@pytest.mark.parametrize("pairs", [True, False])
def test_a_batch_is_whole_and_masked(pairs):
    objective = make_objective(pairs)
    rows = np.arange(0, len(objective), 2)
    batch = objective.batch(rows, np.random.default_rng(3))
    assert (np.diff(batch.lengths) >= 0).all()
    assert batch.lengths.max() <= 40
    starts = np.cumsum(batch.lengths) - batch.lengths
    assert (batch.input_ids[starts] == 2).all()
    assert (batch.input_ids[starts + batch.lengths - 1] == 3).all()
    assert ((batch.input_ids == 3).sum()) == len(rows) * (2 if pairs else 1)
    assert (batch.token_type_ids.max() == 1) == pairs
    hidden = batch.token_labels != IGNORE
    assert 0 < hidden.sum() <= 0.15 * len(batch.input_ids)
    assert (batch.input_ids[~hidden] != 4).all()
    assert batch.row_labels.shape == (len(rows), 1)
    assert objective.term_counts(batch).get("nsp", 0) == (len(rows) if pairs else 0)
    again = objective.batch(rows, np.random.default_rng(3))
    assert (again.input_ids == batch.input_ids).all()


def test_epochs_draw_new_pairs_from_the_seed():
    one, two = make_objective(), make_objective()
    first = one.segments.is_random.tolist()
    one.start_epoch(1)
    assert one.segments.is_random.tolist() != first
    assert two.segments.is_random.tolist() == first


def test_loss_equals_that_of_the_head():
    torch.manual_seed(0)
    objective = make_objective()
    batch = objective.batch(np.arange(8), np.random.default_rng(0))
    model = BertForPreTraining(CONFIG).eval()
    terms = objective.loss(model, batch, torch.device("cpu"))
    counts = objective.term_counts(batch)
    ours = sum(term.loss / counts[name] for name, term in terms.items())
    theirs = model.forward_packed(
        torch.from_numpy(batch.input_ids), torch.from_numpy(batch.lengths),
        torch.from_numpy(batch.token_type_ids), torch.from_numpy(batch.token_labels),
        torch.from_numpy(batch.row_labels[:, 0]),
    ).loss  # fmt: skip
    torch.testing.assert_close(ours, theirs)


def test_both_tasks_are_learnt(tmp_path):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    objective, held_out = make_objective(), make_objective(corpus_seed=1)
    no_dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = BertForPreTraining(CONFIG.replace(**no_dropout))
    before = measure(model.eval(), held_out)
    config = TrainConfig(batch_size=32, max_steps=250, lr=3e-3, eval_every=125)
    result = train(
        model, objective, config, tmp_path, save=model.save_pretrained,
        evaluate=lambda: measure(model, held_out), metric="loss", larger_is_better=False,
    )  # fmt: skip
    assert before["accuracy_mlm"] < 0.2
    assert result.best["accuracy_mlm"] > 2 * result.best["majority_mlm"]
    assert result.best["accuracy_nsp"] > result.best["majority_nsp"] + 0.2
    assert measure(model, held_out) == measure(model, held_out)
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").open()]
    assert {"loss_mlm", "loss_nsp", "accuracy_mlm", "accuracy_nsp"} <= set(records[0])
    transformers = pytest.importorskip("transformers")
    theirs = transformers.BertForPreTraining.from_pretrained(tmp_path)
    ours = BertForPreTraining.from_pretrained(tmp_path)
    ids = torch.tensor([[2, 5, 6, 3, 7, 3]])
    with torch.inference_mode():
        expected, found = theirs(ids), ours(ids)
    torch.testing.assert_close(
        found.prediction_logits, expected.prediction_logits, atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        found.seq_relationship_logits, expected.seq_relationship_logits, atol=1e-5, rtol=0
    )


def test_masked_tokens_alone_and_whole_words():
    objective = make_objective(pairs=False, whole_words=True)
    batch = objective.batch(np.arange(10), np.random.default_rng(0))
    terms = objective.loss(BertForMaskedLM(CONFIG), batch, torch.device("cpu"))
    assert list(terms) == ["mlm"]
    hidden = batch.token_labels != IGNORE
    continues = [token.startswith("##") for token in TOKENIZER.get_vocab()]
    true_ids = np.where(hidden, batch.token_labels, batch.input_ids)
    goes_on = np.array(continues)[true_ids]
    goes_on[1:] &= true_ids[:-1] > 4  # not what follows [CLS]
    assert hidden.any()
    assert (hidden[1:] == hidden[:-1])[goes_on[1:]].all()


def test_sizes_and_their_rules(tmp_path):
    tiny = sized_config("tiny", TOKENIZER, 128)
    assert (tiny.num_hidden_layers, tiny.hidden_size, tiny.num_attention_heads) == (2, 128, 2)
    assert (tiny.vocab_size, tiny.intermediate_size) == (TOKENIZER.vocab_size, 512)
    CONFIG.save_pretrained(tmp_path)
    for place in (tmp_path, tmp_path / "config.json"):
        assert sized_config(str(place), TOKENIZER, 64).hidden_size == 32
    with pytest.raises(ValueError, match="config must be one of tiny"):
        sized_config("huge", TOKENIZER, 64)
    with pytest.raises(ValueError, match=r"max_length must be at most .* 64, got 65"):
        sized_config(str(tmp_path), TOKENIZER, 65)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json:1: not valid JSON"):
        sized_config(str(tmp_path), TOKENIZER, 64)


def test_masker_needs_its_tokens():
    class Without(Letters):
        def token_to_id(self, token):
            return None if token == "[MASK]" else super().token_to_id(token)

        def get_vocab(self):
            return {token.lstrip("#"): i for token, i in super().get_vocab().items()}

    with pytest.raises(ValueError, match=r"special token \[MASK\]"):
        make_masker(Without())
    with pytest.raises(ValueError, match="whole_words needs a WordPiece"):
        make_masker(Without(), whole_words=True)
