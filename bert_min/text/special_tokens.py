"""The special tokens of BERT, and their ids in a vocabulary."""

from typing import Final, NamedTuple

from subword import Tokenizer

SPECIAL_TOKENS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class SpecialIds(NamedTuple):
    """The ids of the special tokens that begin and end the segments of an input."""

    cls: int
    sep: int

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> "SpecialIds":
        """Look the ids up.

        Raises:
            ValueError: The tokenizer lacks one of the two.
        """
        return cls(*(special_id(tokenizer, token) for token in ("[CLS]", "[SEP]")))


def special_id(tokenizer: Tokenizer, token: str) -> int:
    """Return the id of a special token.

    Raises:
        ValueError: The tokenizer lacks it.
    """
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer must know the special token {token}")
    return int(found)
