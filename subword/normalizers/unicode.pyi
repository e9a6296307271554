from typing import final

from typing_extensions import disjoint_base

from subword._core.cuts import LETTERS as LETTERS
from subword.normalizers.base import TextNormalizer

@disjoint_base
class NormalForm(TextNormalizer): ...

@final
class NFC(NormalForm): ...

@final
class NFD(NormalForm): ...

@final
class NFKC(NormalForm): ...

@final
class NFKD(NormalForm): ...
