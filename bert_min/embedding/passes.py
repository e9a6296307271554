"""Texts through the model: tokenized ahead, in batches of similar length, a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bert_min.embedding.after_pooling import AfterPooling
from bert_min.embedding.options import EmbedOptions
from bert_min.embedding.pooling import pool, pool_windows
from bert_min.model.bert import BertModel
from bert_min.text.batch import length_batches
from bert_min.text.flat_rows import FlatRows
from bert_min.text.lists import check_several
from bert_min.text.tokenize import encode_texts, truncated_texts
from bert_min.text.tokenizers import Tokenizer
from bert_min.text.vocabulary_checks import warn_of_unknown
from bert_min.text.windows import sliding_windows

# Texts are sorted by length within a chunk, so that memory stays bounded however many there are.
CHUNK_TEXTS: Final = 16_384
CHUNK_CHARS: Final = 1 << 25
FIRST_TEXTS: Final = 64  # say whether the vocabulary fits the texts
# oneDNN keeps a kernel for every number of rows it has seen: 250 MiB after two million texts. On a
# CPU a batch is filled up to a multiple of this, so that a few dozen numbers occur.
ROWS: Final = 64

Report = Callable[[int, int], None]  # told of more texts and more tokens


@dataclass
class Chunk:
    """The vectors of some texts, in their order.

    Attributes:
        vectors: (n, W) float32.
        tokens: How many tokens went through the model.
        truncated: How many of the texts were cut.
    """

    vectors: NDArray[np.float32]
    tokens: int
    truncated: int


class Passes:
    """Runs texts through a model, one chunk of them after the other.

    Args:
        model: The encoder, in evaluation mode.
        tokenizer: Turns texts into ids.
        after: What is done to the pooled vectors; None for nothing.
    """

    def __init__(
        self, model: BertModel, tokenizer: Tokenizer, after: AfterPooling | None = None
    ) -> None:
        self.model, self.tokenizer, self.after = model, tokenizer, after

    def stream(
        self,
        texts: Iterable[str],
        options: EmbedOptions,
        report: Report | None = None,
    ) -> Iterator[Chunk]:
        """Embed any number of texts in bounded memory.

        The next chunk is tokenized while the model works on this one.

        Args:
            texts: Read once, a chunk at a time.
            options: How to embed.
            report: Told after each batch how many more texts and tokens are done.

        Yields:
            The vectors of one chunk of texts after the other, in order.
        """
        check_several("texts", texts)
        options.check(self.model)
        with ThreadPoolExecutor(1) as ahead:
            waiting = None
            for number, chunk in enumerate(cut_chunks(texts)):
                coming = ahead.submit(self._tokenize, chunk, options, first=number == 0)
                if waiting is not None:
                    yield self._embed(*waiting.result(), options, report)
                waiting = coming
            if waiting is not None:
                yield self._embed(*waiting.result(), options, report)

    def _tokenize(
        self, texts: list[str], options: EmbedOptions, first: bool
    ) -> tuple[FlatRows, NDArray[np.int64] | None, int]:
        """Return the rows to run, the text of each (None: a row a text), and how many were cut."""
        limit = options.max_length
        if options.prompt:
            texts = [options.prompt + text for text in texts]
        if options.long_texts == "windows":
            rows, text_index = sliding_windows(self.tokenizer, texts, limit, options.overlap)
        else:
            rows, text_index = encode_texts(self.tokenizer, texts, limit), None
        if first:
            some = min(len(rows.lengths), FIRST_TEXTS)
            warn_of_unknown(self.tokenizer, rows.ids[: rows.splits[some]], special=2 * some)
        if text_index is not None:
            return rows, text_index, 0
        truncated = len(truncated_texts(self.tokenizer, texts, rows, limit))
        if truncated and options.long_texts == "error":
            raise ValueError(f"{truncated} texts have more than max_length = {limit} tokens")
        return rows, None, truncated

    def _embed(
        self,
        rows: FlatRows,
        text_index: NDArray[np.int64] | None,
        truncated: int,
        options: EmbedOptions,
        report: Report | None,
    ) -> Chunk:
        device = self.model.embeddings.word.weight.device
        lengths = rows.lengths
        out: Tensor | None = None
        index = np.arange(len(lengths)) if text_index is None else text_index
        is_new = np.diff(index, prepend=-1) > 0  # of the windows of a text the first counts
        with torch.inference_mode():
            for batch in length_batches(lengths, options.batch_tokens):
                part = rows.take(batch)
                ids = torch.from_numpy(part.ids)
                vectors = self._vectors(ids, part.lengths.tolist(), options)
                if out is None:
                    out = vectors.new_empty(len(lengths), vectors.shape[1])
                out[torch.from_numpy(batch).to(device)] = vectors
                if report is not None:
                    report(int(is_new[batch].sum()), len(part.ids))
            if out is None:
                out = torch.empty(0, options.full_width(self.model))
            if text_index is not None:
                out = pool_windows(out, text_index, lengths)
            if self.after is not None:
                out = self.after(out)
            if options.normalize and not options.normalize_last:
                out = F.normalize(out)
            out = out[:, : options.truncate_dim]
            if options.normalize_last:
                out = F.normalize(out)
        return Chunk(out.cpu().numpy(), int(lengths.sum()), truncated)

    def _vectors(self, ids: Tensor, lengths: list[int], options: EmbedOptions) -> Tensor:
        """Run the model on one packed batch: (T,) ids -> (B, W)."""
        device = self.model.embeddings.word.weight.device
        batch = len(lengths)
        if device.type == "cuda":
            ids = ids.pin_memory().to(device, non_blocking=True)
        else:
            filler = -len(ids) % ROWS  # texts of one token, dropped below
            ids, lengths = F.pad(ids, (0, filler)), [*lengths, *[1] * filler]
        several = options.layers != (-1,)
        out = self.model.forward_packed(ids, lengths, output_hidden_states=several)
        if options.pooling == "pooler" and out.pooler_output is not None:
            return out.pooler_output[:batch].float()
        states = [out.last_hidden_state]
        if out.hidden_states is not None:
            states = [out.hidden_states[layer] for layer in options.layers]  # each (T, E)
        x = torch.stack(states).sum(0) if options.combine == "sum" else torch.cat(states, 1)
        return pool(x.float(), lengths, options.pooling)[:batch]  # (T, W) -> (B, W)


def cut_chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Cut a stream of texts into lists of at most CHUNK_TEXTS texts and about CHUNK_CHARS.

    Raises:
        TypeError: One is not a str; the message names its row.
    """
    chunk: list[str] = []
    chars = 0
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            kind = type(text).__name__
            raise TypeError(f"texts must be str, got {kind} in row {row}: {text!r:.80}")
        chunk.append(text)
        chars += len(text)
        if len(chunk) == CHUNK_TEXTS or chars >= CHUNK_CHARS:
            yield chunk
            chunk, chars = [], 0
    if chunk:
        yield chunk
