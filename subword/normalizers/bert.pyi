from typing import Self, final

from subword.normalizers.base import TextNormalizer

@final
class BertNormalizer(TextNormalizer):
    def __new__(
        cls,
        clean_text: bool = True,
        handle_chinese_chars: bool = True,
        strip_accents: bool | None = None,
        lowercase: bool = True,
    ) -> Self: ...
    @property
    def clean_text(self) -> bool: ...
    @property
    def handle_chinese_chars(self) -> bool: ...
    @property
    def strip_accents(self) -> bool | None: ...
    @property
    def lowercase(self) -> bool: ...

@final
class Lowercase(TextNormalizer): ...
