from typing import final

from subword.normalizers.base import TextNormalizer

@final
class Precompiled(TextNormalizer):
    def __init__(self, precompiled_charsmap: bytes) -> None: ...
    @property
    def precompiled_charsmap(self) -> bytes: ...
