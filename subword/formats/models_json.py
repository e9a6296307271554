"""The models of a tokenizer.json: their JSON objects and our classes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from subword._core.component import component_type, get_field, get_field_or_null
from subword._core.pipeline import PreTokenizer
from subword.formats.json_files import check_no_surrogates
from subword.models import BPE, Unigram, WordLevel, WordPiece
from subword.models.merge_table import MergeTable
from subword.models.piece_unigram import PieceUnigram
from subword.models.piece_words import PieceWords
from subword.models.scored_pieces import ScoredPieces
from subword.pre_tokenizers import with_raw_bytes
from subword.vocab.token_table import TokenTable

# No word can be longer: a text has less than 2**31 bytes.
MAX_WORD_CHARS = 2**62
# Texts on which merges of equal rank are tried: characters of a run, and texts drawn at random.
RUNS = (3, 4, 5, 6, 7, 8, 9, 11, 13, 17, 31, 33, 65)
DRAWN = 5000
Config = Mapping[str, Any]
AnyModel = BPE | Unigram | WordLevel | WordPiece


def model_from_config(config: Config, byte_level: bool) -> AnyModel:
    """Build the model of a tokenizer.json; one without a type is told by its fields.

    Args:
        config: The JSON object.
        byte_level: The model is to read bytes; see `reads_bytes`.

    Raises:
        ValueError: A field is missing or wrong, or no class here is such a model.
    """
    kind = component_type("model", {"type": _type_of(config)}, ("BPE", *MODELS))
    return _bpe(config, byte_level) if kind == "BPE" else MODELS[kind](config)


def model_to_config(model: AnyModel) -> dict[str, Any]:
    """Return the JSON object of a model."""
    if isinstance(model, PieceUnigram | PieceWords):
        raise ValueError(
            f"a tokenizer.json cannot express {model!r}, which follows the rules of `sentencepiece`"
            ": the ids would be others there; write a .model file"
        )
    config = {"type": type(model).__name__, **model.options()}
    if isinstance(model, Unigram):
        if config["fuse_unk"]:  # as always in the original, which does not know the field
            del config["fuse_unk"]
        return {**config, "vocab": [list(piece) for piece in model.pieces]}
    config["vocab"] = dict(sorted(model.vocab.items(), key=lambda item: item[1]))
    if isinstance(model, BPE):
        if model.ranks is not None and not model.byte_level:
            _check_ranks(model)
        config["merges"] = [list(pair) for pair in model.merges]
    return config


def reads_bytes(pre_tokenizer: PreTokenizer | None, config: Config) -> bool:
    """Whether a model may read bytes: it is a BPE, and comes after ByteLevel.

    Args:
        pre_tokenizer: Of the tokenizer.
        config: The JSON object of the model, or at least its type.
    """
    is_bpe = config.get("type") == "BPE" or (config.get("type") is None and "merges" in config)
    return is_bpe and pre_tokenizer is not None and with_raw_bytes(pre_tokenizer) is not None


def _type_of(config: Config) -> object:
    """Return the type of a model: files of before 2020 do not name it."""
    if config.get("type") is not None:
        return config["type"]
    if "merges" in config:
        return "BPE"
    if "max_input_chars_per_word" in config:
        return "WordPiece"
    return "WordLevel" if isinstance(config.get("vocab"), dict | TokenTable) else "Unigram"


def _wordpiece(config: Config) -> WordPiece:
    limit = get_field(config, "max_input_chars_per_word", int)
    if not 0 <= limit <= MAX_WORD_CHARS:
        raise ValueError(f"max_input_chars_per_word must be in [0, {MAX_WORD_CHARS}], got {limit}")
    return WordPiece(
        _vocab(config),
        unk_token=get_field(config, "unk_token", str),
        continuing_subword_prefix=get_field(config, "continuing_subword_prefix", str),
        max_input_chars_per_word=limit,
    )


def _word_level(config: Config) -> WordLevel:
    return WordLevel(_vocab(config), get_field(config, "unk_token", str))


def _unigram(config: Config) -> Unigram:
    scored = config.get("vocab")
    pieces = scored if isinstance(scored, ScoredPieces) else _pieces(config)
    return Unigram(
        pieces,
        get_field_or_null(config, "unk_id", int, None),
        get_field_or_null(config, "byte_fallback", bool, False),
        fuse_unk=get_field_or_null(config, "fuse_unk", bool, True),
    )


def _pieces(config: Config) -> list[Any]:
    pieces: list[Any] = get_field({"type": "Unigram", **config}, "vocab", list)
    for number, piece in enumerate(pieces):
        if type(piece) is not list or len(piece) != 2 or type(piece[0]) is not str:
            raise ValueError(
                f"model.vocab[{number}] must be a piece and its score, got {piece!r:.100}"
            )
    check_no_surrogates("model.vocab", (piece for piece, _ in pieces))
    return pieces


# Every model but BPE, which may read bytes.
MODELS: dict[str, Callable[[Config], AnyModel]] = {
    "Unigram": _unigram,
    "WordLevel": _word_level,
    "WordPiece": _wordpiece,
}


def _bpe(config: Config, byte_level: bool) -> BPE:
    vocab = _vocab(config)
    dropout = config.get("dropout")
    if dropout is not None and (isinstance(dropout, bool) or not isinstance(dropout, int | float)):
        raise ValueError(f"model.dropout must be a number or null, got {dropout!r}")
    flags: dict[str, Any] = {
        flag: get_field_or_null(config, flag, bool, False)
        for flag in ("fuse_unk", "byte_fallback", "ignore_merges")
    }
    return BPE(
        vocab,
        _merges(config),
        dropout=dropout,
        unk_token=_optional_str(config, "unk_token"),
        continuing_subword_prefix=_optional_str(config, "continuing_subword_prefix"),
        end_of_word_suffix=_optional_str(config, "end_of_word_suffix"),
        byte_level=byte_level,
        **flags,
    )


def _merges(config: Config) -> MergeTable | list[tuple[str, str]]:
    if isinstance(config.get("merges"), MergeTable):
        return config["merges"]  # type: ignore[no-any-return]
    return [
        # A list may hold anything: the model looks at it.
        tuple(entry) if type(entry) is list and len(entry) == 2 else _merge(entry, number)
        for number, entry in enumerate(get_field(config, "merges", list))
        if not (isinstance(entry, str) and entry.startswith("#version"))
    ]


def _merge(entry: object, number: int) -> tuple[str, str]:
    if isinstance(entry, str):
        tokens: Sequence[object] = entry.split(" ")
    elif isinstance(entry, list):
        tokens = entry
    else:
        tokens = ()
    if len(tokens) != 2 or not all(isinstance(token, str) for token in tokens):
        raise ValueError(f"model.merges[{number}]: expected two tokens, got {entry!r:.100}")
    return str(tokens[0]), str(tokens[1])


def _vocab(config: Config) -> dict[str, int] | TokenTable:
    vocab = config.get("vocab")
    if isinstance(vocab, TokenTable):
        return vocab
    if not isinstance(vocab, dict):
        raise ValueError(f"model.vocab must be an object, got {type(vocab).__name__}")
    check_no_surrogates("model.vocab", vocab)
    return vocab


def _optional_str(config: Config, key: str) -> str | None:
    return None if config.get(key) is None else get_field(config, key, str)


def _check_ranks(model: BPE) -> None:
    """Raise a ValueError where merges of equal rank come out in another way one by one.

    The merges to one token have one rank, and of equal ranks the leftmost counts. In a list each
    merge has its own. The two can only differ where merges to one token overlap: this looks at each
    token, at two of it, at runs of one character, and at tokens drawn at random. Of different
    tokens only runs of one character may have the same rank.

    Raises:
        ValueError: They differ.
    """
    made: dict[int, str] = {}
    merges = model.merges
    for rank, (left, right) in zip(model.ranks or (), merges, strict=True):
        other, token = made.setdefault(rank, left + right), left + right
        if other != token and len({*other, *token}) > 1:
            raise ValueError(
                f"a tokenizer.json cannot express that {other!r:.40} and {token!r:.40} "
                "have the same score; write a .model file"
            )
    model = model.with_dropout(None)
    listed, tokens = BPE(model.tokens, merges, **model.options()), list(model.vocab)
    rng = random.Random(0)
    texts = [token * times for token in tokens for times in (1, 2)]
    texts += [char * n for char in tokens if len(char) == 1 for n in RUNS]
    texts += ["".join(rng.choices(tokens, k=rng.randint(2, 8))) for _ in range(DRAWN)]
    for text in texts:
        if listed.tokenize_word(text) != model.tokenize_word(text):
            raise ValueError(
                f"a tokenizer.json cannot express the scores of this model: {text[:60]!r} would "
                "have other ids there; write a .model file"
            )
