"""A new vocabulary for the pipeline of a tokenizer: what `Tokenizer.train_new` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from subword import pre_tokenizers, processors
from subword._core.pipeline import PreTokenizer, flatten
from subword._core.progress import progress_bar
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.sources import Source
from subword.corpus.stages import Algorithm, WordStages
from subword.corpus.word_counts import WordCounts
from subword.formats import models_json
from subword.models.bpe import BPE
from subword.models.unigram import Unigram
from subword.models.word_level import WordLevel
from subword.models.wordpiece import WordPiece
from subword.trainers.algorithms import (
    ALGORITHM_TRAINERS,
    learn_bpe,
    learn_unigram,
    learn_word_level,
    learn_wordpiece,
)
from subword.trainers.options import Score, TrainingOptions
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import BYTE_TOKENS, CHARS
from subword.vocab.vocabulary import as_added_tokens

# Learns a vocabulary, and returns it with a model like `old` around it.
Retrain = Callable[[Any, PreTokenizer | None, WordCounts, TrainingOptions], Any]
AnyModel = BPE | Unigram | WordLevel | WordPiece


def retrained_parts(
    tokenizer: Any,
    source: Source | Mapping[str, int] | WordCounts,
    vocab_size: int,
    *,
    new_special_tokens: Iterable[str | AddedToken] = (),
    min_frequency: int | None = None,
    limit_alphabet: int | None = None,
    max_token_length: int | None = None,
    score: Score | None = None,
    **source_options: Any,
) -> dict[str, Any]:
    """Return the parts of a tokenizer like `tokenizer` with a vocabulary learned from `source`.

    The arguments are those of `Tokenizer.train_new`; the last are those of `SourceOptions`.
    """
    reading = SourceOptions(**source_options)
    old: AnyModel = tokenizer.model
    if type(old) not in _MODELS:
        kind = "unigram" if isinstance(old, Unigram) else "word_level"
        raise ValueError(
            f"{old!r} of a .model file follows rules of `sentencepiece` that no trainer here has:"
            f" it cannot be trained anew; subword.train(..., {kind!r}) trains one of a"
            " tokenizer.json"
        )
    retrain, algorithm = _MODELS[type(old)]
    for name, value in (
        ("max_token_length", max_token_length),
        ("score", score),
        ("limit_alphabet", limit_alphabet),
    ):
        if value is not None and name not in ALGORITHM_TRAINERS[algorithm].own_options:
            raise ValueError(f"{name} is not for {type(old).__name__} models")
    model_options = old.options()
    unk_token = _unk_token(old)
    added = _added_tokens(tokenizer, new_special_tokens, unk_token)
    specials = [token.content for token in added if token.special]
    if model_options.get("byte_fallback"):
        specials += BYTE_TOKENS
    pre_tokenizer = tokenizer.pre_tokenizer
    stages = WordStages(tokenizer.normalizer, pre_tokenizer, _counts_bytes(old, pre_tokenizer))
    if isinstance(source, Mapping | WordCounts):
        counts = source if isinstance(source, WordCounts) else WordCounts(source)
        stages.check_counts(counts)
    else:
        counts = count_source(source, stages, reading)
    verb = ALGORITHM_TRAINERS[algorithm].verb
    with progress_bar(reading.progress, verb, vocab_size, "token", absolute=True) as advance:
        options = TrainingOptions(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            special_tokens=specials,
            limit_alphabet=limit_alphabet,
            initial_alphabet=CHARS if _maps_bytes(pre_tokenizer) else (),
            continuing_subword_prefix=model_options.get("continuing_subword_prefix"),
            end_of_word_suffix=model_options.get("end_of_word_suffix"),
            max_token_length=max_token_length,
            score=score or "likelihood",
            threads=reading.threads,
            unk_token=unk_token,
            consume=counts is not source,
            progress=advance,
        )
        model = retrain(old, pre_tokenizer, counts, options)
    processor, padding = tokenizer.post_processor, tokenizer.padding
    if processor is not None:
        processor = processors.from_dict(with_new_ids(processor.to_dict(), model.vocab))
    if padding is not None:
        padding = {**padding, "pad_id": _id_of(padding["pad_token"], model.vocab, "padding")}
    return {
        "model": model,
        "normalizer": tokenizer.normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": processor,
        "decoder": tokenizer.decoder,
        "added_tokens": added,
        "truncation": tokenizer.truncation,
        "padding": padding,
        "config": tokenizer.config,
        "cache_bytes": tokenizer.cache_bytes,
    }


def _retrained_bpe(
    old: BPE, pre_tokenizer: PreTokenizer | None, counts: WordCounts, options: TrainingOptions
) -> BPE:
    vocab, merges = learn_bpe(counts, options, byte_level=_counts_bytes(old, pre_tokenizer))
    byte_level = models_json.reads_bytes(pre_tokenizer, {"type": "BPE"})
    return BPE(vocab, merges, byte_level=byte_level, redraws=old.redraws, **old.options())


def _retrained_wordpiece(
    old: WordPiece, pre_tokenizer: PreTokenizer | None, counts: WordCounts, options: TrainingOptions
) -> WordPiece:
    return WordPiece(learn_wordpiece(counts, options), **old.options())


def _retrained_unigram(
    old: Unigram, pre_tokenizer: PreTokenizer | None, counts: WordCounts, options: TrainingOptions
) -> Unigram:
    pieces = learn_unigram(counts, options)
    unk_id = None
    if options.unk_token is not None:
        unk_id = [piece for piece, _ in pieces].index(options.unk_token)
    model = Unigram(pieces, **{**old.options(), "unk_id": unk_id})
    return model.with_sampling(old.alpha, old.nbest_size)


def _retrained_word_level(
    old: WordLevel, pre_tokenizer: PreTokenizer | None, counts: WordCounts, options: TrainingOptions
) -> WordLevel:
    return WordLevel(learn_word_level(counts, options), **old.options())


# Class of the model -> how it is trained anew, and the algorithm whose options it takes.
_MODELS: dict[type, tuple[Retrain, Algorithm]] = {
    BPE: (_retrained_bpe, "bpe"),
    Unigram: (_retrained_unigram, "unigram"),
    WordLevel: (_retrained_word_level, "word_level"),
    WordPiece: (_retrained_wordpiece, "wordpiece"),
}


def _unk_token(model: AnyModel) -> str | None:
    """Return the unknown token of a model."""
    if isinstance(model, Unigram):
        return None if model.unk_id is None else model.pieces[model.unk_id][0]
    return model.unk_token


def _added_tokens(
    tokenizer: Any, new_special_tokens: Iterable[str | AddedToken], unk_token: str | None
) -> list[AddedToken]:
    """Return the added tokens of the new tokenizer in the order of their ids."""
    added = [token for _, token in sorted(tokenizer.added_tokens.items())]
    known = {token.content for token in added}
    for token in as_added_tokens("new_special_tokens", new_special_tokens):
        if token.content not in known:
            added.append(token)
    if unk_token is not None and unk_token not in {token.content for token in added}:
        added.insert(0, AddedToken(unk_token, special=True))
    return added


def _counts_bytes(old: AnyModel, pre_tokenizer: PreTokenizer | None) -> bool:
    """Say whether the words for a model like `old` are counted as bytes, and not as characters."""
    options = old.options()
    spells = ("continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")
    return not any(options.get(name) for name in spells) and models_json.reads_bytes(
        pre_tokenizer, {"type": type(old).__name__}
    )


def with_new_ids(config: Mapping[str, Any], vocab: Mapping[str, int]) -> dict[str, Any]:
    """Return the JSON object of a post-processor with the ids that its tokens have in `vocab`.

    Raises:
        ValueError: It needs a token that is not in it.
    """
    name = str(config["type"])
    result = dict(config)
    if name == "Sequence":
        result["processors"] = [with_new_ids(step, vocab) for step in config["processors"]]
    elif name == "TemplateProcessing":
        result["special_tokens"] = {
            key: {**token, "ids": [_id_of(part, vocab, name) for part in token["tokens"]]}
            for key, token in config["special_tokens"].items()
        }
    for key in ("cls", "sep"):
        if key in config:
            result[key] = [config[key][0], _id_of(config[key][0], vocab, name)]
    return result


def _id_of(token: str, vocab: Mapping[str, int], place: str) -> int:
    if token not in vocab:
        raise ValueError(
            f"{place} needs the token {token!r}, which is no special token of this tokenizer: name"
            " it in new_special_tokens"
        )
    return vocab[token]


def _maps_bytes(pre_tokenizer: PreTokenizer | None) -> bool:
    return any(isinstance(step, pre_tokenizers.ByteLevel) for step in flatten(pre_tokenizer))
