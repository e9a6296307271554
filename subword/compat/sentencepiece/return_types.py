"""What calls of `SentencePieceProcessor` may be asked to return."""

from __future__ import annotations

from typing import Any

RETURN_TYPES = (int, str, bytes, "proto", "serialized_proto", "numpy", "offset_mapping")
# With the place of each piece in the text.
PLACED_TYPES = ("proto", "serialized_proto", "offset_mapping")


def return_type_of(return_type: Any, out_type: Any, default: Any) -> Any:
    """Return what a call shall return: what its two names for that say, or the default.

    Raises:
        ValueError: Both are given, or the type is not known.
    """
    if out_type is not None and return_type is not None:
        raise ValueError("Cannot specify both out_type and return_type. Use return_type instead.")
    kind = out_type if return_type is None else return_type
    kind = default if kind is None else kind
    if kind == "immutable_proto":
        raise ValueError(
            "immutable_proto is deprecated and no longer supported. Use return_type='proto' "
            "instead."
        )
    if kind not in RETURN_TYPES:
        raise ValueError(f"Invalid return_type: {kind}. Must be one of {RETURN_TYPES}")
    return kind


def without_places(kind: Any, call: str) -> Any:
    """Return a type, unless the call cannot return the places of pieces.

    Raises:
        NotImplementedError: It is such a type.
    """
    if kind in PLACED_TYPES:
        raise NotImplementedError(f"return_type {kind!r} of {call} is not supported by subword")
    return kind
