"""Calling a tokenizer as a model's front door: texts in, padded and truncated inputs out.

The contract is that of `transformers` 5: the same arguments, defaults, keys, shapes and errors.
But padding and truncation are arguments of the call here, and nothing is written to the tokenizer.
Where the oracle truncates nothing because its unsigned numbers wrap around, or panics, there is a
ValueError; an empty batch gives empty lists.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .batch_encoding import BatchEncoding, from_numpy
from .call_settings import CallSettings
from .encoding import Encoding
from .post_processor import PostProcessor, post_process
from .ragged import Ragged
from .truncation import STRATEGIES, check_truncation, pad_batch, padded_length

logger = logging.getLogger("subword")
# A model_max_length above this means that there is no limit.
LARGE = 10**20
# Key of the result -> (argument that asks for it, attribute of an encoding).
COLUMNS = {
    "input_ids": "ids",
    "token_type_ids": "type_ids",
    "attention_mask": "attention_mask",
    "special_tokens_mask": "special_tokens_mask",
    "offset_mapping": "offsets",
}
Words = Sequence[str]
Row = tuple[str | Words, str | Words | None]


class CallTokenizer(Protocol):
    """What a call needs of a tokenizer."""

    @property
    def post_processor(self) -> PostProcessor | None:
        """The post-processor."""

    def encode_parts(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode texts without special tokens, truncation and padding."""

    def encode_words(self, words: Words) -> Encoding:
        """Encode one text given as words, in the same way."""

    def encode_ragged(
        self, texts: Sequence[str], *, add_special_tokens: bool, max_length: int | None
    ) -> Ragged:
        """Encode single texts to ids alone, cut at their ends, special tokens included."""


@dataclass(frozen=True)
class _Plan:
    """What a call will do, all defaults resolved."""

    add_special_tokens: bool
    padding: str | None  # "longest", "max_length" or None
    strategy: str | None  # one of STRATEGIES, or None for no truncation
    max_length: int | None
    stride: int
    is_split_into_words: bool
    pad_to_multiple_of: int | None
    padding_side: str
    tensors: str | None
    columns: tuple[str, ...]  # the keys of COLUMNS that are wanted
    overflow: bool
    length: bool
    verbose: bool

    @property
    def pad_length(self) -> int | None:
        return self.max_length if self.padding == "max_length" else None


def _choice(name: str, value: Any, choices: Sequence[str]) -> str:
    text = str(getattr(value, "value", value))
    if text not in choices:
        raise ValueError(f"{name} must be a bool or one of {list(choices)}, got {value!r}")
    return text


def _strategies(
    settings: CallSettings, padding: Any, truncation: Any, max_length: int | None, verbose: bool
) -> tuple[str | None, str | None, int | None]:
    """Resolve padding, truncation and max_length, each of which may switch on another."""
    if max_length is not None and padding is False and truncation is None:
        truncation = True  # a length alone means: cut to it
    pad: str | None = None
    if padding is True:
        pad = "longest"
        if max_length is not None and truncation in (None, False, "do_not_truncate") and verbose:
            warnings.warn(
                "max_length is ignored when padding is True and nothing is truncated; "
                'padding="max_length" pads to it',
                stacklevel=4,
            )
    elif padding is not False:
        pad = _choice("padding", padding, ["longest", "max_length", "do_not_pad"])
    strategy: str | None = None
    if truncation is True:
        strategy = "longest_first"
    elif truncation is not None and truncation is not False:
        strategy = _choice("truncation", truncation, [*STRATEGIES, "do_not_truncate"])
    pad = None if pad == "do_not_pad" else pad
    strategy = None if strategy == "do_not_truncate" else strategy
    if max_length is None and (pad == "max_length" or strategy):
        if settings.model_max_length > LARGE:
            pad, strategy = (None if pad == "max_length" else pad), None
        else:
            max_length = settings.model_max_length
    return pad, strategy, max_length


def call(
    tokenizer: CallTokenizer,
    settings: CallSettings,
    text: Any = None,
    text_pair: Any = None,
    text_target: Any = None,
    text_pair_target: Any = None,
    add_special_tokens: bool = True,
    padding: Any = False,
    truncation: Any = None,
    max_length: int | None = None,
    stride: int = 0,
    is_split_into_words: bool = False,
    pad_to_multiple_of: int | None = None,
    padding_side: str | None = None,
    return_tensors: Any = None,
    return_token_type_ids: bool | None = None,
    return_attention_mask: bool | None = None,
    return_overflowing_tokens: bool = False,
    return_special_tokens_mask: bool = False,
    return_offsets_mapping: bool = False,
    return_length: bool = False,
    verbose: bool = True,
    max_target_length: int | None = None,
) -> BatchEncoding:
    """Encode texts into the inputs of a model.

    Args:
        tokenizer: Encodes.
        settings: What the model wants.
        text: A text, or a list of texts; with `is_split_into_words` a text is a list of words. In a
            list, a pair may be given as a tuple.
        text_pair: The second text of each pair.
        text_target: Texts whose ids come back as `labels`.
        text_pair_target: Their second texts.
        add_special_tokens: Put the special tokens around each text.
        padding: True or "longest" for the longest row, "max_length", or False.
        truncation: True or "longest_first", "only_first", "only_second", or False.
        max_length: Tokens of a row, special tokens included; None for the model's limit. Alone, it
            truncates.
        stride: Tokens that overflowing rows repeat of the row before.
        is_split_into_words: The texts are lists of words.
        pad_to_multiple_of: Round the padded length up.
        padding_side: "right" or "left"; None for the model's.
        return_tensors: "np" or "pt" for int64 arrays or tensors instead of lists.
        return_token_type_ids: None for what the model takes.
        return_attention_mask: None for what the model takes.
        return_overflowing_tokens: What truncation cuts off comes back as rows of its own, with
            `overflow_to_sample_mapping`.
        return_special_tokens_mask: Also return `special_tokens_mask`.
        return_offsets_mapping: Also return `offset_mapping`, characters of each token.
        return_length: Also return `length`, the tokens of each row.
        verbose: Warn.
        max_target_length: `max_length` of the targets.

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
    pad, strategy, max_length = _strategies(settings, padding, truncation, max_length, verbose)
    if pad and (settings.pad_token is None or (settings.pad_token_id or 0) < 0):
        raise ValueError("padding needs a pad_token, and this tokenizer has none")
    if pad and strategy and pad_to_multiple_of and max_length and max_length % pad_to_multiple_of:
        raise ValueError(
            f"max_length must be a multiple of pad_to_multiple_of ({pad_to_multiple_of}) to both "
            f"truncate and pad, got {max_length}"
        )
    wanted = {
        "input_ids": True,
        "token_type_ids": return_token_type_ids,
        "attention_mask": return_attention_mask,
        "special_tokens_mask": return_special_tokens_mask,
        "offset_mapping": return_offsets_mapping,
    }
    names = settings.model_input_names
    tensors = getattr(return_tensors, "value", return_tensors)
    if tensors not in (None, "np", "pt"):
        raise ValueError(f'return_tensors must be "np" or "pt", got {return_tensors!r}')

    def run(first: Any, second: Any, limit: int | None) -> BatchEncoding:
        plan = _Plan(
            add_special_tokens=add_special_tokens,
            padding=pad,
            strategy=strategy,
            max_length=limit,
            stride=stride,
            is_split_into_words=is_split_into_words,
            pad_to_multiple_of=pad_to_multiple_of,
            padding_side=settings.padding_side if padding_side is None else padding_side,
            tensors=tensors,
            columns=tuple(k for k, v in wanted.items() if (k in names if v is None else v)),
            overflow=return_overflowing_tokens,
            length=return_length,
            verbose=verbose,
        )
        return _encode(tokenizer, settings, plan, first, second)

    batch = None if text is None else run(text, text_pair, max_length)
    if text_target is not None:
        limit = max_length if max_target_length is None else max_target_length
        targets = run(text_target, text_pair_target, limit)
        if batch is None:
            return targets
        batch["labels"] = targets["input_ids"]
    return batch if batch is not None else BatchEncoding()


def _encode(
    tokenizer: CallTokenizer, settings: CallSettings, plan: _Plan, text: Any, text_pair: Any
) -> BatchEncoding:
    rows, is_batch = _rows(text, text_pair, plan.is_split_into_words)
    if plan.strategy is not None and plan.max_length is not None:
        processor = tokenizer.post_processor
        added = 0 if processor is None else processor.num_special_tokens_to_add(False)
        check_truncation(plan.max_length, plan.stride, plan.strategy, added)
    batch = _fast(tokenizer, settings, plan, rows)
    if batch is None:
        encodings = _encodings(tokenizer, settings, plan, rows)
        kept, samples = encodings, list(range(len(encodings)))
        if plan.overflow:
            kept = [chunk for each in encodings for chunk in (each, *each.overflowing)]
            samples = [
                i for i, each in enumerate(encodings) for _ in range(1 + len(each.overflowing))
            ]
        data = {name: _column(kept, COLUMNS[name], plan.tensors) for name in plan.columns}
        if plan.length:
            data["length"] = [len(each) for each in kept]
        if plan.overflow:
            data["overflow_to_sample_mapping"] = samples
        _warn_if_too_long(settings, plan, max(map(len, kept), default=0))
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


def _encodings(
    tokenizer: CallTokenizer, settings: CallSettings, plan: _Plan, rows: Sequence[Row]
) -> list[Encoding]:
    """Encode, truncate, wrap and pad every row: the plain path."""
    flat: list[Any] = [part for row in rows for part in row if part is not None]
    if plan.is_split_into_words:
        parts = iter([tokenizer.encode_words(words) for words in flat])
    else:
        parts = iter(tokenizer.encode_parts(flat))
    encodings = [
        post_process(
            tokenizer.post_processor,
            next(parts),
            next(parts) if second is not None else None,
            add_special_tokens=plan.add_special_tokens,
            max_length=plan.max_length if plan.strategy else None,
            stride=plan.stride,
            strategy=plan.strategy or "longest_first",
            direction=settings.truncation_side,
            overflow=plan.overflow,
        )
        for _, second in rows
    ]
    if plan.padding is None:
        return encodings
    return pad_batch(
        encodings,
        plan.pad_length,
        direction=plan.padding_side,
        pad_id=settings.pad_token_id or 0,
        pad_type_id=settings.pad_token_type_id,
        pad_token=settings.pad_token or "",
        pad_to_multiple_of=plan.pad_to_multiple_of,
    )


def _column(encodings: Sequence[Encoding], name: str, tensors: str | None) -> Any:
    """Return one value of all encodings: lists, or where it can be an array or tensor."""
    lengths = {len(each) for each in encodings}
    if tensors is None or len(lengths) != 1 or lengths == {0}:
        return [getattr(each, name) for each in encodings]
    arrays = [getattr(each, f"{name}_array") for each in encodings]
    return from_numpy(np.stack(arrays).astype(np.int64), tensors)


def _fast(
    tokenizer: CallTokenizer, settings: CallSettings, plan: _Plan, rows: Sequence[Row]
) -> BatchEncoding | None:
    """Encode single texts straight into arrays; None where the plain path is needed.

    The encodings are made by the plain path when somebody asks for them.
    """
    processor = tokenizer.post_processor
    # One row that exceeds the padded length, or rows that differ, leave no rectangle.
    if (
        plan.is_split_into_words
        or plan.overflow
        or plan.stride
        or plan.tensors is None
        or plan.strategy not in (None, "longest_first")
        or (plan.strategy and settings.truncation_side != "right")
        or not set(plan.columns) <= {"input_ids", "token_type_ids", "attention_mask"}
        or (processor is not None and processor.single_affixes() is None)
        or not all(isinstance(first, str) and second is None for first, second in rows)
        or not rows
    ):
        return None
    ragged = tokenizer.encode_ragged(
        [str(first) for first, _ in rows],
        add_special_tokens=plan.add_special_tokens,
        max_length=plan.max_length if plan.strategy else None,
    )
    lengths = ragged.lengths
    longest = int(lengths.max())
    wanted = longest
    if plan.padding is not None:
        wanted = padded_length([longest], plan.pad_length, plan.pad_to_multiple_of)
    if wanted < longest or (plan.padding is None and int(lengths.min()) != longest):
        return None
    _warn_if_too_long(settings, plan, wanted)
    ids, mask = ragged.to_padded(wanted, pad_id=settings.pad_token_id or 0, side=plan.padding_side)
    made = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
    if "token_type_ids" in plan.columns:
        made["token_type_ids"] = np.where(mask, 0, settings.pad_token_type_id)
    data = {name: from_numpy(made[name], plan.tensors) for name in plan.columns}
    if plan.length:
        data["length"] = from_numpy(np.full(len(rows), wanted, np.int64), plan.tensors)
    return BatchEncoding(data, lambda: _encodings(tokenizer, settings, plan, rows))


def _warn_if_too_long(settings: CallSettings, plan: _Plan, length: int) -> None:
    if plan.max_length is None and plan.verbose and length > settings.model_max_length > 0:
        logger.warning(
            "%d tokens are more than the model's limit of %d: the model will fail on them",
            length,
            settings.model_max_length,
        )
