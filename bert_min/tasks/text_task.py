"""What the tasks on whole texts share: their files, and texts or pairs as model inputs."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bert_min.model.heads import BertForSequenceClassification
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Task
from bert_min.tasks.labelled_texts import (
    LABEL_COLUMNS,
    Texts,
    read_lines_of_texts,
    read_texts,
)
from bert_min.text.batch import Batch
from bert_min.text.examples import Examples, assemble
from bert_min.text.tokenize import encode_texts, warn_of_cut


class TextTask(Task):
    """A task whose examples are texts or pairs of texts with one label each."""

    head: type[PretrainedModel] = BertForSequenceClassification
    options: ClassVar = frozenset(("text_column", "pair_column", "label_column"))
    label_columns: ClassVar[tuple[str, ...]] = LABEL_COLUMNS  # usual names, the best first

    @property
    def pair(self) -> bool | None:
        """Whether an example has two texts; None if it may have one or two."""
        if self.settings.one_or_two_texts:
            return None
        return self.settings.pair

    def read(self, path: str | Path, labelled: bool = True) -> Texts:
        """Read a table; see `read_texts`."""
        settings = self.settings
        return read_texts(
            path,
            pair=self.pair,
            labelled=labelled,
            text_column=settings.text_column,
            pair_column=settings.pair_column,
            label_column=settings.label_column,
            label_columns=self.label_columns,
        )

    def read_lines(self, path: str | Path) -> Texts:
        """Read plain lines, each a text or a pair; see `read_lines_of_texts`."""
        return read_lines_of_texts(path, pair=self.pair)

    def remarks(self, data: Texts) -> tuple[str, ...]:
        """The notes of the file."""
        return data.notes

    def example(self, texts: Sequence[str], source: str) -> Texts:
        """Make an example of one text or two, as the settings say."""
        expected = {None: (1, 2), False: (1,), True: (2,)}[self.pair]
        self.expect_texts(texts, *expected)
        return Texts([texts[0]], list(texts[1:]) or None, None, [source])

    def inputs(self, data: Texts) -> Examples:
        """Tokenize texts or pairs."""
        first = encode_texts(self.tokenizer, data.first, add_special_tokens=False)
        second = None
        if data.second is not None:
            second = encode_texts(self.tokenizer, data.second, add_special_tokens=False)
        inputs = assemble(self.special, self.max_length, first, second)
        what = "texts" if second is None else "pairs"
        warn_of_cut(inputs.cut, len(inputs), what, self.max_length, data.where)
        return inputs

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the texts."""
        return {"label": len(batch.lengths)}
