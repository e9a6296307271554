"""The page on embedding: every line of code on it is run and its result compared."""

import doctest
from pathlib import Path

import pytest

import bert_min.checkpoint
import bert_min.config
import bert_min.data
import bert_min.embed
import bert_min.kernels
import bert_min.look
import bert_min.model

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
        bert_min.checkpoint,
        bert_min.config,
        bert_min.data,
        bert_min.embed,
        bert_min.kernels,
        bert_min.look,
        bert_min.model,
    ],
    ids=lambda module: module.__name__,
)
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert result.failed == 0
