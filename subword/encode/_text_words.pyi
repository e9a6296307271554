from typing import Any

from subword._core.pipeline import Normalizer, PreTokenizer
from subword.vocab.added_tokens import AddedTokenMatcher

def text_words(
    before_normalizer: AddedTokenMatcher,
    after_normalizer: AddedTokenMatcher,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    text: str,
) -> list[tuple[Any, Any, Any]]: ...
