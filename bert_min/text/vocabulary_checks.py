"""Whether a vocabulary fits its model and its texts."""

import re
import warnings

import numpy as np
from numpy.typing import NDArray

from subword import Tokenizer
from subword.models import WordPiece

UNKNOWN = ("[UNK]", "<unk>")
# A text of fewer tokens than this says nothing about a vocabulary.
ENOUGH = 20
SHARE = 0.1
# How other families mark the beginning or the end of a word.
FAMILIES = {
    "SentencePiece": re.compile("▁"),
    "byte-level BPE": re.compile("Ġ"),
    "BPE with </w>": re.compile(".*</w>$"),
    "BPE with @@": re.compile(".+@@$"),
}


def check_embedding(tokenizer: Tokenizer, rows: int, place: object) -> None:
    """Refuse a tokenizer with ids that the model's token embedding does not have.

    Args:
        tokenizer: Of the model.
        rows: vocab_size of the model.
        place: Where they come from, for the message.

    Raises:
        ValueError: The largest id is not below `rows`; the message names both sizes.
    """
    vocabulary = tokenizer.get_vocab()
    token, index = max(vocabulary.items(), key=lambda item: item[1], default=("", -1))
    if index >= rows:
        raise ValueError(
            f"{place}: the tokenizer has ids up to {index} ({token!r}), {len(vocabulary)} tokens, "
            f"but the model's token embedding has {rows} rows (vocab_size): leave the added "
            "tokens out, or take the model that was trained with them"
        )


def warn_of_family(tokenizer: Tokenizer, place: object) -> None:
    """Warn of a WordPiece vocabulary whose tokens look like those of another family."""
    if not isinstance(tokenizer.model, WordPiece):
        return
    vocabulary = tokenizer.get_vocab()
    for family, mark in FAMILIES.items():
        foreign = [token for token in vocabulary if mark.match(token)]
        if len(foreign) > SHARE * len(vocabulary):
            warnings.warn(
                f"{place}: {len(foreign)} of {len(vocabulary)} tokens, such as {foreign[0]!r}, "
                f"look like a vocabulary of {family}; read as WordPiece, most words become [UNK]",
                stacklevel=3,
            )


def warn_of_unknown(tokenizer: Tokenizer, ids: NDArray[np.integer], special: int = 0) -> None:
    """Warn if more than a tenth of the tokens of some texts are [UNK].

    Args:
        tokenizer: That encoded them.
        ids: (T,) their ids.
        special: How many of them are [CLS] or [SEP].
    """
    unknown = [tokenizer.token_to_id(token) for token in UNKNOWN]
    count = int(np.isin(ids, [index for index in unknown if index is not None]).sum())
    total = len(ids) - special
    if total >= ENOUGH and count > SHARE * total:
        warnings.warn(
            f"{count} of the first {total} tokens ({count / total:.0%}) are unknown to the "
            "vocabulary ([UNK]): it may be of another language or another model",
            stacklevel=2,
        )
