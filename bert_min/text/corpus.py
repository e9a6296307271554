"""Raw text files as documents, sentences and, through a tokenizer, one flat array of ids."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from subword import Tokenizer

Int = NDArray[np.int64]

# A sentence ends at . ! ? or an ellipsis (and the CJK forms), with closing quotes or brackets.
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"')\]”’»]*(?=\s)|[。！？]+[」』”’）]*)\s*")
_SENTENCES_AT_ONCE = 20_000
_CHARS_AT_ONCE = 1 << 20


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
            share: between 0 and 1, both excluded.

        Returns:
            The first documents and the last ones.

        Raises:
            ValueError: if a side would be empty.
        """
        documents = len(self.document_splits) - 1
        kept = documents - max(2, round(documents * share))
        if not 0 < share < 1 or kept < 1:
            raise ValueError(
                f"the share {share} of {documents} documents must leave documents on both sides"
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


def split_sentences(text: str) -> list[str]:
    r"""Cut a text at line ends and after . ! ? … 。 with what closes a quotation.

    A rule of thumb that needs no language: an abbreviation ends a "sentence" too, which costs
    nothing here, where sentences are only places at which a text may be cut in two.

    Args:
        text: any text.

    Returns:
        The sentences without surrounding white space; none of them is empty.

    Example:
        >>> split_sentences('He said "Stop!" Then he left.\nNobody saw it.')
        ['He said "Stop!"', 'Then he left.', 'Nobody saw it.']
    """
    found = []
    for line in text.splitlines():
        at = 0
        for end in _SENTENCE_END.finditer(line):
            found.append(line[at : end.end()].strip())
            at = end.end()
        found.append(line[at:].strip())
    return [sentence for sentence in found if sentence]


def read_documents(
    paths: Iterable[str | Path], separator: str | None = None
) -> Iterator[list[str]]:
    """Read text files document by document, without holding a file in memory.

    Args:
        paths: UTF-8 text files. A document never goes on in the next file.
        separator: what stands between two documents, such as ``<|endoftext|>``; None for blank
            lines.

    Yields:
        The sentences of each document that has any.

    Raises:
        ValueError: if a file is not UTF-8 or the separator is empty.
        OSError: if a file cannot be read.
    """
    if separator == "":
        raise ValueError("separator must not be empty; None stands for blank lines")
    for path in paths:
        try:
            with Path(path).open(encoding="utf-8") as file:
                texts = _between_blank_lines(file) if separator is None else _cut(file, separator)
                yield from filter(None, map(split_sentences, texts))
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: text must be UTF-8: {error}") from error


def _between_blank_lines(file: TextIO) -> Iterator[str]:
    lines: list[str] = []
    for line in file:
        if line.isspace():
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    yield "".join(lines)


def _cut(file: TextIO, separator: str) -> Iterator[str]:
    open_parts: list[str] = []
    carry = ""  # the end of the last chunk, where a separator may have begun
    while chunk := file.read(_CHARS_AT_ONCE):
        *closed, last = (carry + chunk).split(separator)
        for part in closed:
            yield "".join((*open_parts, part))
            open_parts = []
        known = max(len(last) - len(separator) + 1, 0)
        open_parts.append(last[:known])
        carry = last[known:]
    yield "".join((*open_parts, carry))


def tokenize(documents: Iterable[list[str]], tokenizer: "Tokenizer") -> Corpus:
    """Turn documents into ids; sentences that give no token and empty documents are left out.

    Args:
        documents: the sentences of each document, as `read_documents` gives them.
        tokenizer: encodes the sentences, in batches of 20,000.

    Returns:
        The corpus.

    Raises:
        ValueError: if nothing is left.
    """
    ids: list[NDArray[np.int32]] = []
    sizes: list[Int] = []  # tokens of each sentence
    counts: list[Int] = []  # sentences with a token of each document
    batch: list[str] = []
    owners: list[int] = []  # sentences of each document in the batch

    def flush() -> None:
        ragged = tokenizer.encode_ragged(batch, add_special_tokens=False)
        tokens = np.diff(ragged.row_splits)
        document = np.repeat(np.arange(len(owners)), owners)
        counts.append(np.bincount(document[tokens > 0], minlength=len(owners)))
        sizes.append(tokens[tokens > 0])
        ids.append(ragged.ids.astype(np.int32))
        batch.clear()
        owners.clear()

    for sentences in documents:
        batch += sentences
        owners.append(len(sentences))
        if len(batch) >= _SENTENCES_AT_ONCE:
            flush()
    if batch:
        flush()
    per_document = np.concatenate(counts) if counts else np.zeros(0, np.int64)
    per_document = per_document[per_document > 0]
    if not len(per_document):
        raise ValueError("the corpus is empty: no document gives a token")
    return Corpus(np.concatenate(ids), _splits(np.concatenate(sizes)), _splits(per_document))


def _splits(sizes: Int) -> Int:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)))
