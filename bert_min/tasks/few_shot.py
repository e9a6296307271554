"""Classification learnt from a few examples of each label: vectors first, then a classifier.

Source: Tunstall et al. 2022, "Efficient Few-Shot Learning Without Prompts" (SetFit).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bert_min.tasks.classification import ClassificationTask
from bert_min.tasks.labelled_texts import Texts
from bert_min.tasks.text_groups import TextGroups
from bert_min.tasks.vector_classifier import VectorClassifier
from bert_min.text.examples import Examples, assemble
from bert_min.text.tokenize import encode_texts, warn_of_cut

Int = NDArray[np.int64]


class FewShotTask(ClassificationTask):
    """Classification of texts by their vectors."""

    head = VectorClassifier
    options: ClassVar = frozenset(("text_column", "label_column", "pooling", "scale", "pairs"))

    @property
    def pair(self) -> bool | None:
        """Never: a vector is one text's."""
        return False

    def inputs(self, data: Texts) -> Examples:
        """Tokenize texts behind the prompt of the model, as its embedder does."""
        texts = [self.settings.prompt + text for text in data.first]
        rows = encode_texts(self.tokenizer, texts, add_special_tokens=False)
        inputs = assemble(self.special, self.max_length, rows, None)
        warn_of_cut(inputs.cut, len(inputs), "texts", self.max_length, data.where)
        return inputs


def pairs_of_labels(
    texts: Sequence[str], labels: Int, where: Sequence[str], count: int, seed: int
) -> TextGroups:
    """Pair each text with some of its own label and as many of others.

    Args:
        texts: (N,).
        labels: (N,) numbers.
        where: (N,) the source of each.
        count: How many of each kind a text gets, as far as there are so many.
        seed: Decides which.

    Returns:
        Pairs with the score 1 for the same label and 0 for others. A text that is alone with its
        label is paired with itself.

    Raises:
        ValueError: The count is below 1.

    Example:
        >>> found = pairs_of_labels(["a", "b", "c"], np.array([0, 0, 1]), ["x"] * 3, 1, 0)
        >>> found.texts[0], found.scores.tolist()
        (('a', 'b'), [1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    """
    if count < 1:
        raise ValueError(f"pairs must be at least 1, got {count}")
    rng = np.random.default_rng([seed, 3])
    found: list[tuple[str, ...]] = []
    scores: list[float] = []
    places: list[str] = []
    for number, text in enumerate(texts):
        same = labels == labels[number]
        alike = np.flatnonzero(same)
        alike = alike[alike != number] if len(alike) > 1 else alike
        for score, others in ((1.0, alike), (0.0, np.flatnonzero(~same))):
            for other in rng.permutation(others)[:count].tolist():
                found.append((text, texts[other]))
                scores.append(score)
                places.append(where[number])
    return TextGroups(found, np.array(scores), places)
