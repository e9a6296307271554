"""A SentencePiece .model file as a tokenizer, with the ids and pieces that `sentencepiece` gives.

`sentencepiece_folders.py` has the other meaning of such a file: the tokenizer that `transformers`
makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from subword import normalizers
from subword.decoders.base import Decoder
from subword.decoders.sentencepiece import MARK
from subword.decoders.sentencepiece import SentencePiece as SentencePieceDecoder
from subword.formats.json_files import PathLike, errors_name
from subword.formats.parts import TokenizerParts
from subword.formats.sentencepiece_model import Algorithm, Kind, SentencePieceModel, read_model
from subword.models.bpe import BPE
from subword.models.piece_unigram import PieceUnigram
from subword.models.piece_words import PieceWords
from subword.normalizers.base import TextNormalizer
from subword.vocab.added_tokens import AddedToken

# Characters of a piece that BPE can merge. The longest of published models have some dozens.
MAX_MERGED_CHARS = 1024
# Splits of one piece that are put in order, which takes their square. Published pieces have fewer.
MAX_ORDERED = 32


def sentencepiece_parts(path: PathLike) -> TokenizerParts:
    """Return the parts of the tokenizer that a .model file is to `sentencepiece`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file, or holds what is not supported; the message names the piece
            or the byte.
    """
    model = read_model(path)
    with errors_name(path):
        return model_parts(model)


def model_parts(model: SentencePieceModel) -> TokenizerParts:
    """Return the parts of the tokenizer that a model is to `sentencepiece`."""
    falls_back = bool(model.trainer["byte_fallback"])
    parts: TokenizerParts
    with errors_name("normalizer_spec"):
        normalizer = _normalizer(model)
    vocab = {piece: index for index, piece in enumerate(model.pieces)}
    added: list[AddedToken] = []
    if model.algorithm == Algorithm.UNIGRAM:
        pairs = list(zip(model.pieces, model.scores, strict=True))
        parts = {"model": PieceUnigram(pairs, model.kinds, falls_back)}
    elif len(vocab) < len(model.pieces):
        twice = next(i for i, piece in enumerate(model.pieces) if vocab[piece] != i)
        raise ValueError(f"piece {twice}: {model.pieces[twice]!r:.40} is defined twice")
    elif model.algorithm == Algorithm.WORD:
        parts = {"model": PieceWords(vocab, model.kinds, falls_back)}
    else:
        _check_characters(model)
        merges, ranks = ranked_merges(model) if model.algorithm == Algorithm.BPE else ([], [])
        unknown = None if model.unk_id is None else model.pieces[model.unk_id]
        parts = {
            "model": BPE(
                *(vocab, merges),
                unk_token=unknown,
                fuse_unk=True,
                byte_fallback=falls_back,
                ranks=ranks,
                redraws=False,
            )
        }
        added = [AddedToken(piece, normalized=True) for piece in model.of_kind(Kind.USER_DEFINED)]
        if is_plain(normalizer) and falls_back and not added:
            steps = [normalizers.Prepend(MARK)] if normalizer.add_dummy_prefix else []
            parts["normalizer"] = normalizers.Sequence([*steps, normalizers.Replace(" ", MARK)])
    parts.setdefault("normalizer", normalizer)
    parts["decoder"] = _decoder(model)
    parts["added_tokens"] = added
    parts["config"] = {}
    parts["sentencepiece"] = model
    return parts


def _normalizer(model: SentencePieceModel) -> normalizers.SentencePiece:
    spec = model.normalizer
    return normalizers.SentencePiece(
        spec["precompiled_charsmap"],
        bool(spec["add_dummy_prefix"]),
        bool(spec["remove_extra_whitespaces"]),
        bool(spec["escape_whitespaces"]),
        bool(model.trainer["treat_whitespace_as_suffix"]),
        model.of_kind(Kind.USER_DEFINED),
    )


def is_plain(normalizer: normalizers.SentencePiece) -> bool:
    """Whether a normalizer only writes marks for spaces, and perhaps one before the text."""
    return not (
        normalizer.precompiled_charsmap
        or normalizer.remove_extra_whitespaces
        or not normalizer.escape_whitespaces
        or (normalizer.add_dummy_prefix and normalizer.treat_whitespace_as_suffix)
        or normalizer.user_defined
    )


def _decoder(model: SentencePieceModel) -> Decoder:
    denormalizer: TextNormalizer | None = None
    if charsmap := model.denormalizer.get("precompiled_charsmap"):
        with errors_name("denormalizer_spec"):
            denormalizer = normalizers.SentencePiece(
                charsmap,
                bool(model.denormalizer["add_dummy_prefix"]),
                bool(model.denormalizer["remove_extra_whitespaces"]),
                bool(model.denormalizer["escape_whitespaces"]),
            )
    return SentencePieceDecoder(
        model.of_kind(Kind.CONTROL),
        None if model.unk_id is None else model.pieces[model.unk_id],
        model.trainer["unk_surface"],
        add_dummy_prefix=bool(model.normalizer["add_dummy_prefix"]),
        remove_extra_whitespaces=bool(model.normalizer["remove_extra_whitespaces"]),
        byte_fallback=bool(model.trainer["byte_fallback"]),
        denormalizer=denormalizer,
    )


def _check_characters(model: SentencePieceModel) -> None:
    """Raise a ValueError where pieces of characters are used as no trainer makes them."""
    found = (Kind.NORMAL, Kind.USER_DEFINED)
    single = {p for p in model.of_kind(*found) if len(p) == 1}
    for index, (piece, kind) in enumerate(zip(model.pieces, model.kinds, strict=True)):
        if len(piece) == 1 and kind not in found:
            raise ValueError(
                f"piece {index}: {piece!r} is a character, and so must be normal or user defined, "
                f"got the type {Kind(kind).name}"
            )
        if model.algorithm == Algorithm.CHAR or kind not in (Kind.NORMAL, Kind.UNUSED):
            continue
        if kind == Kind.UNUSED:
            raise ValueError(f"piece {index}: unused pieces ({piece!r:.40}) need a unigram model")
        if len(piece) > MAX_MERGED_CHARS:
            raise ValueError(
                f"piece {index}: a piece that is merged has at most {MAX_MERGED_CHARS} characters, "
                f"{piece[:20]!r}... has {len(piece)}"
            )
        if len(piece) > 1 and not single.issuperset(piece):
            character = next(c for c in piece if c not in single)
            raise ValueError(f"piece {index}: {character!r} of {piece!r:.40} is no piece itself")


def ranked_merges(model: SentencePieceModel) -> tuple[list[tuple[str, str]], list[int]]:
    """Return the merges of a BPE model, and the rank of each.

    Any two neighbours that are a piece together merge, that of the highest score first, and of
    equal scores the leftmost. So all merges of one score have one rank.
    """
    pieces = model.of_kind(Kind.NORMAL)
    normal = set(pieces)
    scores = dict(zip(model.pieces, model.scores, strict=True))
    ranks = {score: rank for rank, score in enumerate(sorted({*model.scores}, reverse=True))}
    sizes = {len(piece) for piece in normal}
    merges = [
        (ranks[scores[piece]], pair)
        for piece in pieces
        if len(piece) > 1
        for pair in _in_order(list(_splits(piece, normal, sizes)))
    ]
    merges.sort(key=lambda merge: merge[0])
    return [pair for _, pair in merges], [rank for rank, _ in merges]


def _splits(piece: str, pieces: set[str], sizes: set[int]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of pieces that a piece can be merged from."""
    for i in range(1, len(piece)):
        if i in sizes and len(piece) - i in sizes:
            left, right = piece[:i], piece[i:]
            if left in pieces and right in pieces:
                yield left, right


def _in_order(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the splits of a piece so that the leftmost of two that overlap comes first.

    In a tokenizer.json each merge has a rank of its own. Two merges to one piece overlap if the
    right part of one is the left part of the other: then that one is on the left.
    """
    for _ in pairs if len(pairs) <= MAX_ORDERED else ():
        for i, j in pairwise(range(len(pairs))):
            if pairs[j][1] == pairs[i][0] and pairs[i][1] != pairs[j][0]:
                pairs[i], pairs[j] = pairs[j], pairs[i]
    return pairs
