"""The page on embedding: every line of code on it is run and its result compared."""

import doctest
from pathlib import Path

import pytest

import bert_min.attention.labels
import bert_min.attention.token_vectors
import bert_min.embedding.pooling
import bert_min.embedding.precision
import bert_min.model.bert
import bert_min.model.config
import bert_min.model.linear
import bert_min.model.pretrained
import bert_min.model.weight_names
import bert_min.progress
import bert_min.retrieval.best
import bert_min.retrieval.late_interaction
import bert_min.retrieval.scorers
import bert_min.retrieval.search
import bert_min.retrieval.similarity
import bert_min.retrieval.sparse
import bert_min.tasks.classification
import bert_min.tasks.dev_split
import bert_min.tasks.distillation
import bert_min.tasks.entities
import bert_min.tasks.few_shot
import bert_min.tasks.regression
import bert_min.tasks.squad_answers
import bert_min.tasks.squad_scores
import bert_min.tasks.tag_schemes
import bert_min.tasks.vector_classifier
import bert_min.text.batch
import bert_min.text.documents
import bert_min.text.examples
import bert_min.text.flat_rows
import bert_min.text.lists
import bert_min.text.masking
import bert_min.text.sentence_pairs
import bert_min.text.tables
import bert_min.text.whole_numbers
import bert_min.text.words
import bert_min.training.model_sizes
import bert_min.training.names
import bert_min.training.optimizer

PAGE = Path(__file__).parents[2] / "docs" / "embedding.md"


def test_page_on_embedding(minilm):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    text = PAGE.read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    runner.run(test)
    assert runner.tries > 30
    assert runner.failures == 0


@pytest.mark.parametrize(
    "module",
    [
        bert_min.attention.labels,
        bert_min.attention.token_vectors,
        bert_min.embedding.pooling,
        bert_min.embedding.precision,
        bert_min.model.bert,
        bert_min.model.config,
        bert_min.model.linear,
        bert_min.model.pretrained,
        bert_min.model.weight_names,
        bert_min.progress,
        bert_min.retrieval.best,
        bert_min.retrieval.late_interaction,
        bert_min.retrieval.scorers,
        bert_min.retrieval.search,
        bert_min.retrieval.similarity,
        bert_min.retrieval.sparse,
        bert_min.tasks.classification,
        bert_min.tasks.dev_split,
        bert_min.tasks.distillation,
        bert_min.tasks.entities,
        bert_min.tasks.few_shot,
        bert_min.tasks.regression,
        bert_min.tasks.squad_answers,
        bert_min.tasks.squad_scores,
        bert_min.tasks.tag_schemes,
        bert_min.tasks.vector_classifier,
        bert_min.text.batch,
        bert_min.text.documents,
        bert_min.text.examples,
        bert_min.text.flat_rows,
        bert_min.text.lists,
        bert_min.text.masking,
        bert_min.text.sentence_pairs,
        bert_min.text.tables,
        bert_min.text.whole_numbers,
        bert_min.text.words,
        bert_min.training.model_sizes,
        bert_min.training.names,
        bert_min.training.optimizer,
    ],
    ids=lambda module: module.__name__,
)
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert result.failed == 0
