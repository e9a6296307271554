"""Named entity recognition: labels on first subwords, tags of words."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.heads import BertForTokenClassification
from bert_min.model.packed_head import IGNORE
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, Task, TrainingExamples, scores_of
from bert_min.tasks.conll import Sentences, read_conll
from bert_min.tasks.entities import entities, entity_metrics
from bert_min.tasks.word_alignment import WordExamples, align_words
from bert_min.text.batch import Batch
from bert_min.text.flat_rows import ranges_index
from bert_min.text.tokenize import encode_texts
from bert_min.training.objective import LossTerm, cross_entropy_term, run_packed, to_device
from bert_min.training.run_state import Metrics

Int = NDArray[np.int64]
_WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


class NerTask(Task):
    """Tags of words."""

    metric = "f1"
    head = BertForTokenClassification
    options: ClassVar = frozenset(("document_context",))

    def example(self, texts: Sequence[str], source: str) -> Sentences:
        """Cut a sentence into words and punctuation."""
        self.expect_texts(texts, 1)
        words = _WORDS.findall(texts[0])
        if not words:
            raise ValueError(f"a sentence must have at least one word, got {texts[0]!r}")
        return Sentences([words], [["O"] * len(words)], [source], [0])

    def read(self, path: str | Path, labelled: bool = True) -> Sentences:
        """Read CoNLL columns; see `read_conll`."""
        return read_conll(path, labelled=labelled)

    def inputs(self, data: Sentences) -> WordExamples:
        """Tokenize the words and lay them out, each sentence alone or with its neighbours."""
        words = [word for sentence in data.words for word in sentence]
        subwords = encode_texts(self.tokenizer, words, add_special_tokens=False)
        alone = range(len(data.words))
        documents = data.document if self.settings.document_context else alone
        max_length = self.settings.max_length or 128
        return align_words(data.words, documents, subwords, self.special, max_length)

    def learn(self, data: Sentences) -> None:
        """Take the tags from the training set, O first, unless the settings name them."""
        found = {tag for tags in data.tags for tag in tags} - {"O"}
        self.settings = replace(self.settings, labels=self.labels or ("O", *sorted(found)))

    def check(self, data: Sentences) -> None:
        """Refuse tags that the training set does not have."""
        self._numbers(data)

    def training_examples(self, data: Sentences) -> TrainingExamples:
        """Lay the words out as inputs, with the tag of each word on its first subword."""
        examples = self.inputs(data)
        numbers = np.append(self._numbers(data), IGNORE)  # word -1 is no word
        return TrainingExamples(examples.inputs, token_labels=numbers[examples.word])

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the tagged tokens."""
        return {"tag": int((batch.token_labels != IGNORE).sum())}

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Cross entropy of the tags of first subwords; logits (T, labels)."""
        logits = run_packed(model, batch, device).logits
        return {"tag": cross_entropy_term(logits, to_device(batch.token_labels, device))}

    def predict(self, model: PretrainedModel, data: Sentences) -> list[Record]:
        """Tag every sentence: its ``words``, ``tags`` and ``entities``.

        A word without subwords, such as a lone control character, is tagged O.
        """
        examples = self.inputs(data)
        best = np.full(examples.words, self.labels.index("O"), np.int64)
        splits = examples.inputs.splits
        batches = scores_of(model, examples.inputs, self.settings.batch_tokens)
        for rows, lengths, (logits,) in batches:
            word = examples.word[ranges_index(splits[rows], lengths)]
            best[word[word >= 0]] = logits[word >= 0].argmax(axis=1)
        records = []
        first = 0
        for words in data.words:
            tags = [self.labels[i] for i in best[first : first + len(words)].tolist()]
            first += len(words)
            found = [
                {**entity._asdict(), "text": " ".join(words[entity.start : entity.stop])}
                for entity in entities(tags)
            ]
            records.append({"words": words, "tags": tags, "entities": found})
        return records

    def score(self, records: list[Record], data: Sentences) -> Metrics:
        """Precision, recall and F1 of entities; see `entity_metrics`."""
        return entity_metrics([record["tags"] for record in records], data.tags)

    def show(self, record: Record) -> str:
        """The sentence with its entities in brackets."""
        words = list(record["words"])
        for entity in record["entities"]:
            words[entity["start"]] = f"[{entity['type']} {words[entity['start']]}"
            words[entity["stop"] - 1] += "]"
        return " ".join(words)

    def _numbers(self, data: Sentences) -> Int:
        number = {name: i for i, name in enumerate(self.labels)}
        for tags, where in zip(data.tags, data.where, strict=True):
            for tag in tags:
                if tag not in number:
                    raise ValueError(
                        f"{where}: tag {tag!r} in the sentence that begins here does not occur in "
                        f"the training set, whose tags are {', '.join(self.labels)}"
                    )
        return np.array([number[tag] for tags in data.tags for tag in tags], np.int64)
