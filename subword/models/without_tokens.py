"""Models that never give some of their tokens, for texts that must not spell special tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from subword.models.bpe import BPE
from subword.models.piece_unigram import PieceUnigram
from subword.models.piece_words import PieceWords
from subword.models.unigram import Unigram
from subword.models.word_level import WordLevel
from subword.models.wordpiece import WordPiece

# The kind of the pieces of SentencePiece that no text gives.
CONTROL = 3

Model = TypeVar("Model", BPE, Unigram, WordLevel, WordPiece)


def without_tokens(model: Model, ids: Collection[int]) -> Model:
    """Return a model like another that gives no token of these ids, whatever a word spells.

    The unknown token stays: it says that there is nothing to say.

    Args:
        model: The model; returned as it is if no word gives these ids.
        ids: The ids that no word may give.

    Example:
        >>> model = WordPiece({"[UNK]": 0, "[SEP]": 1, "[": 2, "##SEP": 3, "##]": 4})
        >>> [index for index, _, _ in without_tokens(model, {1}).tokenize_word("[SEP]")]
        [2, 3, 4]
    """
    vocab = model.vocab
    unknown = model.unk_id if isinstance(model, Unigram) else vocab.get(model.unk_token or "")
    hidden = {token for token, i in vocab.items() if i in ids and i != unknown}
    if not hidden:
        return model
    if isinstance(model, PieceUnigram | PieceWords):
        kinds = bytearray(model.kinds)
        for token in hidden:
            kinds[vocab[token]] = CONTROL
        known: Any = model.pieces if isinstance(model, PieceUnigram) else vocab
        limited: Any = type(model)(known, bytes(kinds), model.byte_fallback)
        if isinstance(model, PieceUnigram):
            limited = limited.with_sampling(model.alpha, model.nbest_size)
        return limited  # type: ignore[no-any-return]
    if isinstance(model, Unigram):
        pieces = model.pieces
        unmatched = {i for i, (piece, _) in enumerate(pieces) if piece in hidden}
        return Unigram(
            pieces,
            **model.options(),
            unmatched=unmatched | model.unmatched,
            alpha=model.alpha,
            nbest_size=model.nbest_size,
        )
    kept = {token: i for token, i in vocab.items() if token not in hidden}
    if isinstance(model, BPE):
        return _bpe_without(model, kept, hidden)
    return type(model)(kept, **model.options())


def _bpe_without(model: BPE, kept: dict[str, int], hidden: set[str]) -> BPE:
    """Return a BPE model without tokens and the merges that make or take them."""
    prefix = model.continuing_subword_prefix or ""
    suffix = model.end_of_word_suffix or ""
    merges = model.merges
    made = [a + b.removeprefix(prefix) for a, b in merges]
    usable = [
        i
        for i, (a, b) in enumerate(merges)
        if made[i] not in hidden and a not in hidden and b not in hidden
    ]
    spelled = any(len(token.removeprefix(prefix).removesuffix(suffix)) == 1 for token in hidden)
    if len(usable) == len(merges) and not (model.ignore_merges or spelled):
        return model
    return BPE(
        kept,
        [merges[i] for i in usable],
        **model.options(),
        byte_level=model.byte_level,
        ranks=None if model.ranks is None else [model.ranks[i] for i in usable],
        redraws=model.redraws,
    )
