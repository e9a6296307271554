"""Folders that hold a SentencePiece .model and no tokenizer.json, as `transformers` converts them.

The pieces are put into the pipeline of the model's kind, with special and added tokens. Ids may be
other than those of the file: XLM-R's are shifted by one, as fairseq numbered them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from subword import decoders, normalizers, pre_tokenizers
from subword.decoders.sentencepiece import MARK
from subword.formats.json_files import PathLike, errors_name
from subword.formats.parts import TokenizerParts
from subword.formats.sentencepiece import ranked_merges
from subword.formats.sentencepiece_model import Algorithm, Kind, SentencePieceModel, read_model
from subword.models import BPE, Unigram
from subword.normalizers.base import TextNormalizer
from subword.processors.template import TemplateProcessing
from subword.vocab.added_tokens import AddedToken

Config = Mapping[str, Any]
Scored = list[tuple[str, float]]
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
EXTRA_IDS = 100  # of T5


def t5_parts(model: SentencePieceModel, config: Config) -> TokenizerParts:
    """Return the parts of T5's tokenizer: `</s>` ends a text, and there are 100 extra ids."""
    names = _names(config, eos_token="</s>", unk_token="<unk>", pad_token="<pad>")
    count = config.get("extra_ids", EXTRA_IDS)
    if type(count) is not int or not 0 <= count <= 1 << 16:
        raise ValueError(f"extra_ids must be a number from 0 to 65536, got {count!r}")
    extra = [f"<extra_id_{i}>" for i in range(count - 1, -1, -1)]
    parts = _unigram_parts(model, [*_scored(model), *((token, 0.0) for token in extra)])
    parts["normalizer"] = _charsmap(model)
    eos = names["eos_token"]
    parts["post_processor"] = _template(parts, f"$A {eos}", f"$A {eos} $B {eos}", [eos])
    return _with_added(parts, model, config, names, extra)


def xlm_roberta_parts(model: SentencePieceModel, config: Config) -> TokenizerParts:
    """Return the parts of XLM-R's tokenizer: four special tokens come first, `<mask>` last."""
    special = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    names = _names(config, **special, mask_token="<mask>")
    first = [(names[role], 0.0) for role in special]
    pieces = [*first, *_scored(model)[3:], (names["mask_token"], 0.0)]
    parts = _unigram_parts(model, pieces, unk_id=3)
    parts["normalizer"] = _charsmap(model)
    bos, eos = names["bos_token"], names["eos_token"]
    parts["post_processor"] = _template(
        parts, f"{bos} $A {eos}", f"{bos} $A {eos} {eos} $B {eos}", [bos, eos]
    )
    return _with_added(parts, model, config, names)


def albert_parts(model: SentencePieceModel, config: Config) -> TokenizerParts:
    """Return the parts of ALBERT's tokenizer: quotes, accents and case are normalized first."""
    names = _names(
        config,
        **{"unk_token": "<unk>", "sep_token": "[SEP]", "pad_token": "<pad>"},
        **{"cls_token": "[CLS]", "mask_token": "[MASK]"},
    )
    steps: list[TextNormalizer] = [normalizers.Replace(quote, '"') for quote in ("``", "''")]
    if not _flag(config, "keep_accents", False):
        steps += [normalizers.NFKD(), normalizers.StripAccents()]
    if _flag(config, "do_lower_case", True):
        steps.append(normalizers.Lowercase())
    charsmap = _charsmap(model)
    parts = _unigram_parts(model, _scored(model))
    parts["normalizer"] = normalizers.Sequence([*steps, charsmap] if charsmap else steps)
    cls, sep = names["cls_token"], names["sep_token"]
    parts["post_processor"] = _template(
        parts, f"{cls}:0 $A:0 {sep}:0", f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1", [cls, sep]
    )
    return _with_added(parts, model, config, names)


def llama_parts(model: SentencePieceModel, config: Config) -> TokenizerParts:
    """Return the parts of Llama-2's tokenizer: BPE over the whole text, `<s>` before it."""
    if model.algorithm != Algorithm.BPE:
        raise ValueError(f"a Llama model must be BPE, this one is {model.algorithm.name}")
    names = _names(config, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    merges, _ = ranked_merges(model)
    prefix = _flag(config, "add_prefix_space", True)
    steps: list[TextNormalizer] = [normalizers.Prepend(MARK)] if prefix else []
    parts: TokenizerParts = {
        "model": BPE(
            *({piece: index for index, piece in enumerate(model.pieces)}, merges),
            unk_token=names["unk_token"],
            fuse_unk=True,
            byte_fallback=bool(model.trainer["byte_fallback"]),
        )
    }
    if _flag(config, "legacy", True):
        parts["normalizer"] = normalizers.Sequence([*steps, normalizers.Replace(" ", MARK)])
    else:
        scheme = "first" if prefix else "never"
        parts["pre_tokenizer"] = pre_tokenizers.Metaspace(MARK, scheme, False)
    chain = [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse()]
    parts["decoder"] = decoders.Sequence([*chain, *([decoders.Strip(" ", 1)] if prefix else [])])
    bos = [names["bos_token"]] if _flag(config, "add_bos_token", True) else []
    eos = [names["eos_token"]] if _flag(config, "add_eos_token", False) else []
    first = " ".join([f"{token}:0" for token in bos] + ["$A:0"] + [f"{token}:0" for token in eos])
    second = " ".join([f"{token}:1" for token in bos] + ["$B:1"] + [f"{token}:1" for token in eos])
    parts["post_processor"] = _template(parts, first, f"{first} {second}", [*bos, *eos])
    return _with_added(parts, model, config, names)


@dataclass(frozen=True)
class Family:
    """Models whose tokenizers are converted in one way.

    Attributes:
        make: Returns the parts, from the model and the tokenizer_config.json.
        classes: The classes of transformers that do.
        types: The types of models with such a tokenizer.
    """

    make: Callable[[SentencePieceModel, Config], TokenizerParts]
    classes: tuple[str, ...]
    types: tuple[str, ...]


FAMILIES = {
    "t5": Family(t5_parts, ("T5Tokenizer", "MT5Tokenizer"), ("t5", "mt5", "umt5", "longt5")),
    "xlm-roberta": Family(
        xlm_roberta_parts, ("XLMRobertaTokenizer",), ("xlm-roberta", "xlm-roberta-xl", "xmod")
    ),
    "albert": Family(albert_parts, ("AlbertTokenizer",), ("albert",)),
    "llama": Family(llama_parts, ("LlamaTokenizer",), ("llama", "mistral", "mixtral")),
}


def converted_parts(path: PathLike, config: Config, model_type: str | None) -> TokenizerParts:
    """Return the parts of the tokenizer that `transformers` makes of a .model file.

    Args:
        path: The file.
        config: The tokenizer_config.json beside it, empty if there is none.
        model_type: That of the config.json beside it.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is broken, or of a kind that is not known.
    """
    model = read_model(path)
    with errors_name(path):
        family = FAMILIES[_family(model, config, model_type)]
        parts = family.make(model, config)
    parts["config"] = {"tokenizer_class": family.classes[0], **config}
    if "pad_token" not in config and "<pad>" in model.pieces:
        parts["config"] = {"pad_token": "<pad>", **parts["config"]}
    return parts


def _family(model: SentencePieceModel, config: Config, model_type: str | None) -> str:
    """Return the family: of the class that is named, else of the type, else what the pieces say."""
    named = config.get("tokenizer_class")
    if named is not None:
        for name, family in FAMILIES.items():
            if str(named).removesuffix("Fast") in family.classes:
                return name
    for name, family in FAMILIES.items():
        if named is None and model_type in family.types:
            return name
    if named is None and model_type is None:
        if model.algorithm == Algorithm.BPE:
            return "llama"
        if "[CLS]" in model.pieces:
            return "albert"
        if list(model.pieces[:3]) == ["<pad>", "</s>", "<unk>"]:
            return "t5"
        if list(model.pieces[:3]) == ["<unk>", "<s>", "</s>"]:
            return "xlm-roberta"
    known = ", ".join(name for family in FAMILIES.values() for name in family.classes)
    what = f"the tokenizer class {named!r}" if named else f"the model type {model_type!r}"
    raise ValueError(
        f"how {what} uses a .model file is not known, only how {known} do; "
        "`Tokenizer.from_sentencepiece` reads it as `sentencepiece` does"
    )


def _names(config: Config, **defaults: str) -> dict[str, str]:
    """Return the special tokens by their role, as the configuration names them."""
    found = dict(defaults)
    for role in ROLES:
        token = config.get(role)
        token = token.get("content") if isinstance(token, Mapping) else token
        if isinstance(token, str) and token:
            found[role] = token
    return found


def _flag(config: Config, name: str, default: bool) -> bool:
    value = config.get(name)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"tokenizer_config.json: {name} must be true or false, got {value!r}")
    return default if value is None else value


def _scored(model: SentencePieceModel) -> Scored:
    return list(zip(model.pieces, model.scores, strict=True))


def _charsmap(model: SentencePieceModel) -> TextNormalizer | None:
    charsmap = model.normalizer["precompiled_charsmap"]
    return normalizers.Precompiled(charsmap) if charsmap else None


def _unigram_parts(
    model: SentencePieceModel, pieces: Scored, unk_id: int | None = None
) -> TokenizerParts:
    """Return the parts that all Unigram models have in common."""
    if model.algorithm != Algorithm.UNIGRAM:
        raise ValueError(f"it must be a unigram model, this one is {model.algorithm.name}")
    pieces_id = model.unk_id if unk_id is None else unk_id
    return {
        "model": Unigram(pieces, pieces_id),
        "pre_tokenizer": pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(MARK, "always", True)]
        ),
        "decoder": decoders.Metaspace(MARK, "always", True),
    }


def _template(
    parts: TokenizerParts, single: str, pair: str, tokens: list[str]
) -> TemplateProcessing:
    vocab = parts["model"].vocab
    for token in tokens:
        if token not in vocab:
            raise ValueError(f"the special token {token!r} is no piece")
    return TemplateProcessing(
        single, pair, [(token, vocab[token]) for token in dict.fromkeys(tokens)]
    )


def _with_added(
    parts: TokenizerParts,
    model: SentencePieceModel,
    config: Config,
    names: Mapping[str, str],
    extra: list[str] | None = None,
) -> TokenizerParts:
    """Add the added tokens: those of the configuration, special ones, control pieces, others."""
    added: dict[str, AddedToken] = {}
    table = config.get("added_tokens_decoder")
    rows = table.items() if isinstance(table, Mapping) else ()
    for _, token in sorted((int(i) if str(i).isdecimal() else -1, row) for i, row in rows):
        if not isinstance(token, Mapping) or not isinstance(token.get("content"), str):
            raise ValueError(f"tokenizer_config.json: {token!r:.60} is no added token")
        flags = {flag: token[flag] for flag in FLAGS if isinstance(token.get(flag), bool)}
        added[token["content"]] = AddedToken(token["content"], **flags)
    for role, token in names.items():
        given = config.get(role)
        flags = {"lstrip": True} if role == "mask_token" and token != "[MASK]" else {}
        if isinstance(given, Mapping):
            flags = {flag: given[flag] for flag in FLAGS if isinstance(given.get(flag), bool)}
        flags["special"] = True
        added.setdefault(token, AddedToken(token, **{"normalized": False, **flags}))
    for index in model.ids_of(Kind.CONTROL, Kind.USER_DEFINED):
        piece, special = model.pieces[index], model.kinds[index] == Kind.CONTROL
        added.setdefault(piece, AddedToken(piece, special=special, normalized=False))
    for token in extra or ():
        added.setdefault(token, AddedToken(token, special=True, normalized=False))
    parts["added_tokens"] = list(added.values())
    return parts
