from typing import final

from subword._core.pipeline import Model, Normalizer, PreTokenizer
from subword.vocab.added_tokens import Matcher

@final
class Encoder:
    def __init__(
        self,
        normalizer: Normalizer | None,
        pre_tokenizer: PreTokenizer | None,
        model: Model,
        raw: Matcher,
        after: Matcher,
        caches_words: bool = True,
        cache_limit: int = ...,
    ) -> None: ...
    @property
    def normalizer(self) -> Normalizer | None: ...
    @property
    def pre_tokenizer(self) -> PreTokenizer | None: ...
    @property
    def model(self) -> Model: ...
    @property
    def sentences(self) -> object | None: ...
    @property
    def cache_limit(self) -> int: ...
    cuts: bool
    def cache_info(self) -> dict[str, int]: ...
    def cache_clear(self) -> None: ...
