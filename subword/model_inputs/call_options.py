"""The options of a call with all defaults resolved: worked out once, then kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from subword._core.checks import check_side
from subword._core.records import record
from subword.model_inputs.model_defaults import ModelDefaults
from subword.results.padding import Padding
from subword.results.truncation import STRATEGIES, Truncation

# A model_max_length above this means that there is no limit.
LARGE = 10**20
# Key of the result -> attribute of an encoding.
COLUMNS = {
    "input_ids": "ids",
    "token_type_ids": "type_ids",
    "attention_mask": "attention_mask",
    "special_tokens_mask": "special_tokens_mask",
    "offset_mapping": "offsets",
}
# The columns that need no encodings, in the order of `FastCalls.encode_padded`.
PLAIN = ("input_ids", "token_type_ids", "attention_mask")


@record
class CallOptions:
    """The options of a call, as `resolve_options` made them."""

    defaults: ModelDefaults
    add_special_tokens: bool
    padding: str | None  # "longest", "max_length" or None
    strategy: str | None  # one of STRATEGIES, or None for no truncation
    max_length: int | None
    max_target_length: int | None
    stride: int
    is_split_into_words: bool
    pad_to_multiple_of: int | None
    padding_side: str
    return_tensors: str | None
    columns: tuple[str, ...]  # the keys of COLUMNS that are wanted
    return_overflowing_tokens: bool
    return_length: bool
    verbose: bool
    warning: str | None  # what to say at each call
    needs_no_encodings: bool  # for single texts
    column_index: tuple[tuple[str, int], ...]  # then: each column and its index in PLAIN
    padding_ids: tuple[int, int] | None  # id and type of the padding

    def truncation(self, max_length: int | None) -> Truncation | None:
        """Return how rows are truncated to a length, None if they are not."""
        if self.strategy is None or max_length is None:
            return None
        return Truncation(
            max_length,
            self.stride,
            self.strategy,
            self.defaults.truncation_side,
            self.return_overflowing_tokens,
        )

    def padded_to(self, max_length: int | None) -> Padding | None:
        """Return how rows are padded if their length is limited so, None if they are not."""
        if self.padding is None:
            return None
        return Padding(
            max_length if self.padding == "max_length" else None,
            self.padding_side,
            self.defaults.pad_token_id or 0,
            self.defaults.pad_token_type_id,
            self.defaults.pad_token or "",
            self.pad_to_multiple_of,
        )


def _choice(name: str, value: Any, choices: Sequence[str]) -> str:
    text = str(getattr(value, "value", value))
    if text not in choices:
        raise ValueError(f"{name} must be a bool or one of {list(choices)}, got {value!r}")
    return text


def _strategies(
    defaults: ModelDefaults, padding: Any, truncation: Any, max_length: int | None
) -> tuple[str | None, str | None, int | None]:
    """Resolve padding, truncation and max_length, each of which may switch on another."""
    if max_length is not None and padding is False and truncation is None:
        truncation = True  # a length alone means: truncate to it
    pad: str | None = None
    if padding is True:
        pad = "longest"
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
        if defaults.model_max_length > LARGE:
            pad, strategy = (None if pad == "max_length" else pad), None
        else:
            max_length = defaults.model_max_length
    return pad, strategy, max_length


def resolve_options(
    defaults: ModelDefaults,
    *,
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
) -> CallOptions:
    """Resolve the options of a call.

    Args:
        defaults: What the model takes.
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
        The options, resolved.

    Raises:
        ValueError: The options do not fit together.
    """
    pad, strategy, limit = _strategies(defaults, padding, truncation, max_length)
    warning = None
    if (
        padding is True
        and max_length is not None
        and truncation in (None, False, "do_not_truncate")
    ):
        warning = (
            "max_length is ignored when padding is True and nothing is truncated; "
            'padding="max_length" pads to it'
        )
    if pad and (defaults.pad_token is None or (defaults.pad_token_id or 0) < 0):
        raise ValueError("padding needs a pad_token, and this tokenizer has none")
    side = defaults.padding_side if padding_side is None else padding_side
    if pad:
        check_side("padding_side", side)
    if pad and strategy and pad_to_multiple_of and limit and limit % pad_to_multiple_of:
        raise ValueError(
            f"max_length must be a multiple of pad_to_multiple_of ({pad_to_multiple_of}) to both "
            f"truncate and pad, got {limit}"
        )
    wanted = {
        "input_ids": True,
        "token_type_ids": return_token_type_ids,
        "attention_mask": return_attention_mask,
        "special_tokens_mask": return_special_tokens_mask,
        "offset_mapping": return_offsets_mapping,
    }
    names = defaults.model_input_names
    tensors = getattr(return_tensors, "value", return_tensors)
    if tensors not in (None, "np", "pt"):
        raise ValueError(f'return_tensors must be "np" or "pt", got {return_tensors!r}')
    columns = tuple(k for k, v in wanted.items() if (k in names if v is None else v))
    is_direct = (
        not (is_split_into_words or return_overflowing_tokens or stride)
        and strategy in (None, "longest_first")
        and not (strategy and defaults.truncation_side != "right")
        and set(columns) <= set(PLAIN)
    )
    return CallOptions(
        defaults=defaults,
        add_special_tokens=add_special_tokens,
        padding=pad,
        strategy=strategy,
        max_length=limit,
        max_target_length=limit if max_target_length is None else max_target_length,
        stride=stride,
        is_split_into_words=is_split_into_words,
        pad_to_multiple_of=pad_to_multiple_of,
        padding_side=side,
        return_tensors=tensors,
        columns=columns,
        return_overflowing_tokens=return_overflowing_tokens,
        return_length=return_length,
        verbose=verbose,
        warning=warning if verbose else None,
        needs_no_encodings=is_direct,
        column_index=tuple((name, PLAIN.index(name)) for name in columns) if is_direct else (),
        padding_ids=(defaults.pad_token_id or 0, defaults.pad_token_type_id) if pad else None,
    )


def option_cache(defaults: ModelDefaults) -> Callable[..., CallOptions]:
    """Return `resolve_options` for these defaults; it remembers the last results."""
    # typed: 1 is not True where strategies are named
    return lru_cache(maxsize=64, typed=True)(partial(resolve_options, defaults))
