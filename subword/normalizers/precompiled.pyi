from typing import Self, final

from subword._core.cuts import OTHER as OTHER
from subword._core.white_space import WHITE_SPACE as WHITE_SPACE
from subword.normalizers.base import TextNormalizer

@final
class Precompiled(TextNormalizer):
    def __new__(cls, precompiled_charsmap: bytes) -> Self: ...
    @property
    def precompiled_charsmap(self) -> bytes: ...

def last_of(text: str) -> str: ...
