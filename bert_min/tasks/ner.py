"""Named entity recognition: CoNLL columns, labels on first subwords, tags of words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.model.heads import BertForTokenClassification
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Metrics, Record, Task, scores_of
from bert_min.tasks.entities import check_tag, entities, entity_metrics
from bert_min.tasks.tables import read_text
from bert_min.text.batch import Batch, Term, move, run
from bert_min.text.examples import Examples, Flat, SpecialIds, assemble, flat_index

Int = NDArray[np.int64]

IGNORED = -100  # the label that no loss counts: special tokens, and all but the first subword


class Sentences(NamedTuple):
    """Tagged sentences: words, their tags, the line each begins at, the number of its document."""

    words: list[list[str]]
    tags: list[list[str]]
    where: list[str]
    document: list[int]


def read_conll(path: str | Path, *, labelled: bool = True) -> Sentences:
    """Read a column file: a word and its tag a line, an empty line between sentences.

    The word is the first column, the tag the last; columns are separated by tabs if the line has
    one, else by spaces. Tags are ``O`` or B-, I-, E- or S- and a type. ``-DOCSTART-`` lines begin
    documents; without any the file is one.

    Args:
        path: the file.
        labelled: whether there is a tag; without, a line may be a word alone, and tags are O.

    Returns:
        The sentences in the order of the file.

    Raises:
        ValueError: if a line has no tag, a tag is none, or there is no sentence; the message names
            file, line and rule.
        OSError: if the file cannot be read.
    """
    found = Sentences([], [], [], [])
    words: list[str] = []
    tags: list[str] = []
    begin = columns = document = 0
    for number, line in enumerate((*read_text(path).split("\n"), ""), 1):
        line = line.rstrip("\r")
        if not line.strip():
            if words:
                found.words.append(words)
                found.tags.append(tags)
                found.where.append(f"{path}:{begin}")
                found.document.append(document)
                words, tags = [], []
            continue
        cells = line.split("\t") if "\t" in line else line.split()
        if cells[0] == "-DOCSTART-":
            document += 1
            continue
        if len(cells) < 1 + labelled or not cells[0].strip():
            raise ValueError(
                f"{path}:{number}: a line must hold a word and a tag, or be empty between "
                f"sentences, got {line!r}"
            )
        columns = columns or len(cells)
        if len(cells) != columns:
            raise ValueError(
                f"{path}:{number}: expected {columns} columns as in the lines before, "
                f"got {len(cells)}: {line!r}"
            )
        if labelled:
            check_tag(cells[-1], f"{path}:{number}")
        begin = begin if words else number
        words.append(cells[0])
        tags.append(cells[-1] if labelled else "O")
    if not found.words:
        raise ValueError(f"{path}: the file must hold at least one sentence, got none")
    return found


class WordExamples(NamedTuple):
    """Sentences as model inputs, each word in one of them.

    A sentence too long for an input is cut between words; neighbours may share an input.

    Attributes:
        inputs: the inputs.
        word: (T,) for each token of `inputs.ids` the number of the word (counted through all
            sentences) that begins there, else -1.
        words: number of words in all sentences.
    """

    inputs: Examples
    word: Int
    words: int


def align_words(
    sentences: Sequence[Sequence[str]],
    documents: Sequence[int],
    flat: Flat,
    special: SpecialIds,
    max_length: int,
) -> WordExamples:
    """Lay out the subwords of tagged words as model inputs.

    Args:
        sentences: the words of each sentence.
        documents: the number of each sentence's document; neighbours with one number share an
            input as long as they fit into it whole.
        flat: the subwords of every word of all sentences, one row a word.
        special: ids of [CLS] and [SEP].
        max_length: most tokens of an input, special tokens included. A word with more subwords
            than fit loses the last ones.

    Returns:
        The inputs and where the words begin in them; a word without subwords begins nowhere.

    Raises:
        ValueError: if `max_length` leaves no room, or the numbers of words differ.
    """
    words = sum(map(len, sentences))
    if words != len(flat.lengths):
        raise ValueError(f"expected subwords of {words} words, got those of {len(flat.lengths)}")
    room = max(max_length - 2, 0)
    sizes = np.minimum(flat.lengths, room).tolist()
    kept: list[int] = []  # for each input its words, as bounds in the numbering of all words
    at = used = 0
    before: int | None = None
    for sentence, document in zip(sentences, documents, strict=True):
        end = at + len(sentence)
        if document != before or used + sum(sizes[at:end]) > room:
            used = room + 1  # the sentence begins an input
        for word in range(at, end):
            if used + sizes[word] > room:
                kept.append(word)
                used = 0
            used += sizes[word]
        at, before = end, document
    bounds = np.array([*kept, words], np.int64)
    if (flat.lengths > room).any():  # cut the rare monsters before the rows are joined
        pieces = [flat.ids[s : s + n] for s, n in zip(flat.splits[:-1], sizes, strict=True)]
        splits = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        flat = Flat(np.concatenate(pieces), splits)
    inputs = assemble(special, max_length, Flat(flat.ids, flat.splits[bounds]))
    begins = np.full(len(inputs.ids), -1, np.int64)
    seen = np.flatnonzero(np.diff(flat.splits) > 0)
    owner = np.searchsorted(bounds, seen, side="right") - 1
    begins[inputs.splits[owner] + 1 + flat.splits[seen] - flat.splits[bounds[owner]]] = seen
    return WordExamples(inputs, begins, words)


class NerTask(Task):
    """Tags of words."""

    metric = "f1"
    head = BertForTokenClassification

    def read(self, path: str | Path, labelled: bool = True) -> Sentences:
        """Read CoNLL columns; see `read_conll`."""
        return read_conll(path, labelled=labelled)

    def inputs(self, data: Sentences) -> WordExamples:
        """Tokenize the words and lay them out, each sentence alone or with its neighbours."""
        words = [word for sentence in data.words for word in sentence]
        flat = Flat.encode(self.tokenizer, words)
        alone = range(len(data.words))
        documents = data.document if self.settings.document_context else alone
        max_length = self.settings.max_length or 128
        return align_words(data.words, documents, flat, self.special, max_length)

    def learn(self, data: Sentences) -> None:
        """Take the tags from the training set, O first, unless the settings name them."""
        found = {tag for tags in data.tags for tag in tags} - {"O"}
        self.settings = replace(self.settings, labels=self.labels or ("O", *sorted(found)))

    def check(self, data: Sentences) -> None:
        """Refuse tags that the training set does not have."""
        self._numbers(data)

    def objective(self, data: Sentences) -> "TagObjective":
        """Make training examples.

        Raises:
            ValueError: if a tag is not in the training set.
        """
        examples = self.inputs(data)
        numbers = np.append(self._numbers(data), IGNORED)  # word -1 is no word
        return TagObjective(examples.inputs, numbers[examples.word])

    def predict(self, model: PretrainedModel, data: Sentences) -> list[Record]:
        """Tag every sentence: its ``words``, ``tags`` and ``entities``.

        A word without subwords, such as a lone control character, is tagged O.
        """
        examples = self.inputs(data)
        best = np.full(examples.words, self.labels.index("O"), np.int64)
        splits = examples.inputs.splits
        batches = scores_of(model, examples.inputs, self.settings.batch_tokens)
        for rows, lengths, (logits,) in batches:
            word = examples.word[flat_index(splits[rows], lengths)]
            best[word[word >= 0]] = logits[word >= 0].argmax(axis=1)
        records = []
        at = 0
        for words in data.words:
            tags = [self.labels[i] for i in best[at : at + len(words)].tolist()]
            at += len(words)
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


class TagObjective:
    """Cross entropy of the tags of first subwords.

    Args:
        inputs: the examples.
        labels: (T,) tag of each token of `inputs.ids`, `IGNORED` for none.
    """

    def __init__(self, inputs: Examples, labels: Int) -> None:
        self._inputs, self._labels = inputs, labels

    def start_epoch(self, epoch: int) -> None:
        """Do nothing: the examples are the same in every epoch."""

    def __len__(self) -> int:
        return len(self._inputs)

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Gather some sentences, sorted by length."""
        rows = self._inputs.by_length(rows)
        tokens = flat_index(self._inputs.splits[rows], self._inputs.lengths[rows])
        return Batch(*self._inputs.gather(rows), token_labels=self._labels[tokens])

    def weights(self, batch: Batch) -> dict[str, int]:
        """Count the tagged tokens."""
        return {"tag": int((batch.token_labels != IGNORED).sum())}

    def loss(
        self, model: BertForTokenClassification, batch: Batch, device: torch.device
    ) -> dict[str, Term]:
        """Run the model; logits (T, labels)."""
        logits = run(model, batch, device).logits.float()
        gold = move(batch.token_labels, device)
        loss = F.cross_entropy(logits, gold, ignore_index=IGNORED, reduction="sum")
        return {"tag": Term(loss, (logits.argmax(1) == gold).sum())}
