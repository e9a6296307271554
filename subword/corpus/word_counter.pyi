from typing import final

import numpy as np
import numpy.typing as npt

from subword._core.pipeline import Normalizer, PreTokenizer
from subword.corpus.word_counts import WordCounts
from subword.vocab.added_tokens import AddedTokenMatcher

@final
class WordCounter:
    def __init__(
        self,
        normalizer: Normalizer | None = None,
        pre_tokenizer: PreTokenizer | None = None,
        *,
        byte_level: bool = False,
        before_normalizer: AddedTokenMatcher | None = None,
        after_normalizer: AddedTokenMatcher | None = None,
    ) -> None: ...
    @property
    def cuts_at_blanks(self) -> bool: ...
    def count_lines(self, data: bytes) -> None: ...
    def count_rows(
        self,
        data: bytes | npt.NDArray[np.uint8],
        offsets: bytes | npt.NDArray[np.uint8],
        wide: bool,
        first: int,
        rows: int,
    ) -> None: ...
    def count_texts(self, texts: list[str]) -> None: ...
    def finish(self) -> WordCounts: ...
