"""The pieces of a Unigram model and their scores, in flat memory."""

from __future__ import annotations

from array import array

from subword._core.records import record
from subword.vocab.token_table import TokenTable


@record
class ScoredPieces:
    """Pieces, of which no two are equal; the id of each is its place.

    Attributes:
        tokens: The pieces.
        scores: Of each, finite 64-bit floats.

    Raises:
        ValueError: There is not one score for each piece.

    Example:
        >>> from subword.models.scored_pieces import ScoredPieces
        >>> ScoredPieces(TokenTable({"a": 0, "b": 1}), array("d", [-1.0, -2.5]))
        ScoredPieces(2 pieces)
    """

    tokens: TokenTable
    scores: array[float]

    def __post_init__(self) -> None:
        """Check the number of scores."""
        count = len(self.tokens)
        if self.scores.typecode != "d" or len(self.scores) != count:
            raise ValueError(f"scores must be {count} 64-bit floats, got {self.scores!r:.100}")

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"ScoredPieces({len(self.tokens)} pieces)"
