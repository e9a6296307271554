"""Calling a tokenizer as a model's front door: texts in, padded and truncated inputs out.

The contract is that of `transformers` 5: the same arguments, defaults, keys, shapes and errors.
But padding and truncation are arguments of the call here, and nothing is written to the tokenizer.
Where the oracle truncates nothing because its unsigned numbers wrap around, or panics, there is a
ValueError; an empty batch gives empty lists.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from subword.model_inputs.batch_encoding import BatchEncoding, from_numpy
from subword.model_inputs.call_options import COLUMNS, Plan
from subword.processors.base import PostProcessor, post_process
from subword.results.encoding import Encoding
from subword.results.padding import pad_batch
from subword.results.truncation import check_truncation

logger = logging.getLogger("subword")
Words = Sequence[str]
Row = tuple[str | Words, str | Words | None]


class CallTokenizer(Protocol):
    """What a call needs of a tokenizer."""

    @property
    def post_processor(self) -> PostProcessor | None:
        """The post-processor."""

    def encode_unprocessed(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode texts without special tokens, truncation and padding."""

    def encode_words(self, words: Words) -> Encoding:
        """Encode one text given as words, in the same way."""

    def try_encode_lists(
        self, texts: list[str], add_special_tokens: bool, max_length: int | None
    ) -> list[list[int]] | None:
        """Encode single texts into lists of ids of type 0; None if that cannot be."""

    def encode_padded(
        self,
        texts: list[str],
        add_special_tokens: bool,
        max_length: int | None,
        length: int | None,
        multiple: int | None,
        pad: tuple[int, int] | None,
        left: bool,
    ) -> npt.NDArray[np.int64] | None:
        """Encode single texts into rectangles of ids, types and mask; None if that cannot be."""


def call(
    tokenizer: CallTokenizer,
    plans: Callable[..., Plan],
    text: Any = None,
    text_pair: Any = None,
    text_target: Any = None,
    text_pair_target: Any = None,
    **options: Any,
) -> BatchEncoding:
    """Encode texts into the inputs of a model.

    Args:
        tokenizer: Encodes.
        plans: Makes plans for what the model wants: `call_plan.plans(settings)`.
        text: A text, or a list of texts; with `is_split_into_words` a text is a list of words. In a
            list, a pair may be given as a tuple.
        text_pair: The second text of each pair.
        text_target: Texts whose ids come back as `labels`.
        text_pair_target: Their second texts.
        options: padding, truncation, max_length and so on: see `call_plan.plan_of`.

    Returns:
        The inputs by name. A single text without `return_tensors` and overflow gives flat lists,
        everything else one row a text.

    Raises:
        ValueError: The arguments do not fit together, or rows of different lengths cannot be a
            tensor.
        TypeError: A text is not a str, or not a list of str when it should be.
    """
    if text is None and text_target is None:
        raise ValueError("a call needs text or text_target, got neither")
    plan = plans(**options)
    if plan.warning:
        warnings.warn(plan.warning, stacklevel=2)  # a tokenizer's own frame is compiled
    batch = None if text is None else _encode(tokenizer, plan, plan.max_length, text, text_pair)
    if text_target is not None:
        targets = _encode(tokenizer, plan, plan.target_length, text_target, text_pair_target)
        if batch is None:
            return targets
        batch["labels"] = targets["input_ids"]
    return batch if batch is not None else BatchEncoding()


def _encode(
    tokenizer: CallTokenizer, plan: Plan, limit: int | None, text: Any, text_pair: Any
) -> BatchEncoding:
    """Encode one text, or a batch; `limit` is the max_length that holds for it."""
    if plan.direct and text_pair is None and isinstance(text, (list, str)) and text:
        batch = _direct(tokenizer, plan, limit, text)
        if batch is not None:
            return batch
    rows, is_batch = _rows(text, text_pair, plan.is_split_into_words)
    if plan.strategy is not None and limit is not None:
        processor = tokenizer.post_processor
        added = 0 if processor is None else processor.num_special_tokens_to_add(False)
        check_truncation(limit, plan.stride, plan.strategy, added)
    encodings = plain_encodings(tokenizer, plan, limit, rows)
    kept, samples = encodings, list(range(len(encodings)))
    if plan.overflow:
        kept = [chunk for each in encodings for chunk in (each, *each.overflowing)]
        samples = [i for i, each in enumerate(encodings) for _ in range(1 + len(each.overflowing))]
    data = {name: _column(kept, COLUMNS[name], plan.tensors) for name in plan.columns}
    if plan.length:
        data["length"] = [len(each) for each in kept]
    if plan.overflow:
        data["overflow_to_sample_mapping"] = samples
    _warn_if_too_long(plan, limit, max(map(len, kept), default=0))
    batch = BatchEncoding(data, kept, plan.tensors)
    if is_batch or plan.tensors or plan.overflow:
        return batch
    for name, value in batch.items():
        if value and isinstance(value[0], list):
            batch[name] = value[0]
    return batch


def _rows(text: Any, text_pair: Any, split: bool) -> tuple[list[Row], bool]:
    """Return (first, second or None) of each row, and whether a batch was given."""
    if not isinstance(text, (str, list, tuple)):
        raise ValueError(f"text must be a str or a list, got {type(text).__name__}")
    if split:
        is_batch = not isinstance(text, str) and bool(text) and isinstance(text[0], (list, tuple))
    else:
        is_batch = not isinstance(text, str)
    if not is_batch:
        # An empty second text counts as none.
        given: Sequence[Any] = [(text, text_pair)] if text_pair else [text]
    elif text_pair is None:
        given = text
    elif isinstance(text_pair, str):
        raise TypeError("text_pair must be a list like text, got a str")
    elif len(text_pair) != len(text):
        raise ValueError(f"text_pair must have {len(text)} rows like text, got {len(text_pair)}")
    else:
        given = list(zip(text, text_pair, strict=True))
    is_one = _is_words if split else lambda part: isinstance(part, str)
    rows: list[Row] = []
    for at, row in enumerate(given):
        if is_one(row):
            rows.append((row, None))
        elif isinstance(row, (list, tuple)) and len(row) == 2 and all(map(is_one, row)):
            rows.append((row[0], row[1]))
        else:
            kind = "a list of words" if split else "a str"
            raise TypeError(f"text {at} must be {kind}, or a pair of such, got {row!r:.80}")
    return rows, is_batch


def _is_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value)


def plain_encodings(
    tokenizer: CallTokenizer, plan: Plan, limit: int | None, rows: Sequence[Row]
) -> list[Encoding]:
    """Encode, truncate, wrap and pad every row: the plain path."""
    flat: list[Any] = [part for row in rows for part in row if part is not None]
    if plan.is_split_into_words:
        parts = iter([tokenizer.encode_words(words) for words in flat])
    else:
        parts = iter(tokenizer.encode_unprocessed(flat))
    encodings = [
        post_process(
            tokenizer.post_processor,
            next(parts),
            next(parts) if second is not None else None,
            add_special_tokens=plan.add_special_tokens,
            max_length=limit if plan.strategy else None,
            stride=plan.stride,
            strategy=plan.strategy or "longest_first",
            direction=plan.settings.truncation_side,
            overflow=plan.overflow,
        )
        for _, second in rows
    ]
    if plan.padding is None:
        return encodings
    return pad_batch(
        encodings,
        limit if plan.padding == "max_length" else None,
        direction=plan.padding_side,
        pad_id=plan.settings.pad_token_id or 0,
        pad_type_id=plan.settings.pad_token_type_id,
        pad_token=plan.settings.pad_token or "",
        pad_to_multiple_of=plan.pad_to_multiple_of,
    )


def _column(encodings: Sequence[Encoding], name: str, tensors: str | None) -> Any:
    """Return one value of all encodings: lists, or where it can be an array or tensor."""
    lengths = {len(each) for each in encodings}
    if tensors is None or len(lengths) != 1 or lengths == {0}:
        return [getattr(each, name) for each in encodings]
    arrays = [getattr(each, f"{name}_array") for each in encodings]
    return from_numpy(np.stack(arrays).astype(np.int64), tensors)


def _direct(
    tokenizer: CallTokenizer, plan: Plan, limit: int | None, text: str | list[str]
) -> BatchEncoding | None:
    """Encode single texts without making encodings; None where the plain path is needed.

    The encodings are made by the plain path when somebody asks for them.
    """
    texts = [text] if isinstance(text, str) else text
    most = limit if plan.strategy else None
    if plan.tensors is None and plan.pad is None:
        rows = tokenizer.try_encode_lists(texts, plan.add_special_tokens, most)
        if rows is None:
            return None
        lengths = [len(row) for row in rows]
        made: Any = (rows, [[0] * n for n in lengths], [[1] * n for n in lengths])
    else:
        arrays = tokenizer.encode_padded(
            texts,
            plan.add_special_tokens,
            most,
            limit if plan.padding == "max_length" else None,
            plan.pad_to_multiple_of,
            plan.pad,
            plan.padding_side == "left",
        )
        if arrays is None:
            return None
        lengths = [arrays.shape[2]] * len(texts)
        made = arrays.tolist() if plan.tensors is None else arrays
    _warn_if_too_long(plan, limit, max(lengths))
    data: dict[str, Any] = {name: made[at] for name, at in plan.places}
    if plan.length:
        data["length"] = np.array(lengths) if plan.tensors else lengths
    if plan.tensors == "pt":
        data = {name: from_numpy(value, "pt") for name, value in data.items()}
    elif plan.tensors is None and isinstance(text, str):
        data = {name: value if name == "length" else value[0] for name, value in data.items()}
    single: list[Row] = [(each, None) for each in texts]
    return BatchEncoding(data, lambda: plain_encodings(tokenizer, plan, limit, single))


def _warn_if_too_long(plan: Plan, limit: int | None, length: int) -> None:
    if limit is None and plan.verbose and length > plan.settings.model_max_length > 0:
        logger.warning(
            "%d tokens are more than the model's limit of %d: the model will fail on them",
            length,
            plan.settings.model_max_length,
        )
