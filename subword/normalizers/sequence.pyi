from collections.abc import Iterable
from typing import Self, final

from subword._core.pipeline import Normalizer
from subword.normalizers.base import TextNormalizer

@final
class Sequence(TextNormalizer):
    def __new__(cls, normalizers: Iterable[Normalizer] = ()) -> Self: ...
    @property
    def normalizers(self) -> tuple[Normalizer, ...]: ...
    def flat(self) -> list[Normalizer]: ...
