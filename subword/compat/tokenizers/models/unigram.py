"""Unigram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from subword.compat.tokenizers.base_stage import check_sequence
from subword.compat.tokenizers.models.base import Model
from subword.formats.json_files import dump_json


class Unigram(Model):
    """See `subword.models.Unigram`; without vocabulary it is there to be trained.

    Its `vocab` is read from the pieces: of equal ones the last counts.
    """

    untrained: ClassVar[dict[str, Any]] = {"vocab": [["<unk>", 0.0]]}

    def __init__(
        self,
        vocab: Sequence[tuple[str, float]] | None = None,
        unk_id: int | None = None,
        byte_fallback: bool | None = None,
    ) -> None:
        if vocab is None and unk_id is not None:
            raise ValueError("`vocab` and `unk_id` must be both specified")
        super().__init__(unk_id=0 if vocab is None else unk_id, byte_fallback=bool(byte_fallback))
        pieces = self.untrained["vocab"]
        if vocab is not None:
            pieces = check_sequence("vocab", vocab, "pairs of a piece and its score")
            for number, piece in enumerate(pieces):
                if not isinstance(piece, tuple):
                    kind = type(piece).__name__
                    raise TypeError(f"vocab[{number}] must be a tuple of two, got {kind}")
        self._forget({"vocab": [list(piece) for piece in pieces]})
        self.core  # noqa: B018  # whatever is wrong is found now

    @classmethod
    def of_core(cls, core: Any) -> Model:
        """Return the description of a model; `fuse_unk` is only named where it is not as always."""
        model = super().of_core(core)
        if model.fuse_unk:
            del model._fields["fuse_unk"]
        return model

    def check(self) -> None:
        """The options are checked with the pieces, among which the unknown one is."""

    @property
    def vocab(self) -> dict[str, int]:
        """Piece -> id."""
        return {piece: i for i, (piece, _) in enumerate(self.learned()["vocab"])}

    def _tokens_by_id(self) -> dict[int, str]:
        return {i: piece for i, (piece, _) in enumerate(self.learned()["vocab"])}

    def _text_of(self, index: int, part: bytes) -> str:
        # Text that no piece holds is its own token.
        return part.decode() if index == self.unk_id else super()._text_of(index, part)

    def _files(self) -> dict[str, str]:
        return {"unigram.json": dump_json(self.config(), True)}
