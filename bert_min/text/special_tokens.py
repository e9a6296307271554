"""The special tokens around the segments of an input, and their ids in a vocabulary."""

from typing import Final, NamedTuple

from subword import Tokenizer

SPECIAL_TOKENS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# What begins an input, what ends its segments, how many of these stand between two: of BERT, and of
# RoBERTa and its kin.
AROUND: Final = (("[CLS]", "[SEP]", 1), ("<s>", "</s>", 2))


class SpecialIds(NamedTuple):
    """The special tokens that begin and end the segments of an input.

    Attributes:
        cls: Id of the one before the first segment.
        sep: Id of the one after each segment.
        between: How many `sep` stand between two segments.
    """

    cls: int
    sep: int
    between: int = 1

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> "SpecialIds":
        """Look the ids up.

        Raises:
            ValueError: The tokenizer lacks one of the two.
        """
        known = (names for names in AROUND if tokenizer.token_to_id(names[0]) is not None)
        first, last, between = next(known, AROUND[0])
        return cls(special_id(tokenizer, first), special_id(tokenizer, last), between)

    def count(self, pair: bool) -> int:
        """Return how many special tokens an input of one segment, or of two, has."""
        return 2 + self.between if pair else 2


def special_id(tokenizer: Tokenizer, token: str) -> int:
    """Return the id of a special token.

    Raises:
        ValueError: The tokenizer lacks it.
    """
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer must know the special token {token}")
    return int(found)
