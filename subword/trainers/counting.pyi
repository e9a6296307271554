from typing_extensions import Buffer, disjoint_base

from subword._pipeline import Normalizer, PreTokenizer
from subword.added_tokens import Matcher
from subword.trainers.word_counts import WordCounts

@disjoint_base
class WordCounter:
    def __init__(
        self,
        normalizer: Normalizer | None = None,
        pre_tokenizer: PreTokenizer | None = None,
        *,
        byte_level: bool = False,
        raw: Matcher | None = None,
        after: Matcher | None = None,
    ) -> None: ...
    def count_lines(self, data: bytes) -> None: ...
    def count_rows(
        self, data: Buffer, offsets: Buffer, wide: bool, first: int, rows: int
    ) -> None: ...
    def count_texts(self, texts: list[str]) -> None: ...
    def finish(self) -> WordCounts: ...
