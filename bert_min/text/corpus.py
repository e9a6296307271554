"""A corpus of documents as one flat array of token ids."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.progress import Progress
from bert_min.text.flat_rows import splits_of
from bert_min.text.lists import check_several
from bert_min.text.tokenize import encode_texts
from subword import Tokenizer

Int = NDArray[np.int64]

_SENTENCES_AT_ONCE = 20_000


class Corpus(NamedTuple):
    """Tokenized documents.

    Attributes:
        ids: (T,) int32 token ids of everything, without special tokens.
        sentence_splits: (sentences + 1,) sentence s owns ``ids[splits[s]:splits[s + 1]]``.
        document_splits: (documents + 1,) document d owns sentences ``splits[d]:splits[d + 1]``.
    """

    ids: NDArray[np.int32]
    sentence_splits: Int
    document_splits: Int

    def split(self, share: float) -> tuple["Corpus", "Corpus"]:
        """Set the last documents aside: about `share` of them, and at least two for pairs.

        Args:
            share: Between 0 and 1, both excluded.

        Returns:
            The first documents and the last ones.

        Raises:
            ValueError: If a side would be empty.
        """
        documents = len(self.document_splits) - 1
        kept = documents - max(2, round(documents * share))
        if not 0 < share < 1 or kept < 1:
            raise ValueError(
                f"the share {share} of {documents} documents must leave documents on both sides; a "
                "blank line ends a document: for a corpus of one text a line there is "
                "--one-text-per-line, for any other separator --separator"
            )
        return self._part(0, kept), self._part(kept, documents)

    def _part(self, first: int, last: int) -> "Corpus":
        documents = self.document_splits[first : last + 1]
        sentences = self.sentence_splits[documents[0] : documents[-1] + 1]
        return Corpus(
            self.ids[sentences[0] : sentences[-1]],
            sentences - sentences[0],
            documents - documents[0],
        )


def tokenize_documents(documents: Iterable[list[str]], tokenizer: Tokenizer) -> Corpus:
    """Turn documents into ids; sentences that give no token and empty documents are left out.

    Args:
        documents: The sentences of each document, as `read_documents` gives them.
        tokenizer: Encodes the sentences, in batches of 20,000.

    Returns:
        The corpus.

    Raises:
        ValueError: If nothing is left.
    """
    ids: list[NDArray[np.int32]] = []
    sizes: list[Int] = []  # tokens of each sentence
    counts: list[Int] = []  # sentences with a token of each document
    batch: list[str] = []
    per_document: list[int] = []  # sentences of each document in the batch

    def flush() -> None:
        rows = encode_texts(tokenizer, batch, add_special_tokens=False)
        tokens = rows.lengths
        document = np.repeat(np.arange(len(per_document)), per_document)
        counts.append(np.bincount(document[tokens > 0], minlength=len(per_document)))
        sizes.append(tokens[tokens > 0])
        ids.append(rows.ids)
        batch.clear()
        per_document.clear()

    with Progress(None, "sentences read", brief=True) as progress:
        for sentences in documents:
            check_several("a document", sentences)
            batch += sentences
            per_document.append(len(sentences))
            if len(batch) >= _SENTENCES_AT_ONCE:
                progress.advance(len(batch))
                flush()
        if batch:
            flush()
    sentences_of = np.concatenate(counts) if counts else np.zeros(0, np.int64)
    sentences_of = sentences_of[sentences_of > 0]
    if not len(sentences_of):
        raise ValueError("the corpus is empty: no document gives a token")
    sentence_splits = splits_of(np.concatenate(sizes))
    return Corpus(np.concatenate(ids), sentence_splits, splits_of(sentences_of))
