from typing import Self, final

from subword.normalizers.base import TextNormalizer

@final
class Precompiled(TextNormalizer):
    def __new__(cls, precompiled_charsmap: bytes) -> Self: ...
    @property
    def precompiled_charsmap(self) -> bytes: ...

def last_of(text: str) -> str: ...
