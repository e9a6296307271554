"""Calling a tokenizer: texts in, the padded and truncated inputs of a model out.

The contract is that of `transformers` 5: the same arguments, defaults, keys, shapes and errors.
But padding and truncation are arguments of the call here, and nothing is written to the tokenizer.
Where `transformers` truncates nothing because its unsigned numbers wrap around, or panics, there is
a ValueError; an empty batch gives empty lists.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from subword.encode.text_encoder import TextEncoder
from subword.model_inputs.batch_encoding import BatchEncoding, from_numpy
from subword.model_inputs.call_options import COLUMNS, CallOptions
from subword.model_inputs.padded_encodings import Row, padded_encodings
from subword.results.encoding import Encoding
from subword.results.truncation import check_truncation

if TYPE_CHECKING:
    import numpy.typing as npt


class EncodePadded(Protocol):
    """Encodes single texts into rectangles of ids, types and mask: `FastCalls.encode_padded`."""

    def __call__(
        self,
        texts: list[str],
        add_special_tokens: bool,
        max_length: int | None,
        length: int | None,
        multiple: int | None,
        pad: tuple[int, int] | None,
        left: bool,
    ) -> npt.NDArray[np.int64] | None:
        """Return int64 (3, len(texts), columns); None if that cannot be."""


def call(
    text_encoder: TextEncoder,
    encode_padded: EncodePadded,
    resolve: Callable[..., CallOptions],
    text: Any = None,
    text_pair: Any = None,
    text_target: Any = None,
    text_pair_target: Any = None,
    **options: Any,
) -> BatchEncoding:
    """Encode texts into the inputs of a model.

    Args:
        text_encoder: Encodes.
        encode_padded: Encodes where the result is a rectangle of single texts.
        resolve: Resolves the options: `call_options.option_cache(defaults)`.
        text: A text, or a list of texts; with `is_split_into_words` a text is a list of words. In a
            list, a pair may be given as a tuple.
        text_pair: The second text of each pair.
        text_target: Texts whose ids come back as `labels`.
        text_pair_target: Their second texts.
        options: padding, truncation, max_length and so on: see `call_options.resolve_options`.

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
    resolved = resolve(**options)
    if resolved.warning:
        warnings.warn(resolved.warning, stacklevel=2)  # a tokenizer's own frame is compiled
    encode = partial(_encode, text_encoder, encode_padded, resolved)
    batch = None if text is None else encode(resolved.max_length, text, text_pair)
    if text_target is not None:
        targets = encode(resolved.max_target_length, text_target, text_pair_target)
        if batch is None:
            return targets
        batch["labels"] = targets["input_ids"]
    return batch if batch is not None else BatchEncoding()


def _encode(
    text_encoder: TextEncoder,
    encode_padded: EncodePadded,
    options: CallOptions,
    max_length: int | None,
    text: Any,
    text_pair: Any,
) -> BatchEncoding:
    """Encode one text, or a batch; `max_length` is that of the options for texts or for targets."""
    if options.needs_no_encodings and text_pair is None and isinstance(text, (list, str)) and text:
        batch = _encode_directly(text_encoder, encode_padded, options, max_length, text)
        if batch is not None:
            return batch
    rows, is_batch = _rows(text, text_pair, options.is_split_into_words)
    if options.strategy is not None and max_length is not None:
        processor = text_encoder.post_processor
        added = 0 if processor is None else processor.num_special_tokens_to_add(False)
        check_truncation(max_length, options.stride, options.strategy, added)
    encodings = make_encodings(text_encoder, options, max_length, rows)
    kept, samples = encodings, list(range(len(encodings)))
    if options.return_overflowing_tokens:
        kept = [chunk for each in encodings for chunk in (each, *each.overflowing)]
        samples = [i for i, each in enumerate(encodings) for _ in range(1 + len(each.overflowing))]
    data = {name: _column(kept, COLUMNS[name], options.return_tensors) for name in options.columns}
    if options.return_length:
        data["length"] = [len(each) for each in kept]
    if options.return_overflowing_tokens:
        data["overflow_to_sample_mapping"] = samples
    _warn_if_too_long(options, max_length, max(map(len, kept), default=0))
    batch = BatchEncoding(data, kept, options.return_tensors)
    if is_batch or options.return_tensors or options.return_overflowing_tokens:
        return batch
    for name, value in batch.items():
        if value and isinstance(value[0], list):
            batch[name] = value[0]
    return batch


def _rows(text: Any, text_pair: Any, split: bool) -> tuple[list[Row], bool]:
    """Return the texts of each row, one or two, and whether a batch was given."""
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
    for i, row in enumerate(given):
        if is_one(row):
            rows.append((row,))
        elif isinstance(row, (list, tuple)) and len(row) == 2 and all(map(is_one, row)):
            rows.append((row[0], row[1]))
        else:
            kind = "a list of words" if split else "a str"
            raise TypeError(f"text {i} must be {kind}, or a pair of such, got {row!r:.80}")
    return rows, is_batch


def _is_words(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value)


def make_encodings(
    text_encoder: TextEncoder, options: CallOptions, max_length: int | None, rows: Sequence[Row]
) -> list[Encoding]:
    """Return the encodings of rows, truncated and padded as the options say."""
    return padded_encodings(
        text_encoder,
        rows,
        is_split_into_words=options.is_split_into_words,
        add_special_tokens=options.add_special_tokens,
        truncation=options.truncation(max_length),
        padding=options.padded_to(max_length),
    )


def _column(encodings: Sequence[Encoding], name: str, tensors: str | None) -> Any:
    """Return one value of all encodings: lists, or where it can be an array or tensor."""
    lengths = {len(each) for each in encodings}
    if tensors is None or len(lengths) != 1 or lengths == {0}:
        return [getattr(each, name) for each in encodings]
    arrays = [getattr(each, f"{name}_array") for each in encodings]
    return from_numpy(np.stack(arrays).astype(np.int64), tensors)


def _encode_directly(
    text_encoder: TextEncoder,
    encode_padded: EncodePadded,
    options: CallOptions,
    max_length: int | None,
    text: str | list[str],
) -> BatchEncoding | None:
    """Encode single texts without making encodings; None where encodings are needed.

    The encodings are made when they are asked for.
    """
    texts = [text] if isinstance(text, str) else text
    kept = max_length if options.strategy else None
    if options.return_tensors is None and options.padding_ids is None:
        rows = text_encoder.try_encode_lists(texts, options.add_special_tokens, kept)
        if rows is None:
            return None
        lengths = [len(row) for row in rows]
        made: Any = (rows, [[0] * n for n in lengths], [[1] * n for n in lengths])
    else:
        arrays = encode_padded(
            texts,
            options.add_special_tokens,
            kept,
            max_length if options.padding == "max_length" else None,
            options.pad_to_multiple_of,
            options.padding_ids,
            options.padding_side == "left",
        )
        if arrays is None:
            return None
        lengths = [arrays.shape[2]] * len(texts)
        made = arrays.tolist() if options.return_tensors is None else arrays
    _warn_if_too_long(options, max_length, max(lengths))
    data: dict[str, Any] = {name: made[i] for name, i in options.column_index}
    if options.return_length:
        data["length"] = np.array(lengths) if options.return_tensors else lengths
    if options.return_tensors == "pt":
        data = {name: from_numpy(value, "pt") for name, value in data.items()}
    elif options.return_tensors is None and isinstance(text, str):
        data = {name: value if name == "length" else value[0] for name, value in data.items()}
    single: list[Row] = [(each,) for each in texts]
    return BatchEncoding(data, partial(make_encodings, text_encoder, options, max_length, single))


def _warn_if_too_long(options: CallOptions, max_length: int | None, length: int) -> None:
    limit = options.defaults.model_max_length
    if max_length is None and options.verbose and length > limit > 0:
        import logging  # takes as long as a fifth of this package, and is rarely needed

        logging.getLogger("subword").warning(
            "%d tokens are more than the model's limit of %d: the model will fail on them",
            length,
            limit,
        )
