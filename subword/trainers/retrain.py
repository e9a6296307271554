"""A new vocabulary for a pipeline that is there: what `Tokenizer.train_new` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from subword import pre_tokenizers, processors
from subword._core.pipeline import PreTokenizer
from subword._core.progress import progress_bar
from subword.corpus.counting import count_source
from subword.corpus.sources import PathLike, Source
from subword.corpus.word_counts import WordCounts
from subword.formats import models_json
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.trainers.bpe import train_bpe
from subword.trainers.wordpiece import train_wordpiece
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import CHARS

BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]


def new_parts(
    tokenizer: Any,
    source: Source | Mapping[str, int] | WordCounts,
    vocab_size: int,
    *,
    new_special_tokens: Iterable[str | AddedToken] = (),
    min_frequency: int | None = None,
    limit_alphabet: int | None = None,
    max_token_length: int | None = None,
    score: Literal["likelihood", "frequency", "gain"] | None = None,
    field: str | None = None,
    column: str | None = None,
    threads: int | None = None,
    progress: bool = True,
    checkpoint: PathLike | None = None,
) -> dict[str, Any]:
    """Return the parts of a tokenizer like `tokenizer` with a vocabulary learned from `source`.

    The arguments are those of `Tokenizer.train_new`.
    """
    old: BPE | WordPiece = tokenizer.model
    options = old.options()
    is_bpe = isinstance(old, BPE)
    for name, value, wanted in (
        ("max_token_length", max_token_length, True),
        ("score", score, False),
    ):
        if value is not None and wanted != is_bpe:
            raise ValueError(f"{name} is not for {'BPE' if is_bpe else 'WordPiece'} models")
    stages = (tokenizer.normalizer, tokenizer.pre_tokenizer)
    added = [token for _, token in sorted(tokenizer.added_tokens.items())]
    known = {token.content for token in added}
    for new in new_special_tokens:
        token = new if isinstance(new, AddedToken) else AddedToken(new, special=True)
        if token.content not in known:
            added.append(token)
    unk_token = options["unk_token"]
    if unk_token is not None and unk_token not in {token.content for token in added}:
        added.insert(0, AddedToken(unk_token, special=True))
    first = [token.content for token in added if token.special]
    if options.get("byte_fallback"):
        first += BYTE_TOKENS
    known_bytes = {"type": type(old).__name__, **options, "vocab": dict.fromkeys(CHARS, 0)}
    byte_level = models_json.reads_bytes(stages[1], known_bytes)
    if isinstance(source, Mapping | WordCounts):
        counts = source if isinstance(source, WordCounts) else WordCounts(source)
    else:
        counts = count_source(
            source,
            *stages,
            byte_level,
            field=field,
            column=column,
            threads=threads,
            progress=progress,
            checkpoint=checkpoint,
        )
    common: dict[str, Any] = {
        "special_tokens": first,
        "limit_alphabet": limit_alphabet,
        "initial_alphabet": CHARS if _maps_bytes(stages[1]) else (),
        "continuing_subword_prefix": options["continuing_subword_prefix"],
        "consume": counts is not source,
    }
    with progress_bar(progress, "merging", vocab_size, "token", absolute=True) as advance:
        if is_bpe:
            tokens, merges = train_bpe(
                counts,
                vocab_size,
                min_frequency=min_frequency or 0,
                end_of_word_suffix=options["end_of_word_suffix"],
                max_token_length=max_token_length,
                byte_level=byte_level,
                progress=advance,
                **common,
            )
        else:
            tokens, merges = train_wordpiece(
                counts,
                vocab_size,
                min_frequency=min_frequency,
                score=score or "likelihood",
                progress=advance,
                **common,
            )
    vocab = {token: i for i, token in enumerate(tokens)}
    if is_bpe:
        reads_bytes = models_json.reads_bytes(stages[1], {**known_bytes, "vocab": vocab})
        model: BPE | WordPiece = BPE(vocab, merges, byte_level=reads_bytes, **options)
    else:
        model = WordPiece(vocab, **options)
    processor, padding = tokenizer.post_processor, tokenizer.padding
    if processor is not None:
        processor = processors.from_dict(renumbered(processor.to_dict(), vocab))
    if padding is not None:
        padding = {**padding, "pad_id": _id_of(padding["pad_token"], vocab, "padding")}
    return {
        "model": model,
        "normalizer": stages[0],
        "pre_tokenizer": stages[1],
        "post_processor": processor,
        "decoder": tokenizer.decoder,
        "added_tokens": added,
        "truncation": tokenizer.truncation,
        "padding": padding,
        "config": tokenizer.config,
        "cache_bytes": tokenizer.cache_bytes,
    }


def renumbered(config: Mapping[str, Any], vocab: Mapping[str, int]) -> dict[str, Any]:
    """Return the JSON object of a post-processor with the ids that its tokens have in `vocab`.

    Raises:
        ValueError: It needs a token that is not there.
    """
    name = str(config["type"])
    result = dict(config)
    if name == "Sequence":
        result["processors"] = [renumbered(step, vocab) for step in config["processors"]]
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
    if isinstance(pre_tokenizer, pre_tokenizers.Sequence):
        return any(_maps_bytes(step) for step in pre_tokenizer.steps)
    return isinstance(pre_tokenizer, pre_tokenizers.ByteLevel)
