"""The page on embedding: every line of code on it is run and its result compared."""

import doctest
from pathlib import Path

import pytest

import bert_min.attention.maps
import bert_min.embedding.embedder
import bert_min.model.bert
import bert_min.model.config
import bert_min.model.linear
import bert_min.model.pretrained
import bert_min.text.tokenize

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
        bert_min.model.pretrained,
        bert_min.model.config,
        bert_min.text.tokenize,
        bert_min.embedding.embedder,
        bert_min.model.linear,
        bert_min.attention.maps,
        bert_min.model.bert,
    ],
    ids=lambda module: module.__name__,
)
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert result.failed == 0
