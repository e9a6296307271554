from subword._core.pipeline import Model, Normalizer, PreTokenizer
from subword.vocab.added_tokens import AddedTokenMatcher

def unknown_words(
    before_normalizer: AddedTokenMatcher,
    after_normalizer: AddedTokenMatcher,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    model: Model,
    unknown: int,
    text: str,
    stream: int = 0,
) -> dict[int, list[str | None]]: ...
