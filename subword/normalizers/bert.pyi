from collections.abc import Iterable
from typing import Self, final

from typing_extensions import disjoint_base

from subword._core.pipeline import Normalizer
from subword.normalizers.strings import ByteLevel as ByteLevel
from subword.normalizers.strings import Prepend as Prepend
from subword.normalizers.strings import Replace as Replace
from subword.normalizers.strings import Strip as Strip
from subword.normalizers.unicode import NFC as NFC
from subword.normalizers.unicode import NFD as NFD
from subword.normalizers.unicode import NFKC as NFKC
from subword.normalizers.unicode import NFKD as NFKD
from subword.normalizers.unicode import TextNormalizer

__all__ = [
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "BertMarks",
    "BertNormalizer",
    "ByteLevel",
    "Lowercase",
    "Nmt",
    "Prepend",
    "Replace",
    "Sequence",
    "Strip",
    "StripAccents",
]

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

@disjoint_base
class Filter(TextNormalizer): ...

@final
class StripAccents(Filter): ...

@final
class BertMarks(Filter): ...

@final
class Nmt(Filter): ...

@final
class Sequence(TextNormalizer):
    def __new__(cls, normalizers: Iterable[Normalizer] = ()) -> Self: ...
    @property
    def normalizers(self) -> tuple[Normalizer, ...]: ...
