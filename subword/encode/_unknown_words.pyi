from subword._core.pipeline import Normalizer, PreTokenizer
from subword.models.unigram import Unigram
from subword.vocab.added_tokens import AddedTokenMatcher

def unknown_words(
    before_normalizer: AddedTokenMatcher,
    after_normalizer: AddedTokenMatcher,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    model: Unigram,
    text: str,
) -> dict[int, list[str | None]]: ...
