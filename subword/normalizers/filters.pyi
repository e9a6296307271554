from typing import final

from typing_extensions import disjoint_base

from subword.normalizers.base import TextNormalizer

@disjoint_base
class Filter(TextNormalizer): ...

@final
class StripAccents(Filter): ...

@final
class BertMarks(Filter): ...

@final
class Nmt(Filter): ...
