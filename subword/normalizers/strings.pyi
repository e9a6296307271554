from typing import Self, final

from subword._regex.patterns import Regex
from subword.normalizers.base import TextNormalizer
from subword.vocab.byte_alphabet import CHARS as CHARS

@final
class Strip(TextNormalizer):
    def __new__(cls, left: bool = True, right: bool = True) -> Self: ...
    @property
    def left(self) -> bool: ...
    @property
    def right(self) -> bool: ...

@final
class Prepend(TextNormalizer):
    def __new__(cls, prepend: str) -> Self: ...
    @property
    def prepend(self) -> str: ...

@final
class ByteLevel(TextNormalizer): ...

@final
class Replace(TextNormalizer):
    def __new__(cls, pattern: str | Regex, content: str) -> Self: ...
    @property
    def pattern(self) -> str | Regex: ...
    @property
    def content(self) -> str: ...
