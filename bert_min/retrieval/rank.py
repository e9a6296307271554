"""A cross-encoder: a query and a document go through the model together, and out comes a score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.hub import find_folder
from bert_min.model.heads import BertForSequenceClassification
from bert_min.progress import Progress
from bert_min.text.batch import length_batches
from bert_min.text.examples import assemble
from bert_min.text.lists import check_texts
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenize import encode_texts, warn_of_cut
from bert_min.text.tokenizers import Tokenizer, load_tokenizer
from bert_min.text.vocabulary_checks import check_embedding
from bert_min.text.whole_numbers import check_count

BATCH_TOKENS: Final = {"cpu": 2_048, "cuda": 65_536}
# What config.json may name to be applied to the score, by the last part of its name.
ACTIVATIONS: Final = {"Identity": False, "Sigmoid": True}


class Reranker:
    """A cross-encoder with one score, and its tokenizer.

    Attributes:
        model: In evaluation mode.
        tokenizer: Turns texts into ids.
        max_length: Most tokens of a query and a document together.
        sigmoid: Whether scores are squeezed into 0 to 1; it does not change their order.
    """

    def __init__(
        self,
        model: BertForSequenceClassification,
        tokenizer: Tokenizer,
        *,
        max_length: int | None = None,
        sigmoid: bool = True,
    ) -> None:
        """Put the parts together; max_length defaults to the model's number of positions."""
        if model.config.num_labels != 1:
            raise ValueError(
                f"a cross-encoder must have one label, a score, got {model.config.num_labels}"
            )
        self.model = model.eval()
        self.tokenizer = tokenizer
        config = model.config
        self.max_length = (
            config.longest_text if max_length is None else config.fit_length(max_length)
        )
        self.sigmoid = sigmoid
        self._special = SpecialIds.of(tokenizer)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        device: str | torch.device | None = None,
        max_length: int | None = None,
    ) -> Self:
        """Load a folder of `bert-min finetune --task ranking`, transformers or a CrossEncoder.

        Args:
            folder: Holds config.json with one label, the weights and the tokenizer; or a name of
                the Hub.
            device: Where to run; None takes a GPU if there is one.
            max_length: Most tokens of a query and a document together; None takes the model's.

        Returns:
            The cross-encoder.

        Raises:
            OSError: A file is missing.
            ValueError: A model without a head of one label, or an activation that is not known.
        """
        chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        folder = find_folder(folder)
        model = BertForSequenceClassification.from_pretrained(folder, device=chosen)
        fresh = model.load_report.initialised if model.load_report else []
        if fresh:
            raise ValueError(
                f"{folder}: a cross-encoder must have the weights of its head, these are not "
                f"there: {', '.join(fresh)}"
            )
        tokenizer = load_tokenizer(folder)
        check_embedding(tokenizer, model.config.vocab_size, folder)
        return cls(model, tokenizer, max_length=max_length, sigmoid=_has_sigmoid(Path(folder)))

    def score(
        self, queries: Sequence[str], documents: Sequence[str], progress: bool = False
    ) -> NDArray[np.float32]:
        """Score pairs.

        Args:
            queries: N texts.
            documents: N texts, the partner of each.
            progress: Show a bar, or where there is no terminal a line now and then.

        Returns:
            (N,) scores, more for a better match.

        Raises:
            TypeError: A side is no list of str.
            ValueError: Different numbers of queries and documents.
        """
        check_texts("queries", queries)
        check_texts("documents", documents)
        if len(queries) != len(documents):
            raise ValueError(
                f"there must be as many queries as documents, got {len(queries)} and "
                f"{len(documents)}"
            )
        sides = [
            encode_texts(self.tokenizer, list(texts), add_special_tokens=False)
            for texts in (queries, documents)
        ]
        inputs = assemble(self._special, self.max_length, *sides)
        warn_of_cut(inputs.cut, len(inputs), "pairs", self.max_length)
        device = next(self.model.parameters()).device
        has_types = self.model.config.type_vocab_size > 1
        found = np.empty(len(inputs), np.float32)
        with Progress(len(inputs), "pairs", shown=progress) as bar, torch.inference_mode():
            for rows in length_batches(inputs.lengths, BATCH_TOKENS[device.type]):
                batch = inputs.batch(rows)
                ids, types = (
                    torch.from_numpy(x).to(device) for x in (batch.input_ids, batch.token_type_ids)
                )
                lengths = torch.from_numpy(batch.lengths)
                logits = self.model.forward_packed(
                    ids, lengths, types if has_types else None
                ).logits
                scores = logits[:, 0].float()
                if not bool(torch.isfinite(scores).all()):
                    row = int(rows[int((~torch.isfinite(scores)).nonzero()[0])])
                    raise ValueError(
                        f"the model's scores must be finite numbers, not so for pair "
                        f"{row}: its weights may be broken"
                    )
                found[rows] = (scores.sigmoid() if self.sigmoid else scores).cpu().numpy()
                bar.advance(len(rows))
        return found


def rank(
    query: str,
    documents: Sequence[str],
    model: Reranker | str | Path,
    k: int | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Order documents by how well they answer a query.

    Args:
        query: A text.
        documents: N texts, such as those that `search` has found.
        model: A cross-encoder, or its folder, which is then loaded for this call.
        k: How many to return; None for all.

    Returns:
        Scores (k,) float32, the best first, and the numbers of their documents (k,) int64; equal
        scores in the order of the documents.

    Raises:
        TypeError: The query is no str, the documents are no list of them, or k is no whole number.
        ValueError: No document, k below 1, or a model that is no cross-encoder.
    """
    if not isinstance(query, str):
        raise TypeError(f"query must be a str, got {type(query).__name__}")
    check_texts("documents", documents)
    if not len(documents):
        raise ValueError("documents must hold at least one text, got none")
    k = None if k is None else check_count("k", k)
    reranker = model if isinstance(model, Reranker) else Reranker.from_pretrained(model)
    scores = reranker.score([query] * len(documents), documents)
    order = np.argsort(-scores, kind="stable")[:k]
    return scores[order], order.astype(np.int64)


def _has_sigmoid(folder: Path) -> bool:
    """Whether the score goes through a sigmoid, as the files of sentence-transformers say."""
    for name in ("config_sentence_transformers.json", "config.json"):
        path = folder / name
        values: dict[str, Any] = (
            json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        )
        inner = values.get("sentence_transformers") or {}
        named = inner.get("activation_fn") or values.get("activation_fn")
        named = named or values.get("sbert_ce_default_activation_function")
        if named is not None:
            kind = str(named).rsplit(".", 1)[-1]
            if kind not in ACTIVATIONS:
                raise ValueError(f"{path}: the activation {named!r} of the score is not known")
            return ACTIVATIONS[kind]
    return True
