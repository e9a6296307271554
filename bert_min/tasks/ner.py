"""Named entity recognition: labels on first subwords, tags of words."""

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
from bert_min.tasks.base import Record, Task, TrainingExamples
from bert_min.tasks.conll import has_columns, is_tag, read_conll
from bert_min.tasks.entities import entities, entity_metrics
from bert_min.tasks.labelled_texts import read_lines_of_texts, read_texts
from bert_min.tasks.sentences import Sentences
from bert_min.tasks.tag_schemes import has_ends, retag
from bert_min.tasks.tagged_records import holds_tokens, read_tagged_records
from bert_min.tasks.word_alignment import WordExamples, align_words
from bert_min.text.batch import Batch
from bert_min.text.delimited import Lines
from bert_min.text.flat_rows import ranges_index
from bert_min.text.tables import column_names, has_text_column, is_json, lines_again
from bert_min.text.tokenize import encode_words, warn_of_cut
from bert_min.text.words import split_characters, split_words
from bert_min.training.objective import LossTerm, cross_entropy_term, run_packed, to_device
from bert_min.training.run_state import Metrics

Int = NDArray[np.int64]
SHARE_OF_LONG = 0.02  # words of more than one character in a corpus whose words are characters


class NerTask(Task):
    """Tags of words."""

    metric = "f1"
    head = BertForTokenClassification
    options: ClassVar = frozenset(("document_context", "text_column"))

    def example(self, texts: Sequence[str], source: str) -> Sentences:
        """Cut a sentence into words, or into characters if those of the training set are."""
        self.expect_texts(texts, 1)
        data = self.sentences(texts, [source])
        if not data.words[0]:
            raise ValueError(f"a sentence must have at least one word, got {texts[0]!r}")
        return data

    def sentences(
        self, texts: Sequence[str], where: Sequence[str], ids: list[str] | None = None
    ) -> Sentences:
        """Cut raw texts into words or characters, without tags."""
        split = split_characters if self.settings.characters else split_words
        words = [[text[start:stop] for start, stop in split(text)] for text in texts]
        tags = [["O"] * len(row) for row in words]
        return Sentences(words, tags, list(where), [0] * len(texts), list(texts), ids=ids)

    def read(self, path: str | Path, labelled: bool = True) -> Sentences:
        """Read CoNLL columns, or JSON; see `read_conll` and `read_tagged_records`.

        Without tags, the file may also be a table with a column of texts, or plain lines, each a
        sentence.
        """
        wanted = self.settings.text_column
        if labelled and wanted is not None:
            raise ValueError(
                f"{path}: --text-column names a column of a table without tags; with tags, ner "
                "reads a word and its tag a line"
            )
        lines, ending = lines_again(path), Path(path).suffix.lower()
        if wanted is None and is_json(lines) and (labelled or holds_tokens(path, lines)):
            return read_tagged_records(path, lines, labelled=labelled)
        if labelled:
            return read_conll(path, lines=lines)
        columns = column_names(lines, ending)
        names_texts = has_text_column(columns) and not any(map(is_tag, columns))
        if wanted is not None or ending == ".csv" or is_json(lines) or names_texts:
            texts = read_texts(path, pair=False, labelled=False, text_column=wanted, lines=lines)
            return self.sentences(texts.first, texts.where, texts.ids)
        if not has_columns(lines):
            return self._lines(path, lines)
        return read_conll(path, labelled=False, lines=lines)

    def read_lines(self, path: str | Path) -> Sentences:
        """Read plain lines, each a sentence."""
        return self._lines(path, None)

    def _lines(self, path: str | Path, lines: Lines | None) -> Sentences:
        texts = read_lines_of_texts(path, pair=False, lines=lines)
        return self.sentences(texts.first, texts.where)._replace(notes=texts.notes)

    def inputs(self, data: Sentences) -> WordExamples:
        """Tokenize the words and lay them out, each sentence alone or with its neighbours."""
        words = [word for sentence in data.words for word in sentence]
        subwords = encode_words(self.tokenizer, words)
        alone = range(len(data.words))
        documents = data.document if self.settings.document_context else alone
        max_length = self.max_length
        found = align_words(data.words, documents, subwords, self.special, max_length)
        where = [place for place, row in zip(data.where, data.words, strict=True) for _ in row]
        warn_of_cut(found.cut, len(words), "words", max_length - 2, where)
        return found

    def learn(self, data: Sentences) -> None:
        """Take the tags from the training set, O first, unless the settings name them.

        Also note whether its words are characters, as in KLUE-NER.
        """
        found = {tag for tags in data.tags for tag in tags} - {"O"}
        long = sum(len(word) > 1 for words in data.words for word in words)
        self.settings = replace(
            self.settings,
            labels=self.labels or ("O", *sorted(found)),
            characters=long <= SHARE_OF_LONG * sum(map(len, data.words)),
        )

    def groups(self, data: Sentences) -> tuple[Int, Int]:
        """The documents where there are some, else every sentence alone."""
        _, groups = np.unique(data.document, return_inverse=True)
        if not len(groups) or groups.max() == 0:
            groups = np.arange(len(data.words))
        return groups, np.zeros(groups.max(initial=-1) + 1, np.int64)

    def check(self, data: Sentences) -> None:
        """Refuse types of entities that the training set does not have."""
        known = {label[2:] for label in self.labels}
        for tags, where in zip(data.tags, data.where, strict=True):
            for tag in tags:
                if tag[2:] not in known:
                    raise ValueError(
                        f"{where}: tag {tag!r} in the sentence that begins here does not occur in "
                        f"the training set, whose tags are {', '.join(self.labels)}"
                    )

    def remarks(self, data: Sentences) -> tuple[str, ...]:
        """The notes of the file, and how its tags were fitted to the model's."""
        if self._fits(data):
            return data.notes
        theirs, ours = ("IOB2", "IOBES") if has_ends(self.labels) else ("IOBES", "IOB2")
        return (*data.notes, f"tags in {theirs} are read as {ours}, as in the training set")

    def training_examples(self, data: Sentences) -> TrainingExamples:
        """Lay the words out as inputs, with the tag of each word on its first subword."""
        examples = self.inputs(data)
        numbers = np.append(self._numbers(data), IGNORE)  # word -1 is no word
        where = _sources(examples, data)
        return TrainingExamples(examples.inputs, where, token_labels=numbers[examples.word])

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
        """Tag every sentence.

        A word without subwords, such as a lone control character, is tagged O.

        Returns:
            For each sentence its ``text``, ``words`` and their ``offsets`` (characters of the
            text), ``tags`` and ``scores`` (probabilities of the tags), and its ``entities``:
            ``type``, words ``start`` to ``stop``, characters ``start_chars`` to ``stop_chars``,
            their ``text``, and ``score``, the mean of its words'.
        """
        examples = self.inputs(data)
        best = np.full(examples.words, self.labels.index("O"), np.int64)
        share = np.ones(examples.words)
        splits = examples.inputs.splits
        batches = self.scores(model, examples.inputs, _sources(examples, data))
        for rows, lengths, (logits,) in batches:
            word = examples.word[ranges_index(splits[rows], lengths)]
            logits = logits[word >= 0].astype(np.float64)
            logits = np.exp(logits - logits.max(axis=1, keepdims=True))
            best[word[word >= 0]] = logits.argmax(axis=1)
            share[word[word >= 0]] = logits.max(axis=1) / logits.sum(axis=1)
        ends = np.cumsum([len(words) for words in data.words])
        return [
            self._record(data, number, best[end - len(words) : end], share[end - len(words) : end])
            for number, (words, end) in enumerate(zip(data.words, ends.tolist(), strict=True))
        ]

    def _record(
        self, data: Sentences, number: int, best: Int, share: NDArray[np.float64]
    ) -> Record:
        text, spans = data.text(number), data.spans(number)
        tags = [self.labels[i] for i in best.tolist()]
        found = []
        for entity in entities(tags):
            begin, end = spans[entity.start].start, spans[entity.stop - 1].stop
            found.append(
                {
                    **entity._asdict(),
                    "text": text[begin:end],
                    "start_chars": begin,
                    "stop_chars": end,
                    "score": float(share[entity.start : entity.stop].mean()),
                }
            )
        return {
            **({} if data.ids is None else {"id": data.ids[number]}),
            "text": text,
            "words": data.words[number],
            "offsets": [list(span) for span in spans],
            "tags": tags,
            "scores": share.tolist(),
            "entities": found,
        }

    def score(self, records: list[Record], data: Sentences) -> Metrics:
        """Precision, recall and F1 of entities; see `entity_metrics`."""
        return entity_metrics([record["tags"] for record in records], self._fitted(data).tags)

    def show(self, record: Record) -> str:
        """The sentence with its entities in brackets."""
        words = list(record["words"])
        for entity in record["entities"]:
            words[entity["start"]] = f"[{entity['type']} {words[entity['start']]}"
            words[entity["stop"] - 1] += "]"
        return " ".join(words)

    def _numbers(self, data: Sentences) -> Int:
        """Number the tags; one that the training set lacks, of a type that it has, is IGNORE."""
        self.check(data)
        number = {name: i for i, name in enumerate(self.labels)}
        tags = (tag for tags in self._fitted(data).tags for tag in tags)
        return np.array([number.get(tag, IGNORE) for tag in tags], np.int64)

    def _fits(self, data: Sentences) -> bool:
        """Whether the tags are in the model's scheme."""
        found = {tag for tags in data.tags for tag in tags}
        return found == {"O"} or has_ends(found) is has_ends(self.labels)

    def _fitted(self, data: Sentences) -> Sentences:
        """The same with tags in the model's scheme."""
        if self._fits(data):
            return data
        ends = has_ends(self.labels)
        return data._replace(tags=[retag(tags, ends=ends) for tags in data.tags])


def _sources(examples: WordExamples, data: Sentences) -> list[str]:
    return [data.where[number] for number in examples.sentence.tolist()]
