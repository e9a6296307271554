from collections.abc import Callable
from typing import final

from subword._core.pipeline import Model, Normalizer, PreTokenizer
from subword.encode.chunk_rules import ChunkRules
from subword.vocab.added_tokens import AddedTokenMatcher

@final
class Encoder:
    def __init__(
        self,
        normalizer: Normalizer | None,
        pre_tokenizer: PreTokenizer | None,
        model: Model,
        before_normalizer: AddedTokenMatcher,
        after_normalizer: AddedTokenMatcher,
        caches_words: bool = True,
        splits_long_texts: bool = False,
        cache_limit: int = ...,
        chunk_rules: Callable[[], ChunkRules | None] | None = None,
    ) -> None: ...
    @property
    def normalizer(self) -> Normalizer | None: ...
    @property
    def pre_tokenizer(self) -> PreTokenizer | None: ...
    @property
    def model(self) -> Model: ...
    @property
    def unsplit(self) -> object | None: ...
    @property
    def chunks(self) -> object | None: ...
    @property
    def samples(self) -> bool: ...
    @property
    def splits_long_texts(self) -> bool: ...
    @property
    def cache_limit(self) -> int: ...
    def shortcuts(self) -> set[str]: ...
    def cache_info(self) -> dict[str, int]: ...
    def cache_clear(self) -> None: ...
