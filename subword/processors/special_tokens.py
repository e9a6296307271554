"""Encodings of special tokens, and texts between them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from subword.results.encoding import Encoding, concatenate

# The text of a token and its id.
NamedToken = tuple[str, int]


def special_encoding(tokens: Iterable[NamedToken], type_id: int, like: Encoding) -> Encoding:
    """Make an encoding of special tokens, spelled by the vocabulary of `like` where it can."""
    named = list(tokens)
    ids = np.array([token_id for _, token_id in named], np.uint32)
    id_to_token = like.id_to_token
    return Encoding(
        ids,
        id_to_token=id_to_token,
        token_overrides={
            i: text for i, (text, token_id) in enumerate(named) if id_to_token(token_id) != text
        }
        or None,
        type_ids=np.full(len(ids), type_id, np.uint32) if type_id else None,
        special_tokens_mask=np.ones(len(ids), np.uint32),
    )


def put_around(
    part: Encoding,
    before: Iterable[NamedToken],
    after: Iterable[NamedToken],
    *,
    sequence: int,
    before_type: int = 0,
    after_type: int = 0,
) -> Encoding:
    """Put special tokens around a text and around each of its chunks.

    Args:
        part: The text.
        before: The tokens before it.
        after: The tokens after it.
        sequence: Which text it is: 0, or 1 for the second one of a pair.
        before_type: Type id of the tokens before it.
        after_type: Type id of the tokens after it.

    Returns:
        A new encoding.
    """
    before, after = list(before), list(after)

    def surrounded(text: Encoding) -> Encoding:
        body = text.plain_copy()
        body.set_sequence_id(sequence)
        return concatenate(
            [
                special_encoding(before, before_type, body),
                body,
                special_encoding(after, after_type, body),
            ]
        )

    whole = surrounded(part)
    if chunks := part.overflowing:
        whole.set_overflowing(map(surrounded, chunks))
    return whole
