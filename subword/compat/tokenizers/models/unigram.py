"""Unigram."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

from subword.compat.tokenizers.base_stage import check_sequence
from subword.compat.tokenizers.models.base import Model
from subword.formats.json_files import dump_json
from subword.formats.models_json import model_from_config
from subword.models.unigram_options import checked_sampling

# What no file holds.
SAMPLING = ("alpha", "nbest_size")


class Unigram(Model):
    """See `subword.models.Unigram`; without vocabulary it is there to be trained.

    With `alpha` each encoding is drawn at random, with the probabilities of Kudo 2018 and of
    `sentencepiece`; those of the original differ unless `alpha` is 1.0 or `nbest_size` is given.

    Its `vocab` is read from the pieces: of equal ones the last counts.
    """

    untrained: ClassVar[dict[str, Any]] = {"vocab": [["<unk>", 0.0]]}

    def __init__(
        self,
        vocab: Sequence[tuple[str, float]] | None = None,
        unk_id: int | None = None,
        byte_fallback: bool | None = None,
        alpha: float | None = None,
        nbest_size: int | None = None,
    ) -> None:
        if vocab is None and unk_id is not None:
            raise ValueError("`vocab` and `unk_id` must be both specified")
        super().__init__(
            unk_id=0 if vocab is None else unk_id,
            byte_fallback=bool(byte_fallback),
            **dict.fromkeys(SAMPLING),
        )
        pieces = self.untrained["vocab"]
        if vocab is not None:
            pieces = check_sequence("vocab", vocab, "pairs of a piece and its score")
            for number, piece in enumerate(pieces):
                if not isinstance(piece, tuple):
                    kind = type(piece).__name__
                    raise TypeError(f"vocab[{number}] must be a tuple of two, got {kind}")
        self._forget({"vocab": [list(piece) for piece in pieces]})
        self.alpha, self.nbest_size = alpha, nbest_size
        self.core  # noqa: B018  # whatever is wrong is found now

    @classmethod
    def of_core(cls, core: Any) -> Model:
        """Return the description of a model; `fuse_unk` is only named where it is not as always."""
        model = super().of_core(core)
        if model.fuse_unk:
            del model._fields["fuse_unk"]
        model._fields.update({name: getattr(core, name) for name in SAMPLING})
        return model

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "alpha" and value is not None:
            if not isinstance(value, Real):
                raise TypeError(f"alpha must be a number or None, got {type(value).__name__}")
            value = float(value)
        if name == "nbest_size" and value is not None:
            value = operator.index(value)
            if not 0 <= value < 2**64:
                raise OverflowError(f"nbest_size must be at least 0 and below 2**64, got {value}")
        super().__setattr__(name, value)

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the model in tokenizer.json, which has no sampling."""
        config = super().config()
        return {name: value for name, value in config.items() if name not in SAMPLING}

    def built(self, byte_level: bool) -> Any:
        """Return the model of subword, which draws at random if `alpha` is not None and not 0."""
        if byte_level not in self._cores and self.alpha:
            nbest_size = None if self.nbest_size is None else min(self.nbest_size, 2**31 - 1)
            core: Any = model_from_config(self.config(), byte_level)
            self._cores[byte_level] = core.with_sampling(self.alpha, nbest_size)
        return super().built(byte_level)

    def check(self) -> None:
        """The options are checked with the pieces, among which the unknown one is.

        Raises:
            ValueError: `alpha` is negative or not finite: then the original fails when it encodes.
        """
        checked_sampling(self.alpha, None)

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
        return {"unigram.json": dump_json(self.config(), True, exact=True)}
