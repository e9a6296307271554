"""The options of embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bert_min.embedding.pooling import Pooling
from bert_min.model.bert import BertModel

Combine = Literal["concat", "sum"]
LongTexts = Literal["truncate", "windows", "error"]


@dataclass(frozen=True)
class EmbedOptions:
    """Say how texts become vectors; the meaning of each field is in `Embedder.encode`.

    Attributes:
        pooling: One of Pooling.
        layers: Which layers, at least one.
        combine: One of Combine.
        normalize: Scale vectors to length 1.
        max_length: Most tokens of a text.
        batch_tokens: Most tokens of a batch.
        long_texts: One of LongTexts.
        overlap: Tokens that neighbouring windows share.
        prompt: Put before every text.
        truncate_dim: How many numbers of a vector are kept; None for all.
        widths: Numbers of a pooled vector and of what is made of it; None if that changes nothing.
        normalize_last: Scale to length 1 after shortening rather than before.
    """

    pooling: Pooling
    layers: tuple[int, ...]
    combine: Combine
    normalize: bool
    max_length: int
    batch_tokens: int
    long_texts: LongTexts
    overlap: int
    prompt: str = ""
    truncate_dim: int | None = None
    normalize_last: bool = False
    widths: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("pooling", self.pooling, get_args(Pooling)),
            ("combine", self.combine, get_args(Combine)),
            ("long_texts", self.long_texts, get_args(LongTexts)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {value!r}")
        if not self.layers:
            raise ValueError("layers must name at least one layer, got none")
        if self.batch_tokens < 1:
            raise ValueError(f"batch_tokens must be at least 1, got {self.batch_tokens}")
        if self.pooling == "pooler" and self.layers != (-1,):
            raise ValueError(f"pooling 'pooler' reads the last layer only, got {self.layers}")

    def check(self, model: BertModel) -> None:
        """Raise ValueError for what this model cannot do."""
        config = model.config
        if not 3 <= self.max_length <= config.longest_text:
            raise ValueError(
                f"max_length must lie in [3, {config.length_rule}], got {self.max_length}"
            )
        layers = config.num_hidden_layers
        for layer in self.layers:
            if not -layers - 1 <= layer <= layers:
                raise ValueError(f"layers must lie in [{-layers - 1}, {layers}], got {layer}")
        pooled = self._pooled_width(model)
        if self.widths is not None and pooled != self.widths[0]:
            raise ValueError(
                f"the modules after the pooling take vectors of {self.widths[0]} numbers, got "
                f"{pooled}"
            )
        full = self.full_width(model)
        if self.truncate_dim is not None and not 1 <= self.truncate_dim <= full:
            raise ValueError(
                f"truncate_dim must lie in [1, {full}], the width of a vector, got "
                f"{self.truncate_dim}"
            )
        report = model.load_report
        if self.pooling == "pooler" and (
            model.pooler is None or (report is not None and "pooler.weight" in report.initialised)
        ):
            raise ValueError("pooling 'pooler' needs a model stored with its pooler")

    def width(self, model: BertModel) -> int:
        """Return W, the width of a vector."""
        return self.truncate_dim or self.full_width(model)

    def full_width(self, model: BertModel) -> int:
        """Return the width of a vector before it is shortened."""
        return self._pooled_width(model) if self.widths is None else self.widths[1]

    def _pooled_width(self, model: BertModel) -> int:
        parts = len(self.layers) if self.combine == "concat" else 1
        return model.config.hidden_size * parts
