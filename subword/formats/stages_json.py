"""Normalizers and pre-tokenizers of a tokenizer.json: their JSON objects and our classes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, cast

from subword import normalizers, pre_tokenizers
from subword._core.component import component_type, get_field, get_field_or_null
from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.shared_fields import check_prefix_agrees
from subword._regex.patterns import Regex
from subword.normalizers.base import TextNormalizer

Config = Mapping[str, Any]


def pattern_from_config(config: Config) -> str | Regex:
    """Return the pattern of a Split or Replace: {"String": ...} or {"Regex": ...}."""
    pattern = get_field(config, "pattern", dict)
    if isinstance(pattern.get("String"), str):
        return str(pattern["String"])
    if isinstance(pattern.get("Regex"), str):
        return Regex(pattern["Regex"])
    raise ValueError(
        f"{config.get('type')}: 'pattern' must hold a String or a Regex, got {pattern!r}"
    )


def pattern_to_config(pattern: str | Regex) -> dict[str, str]:
    """Return the JSON form of a pattern."""
    if isinstance(pattern, Regex):
        return {"Regex": pattern.pattern}
    if isinstance(pattern, str):
        return {"String": pattern}
    raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")


def _without_options(stage: type[TextNormalizer]) -> Callable[[Config], TextNormalizer]:
    return lambda config: stage()


def _bert(config: Config) -> TextNormalizer:
    return normalizers.BertNormalizer(
        clean_text=get_field(config, "clean_text", bool, True),
        handle_chinese_chars=get_field(config, "handle_chinese_chars", bool, True),
        strip_accents=get_field_or_null(config, "strip_accents", bool, None),
        lowercase=get_field(config, "lowercase", bool, True),
    )


def _precompiled(config: Config) -> TextNormalizer:
    text = get_field(config, "precompiled_charsmap", str)
    try:
        charsmap = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError(f"Precompiled: precompiled_charsmap is not base64: {error}") from None
    return normalizers.Precompiled(charsmap)


def _metaspace(config: Config) -> PreTokenizer:
    scheme = get_field(config, "prepend_scheme", str, "always")
    check_prefix_agrees(config, scheme)
    return pre_tokenizers.Metaspace(
        get_field(config, "replacement", str),
        scheme,
        get_field_or_null(config, "split", bool, True),
    )


NORMALIZERS: dict[str, Callable[[Config], TextNormalizer]] = {
    "BertNormalizer": _bert,
    "Strip": lambda c: normalizers.Strip(
        get_field(c, "strip_left", bool, True), get_field(c, "strip_right", bool, True)
    ),
    "Precompiled": _precompiled,
    "Prepend": lambda c: normalizers.Prepend(get_field(c, "prepend", str)),
    "Replace": lambda c: normalizers.Replace(pattern_from_config(c), get_field(c, "content", str)),
    "Sequence": lambda c: normalizers.Sequence(
        [normalizer_from_config(part) for part in get_field(c, "normalizers", list)]
    ),
}
for _name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"):
    NORMALIZERS[_name] = _without_options(getattr(normalizers, _name))

PRE_TOKENIZERS: dict[str, Callable[[Config], PreTokenizer]] = {
    "BertPreTokenizer": lambda c: pre_tokenizers.BertPreTokenizer(),
    "Whitespace": lambda c: pre_tokenizers.Whitespace(),
    "WhitespaceSplit": lambda c: pre_tokenizers.WhitespaceSplit(),
    "UnicodeScripts": lambda c: pre_tokenizers.UnicodeScripts(),
    "ByteLevel": lambda c: pre_tokenizers.ByteLevel(
        get_field(c, "add_prefix_space", bool, True),
        get_field(c, "trim_offsets", bool, True),
        get_field(c, "use_regex", bool, True),
    ),
    "Split": lambda c: pre_tokenizers.Split(
        pattern_from_config(c), get_field(c, "behavior", str), get_field(c, "invert", bool, False)
    ),
    "Punctuation": lambda c: pre_tokenizers.Punctuation(get_field(c, "behavior", str, "Isolated")),
    "Digits": lambda c: pre_tokenizers.Digits(get_field(c, "individual_digits", bool, False)),
    "CharDelimiterSplit": lambda c: pre_tokenizers.CharDelimiterSplit(
        get_field(c, "delimiter", str)
    ),
    "FixedLength": lambda c: pre_tokenizers.FixedLength(get_field(c, "length", int, 5)),
    "Metaspace": _metaspace,
    "Sequence": lambda c: pre_tokenizers.Sequence(
        [pre_tokenizer_from_config(part) for part in get_field(c, "pretokenizers", list)]
    ),
}


# Type of a normalizer -> the fields that tell it where a file does not.
NORMALIZER_FIELDS = {
    "BertNormalizer": ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"),
    "Strip": ("strip_left", "strip_right"),
    "Sequence": ("normalizers",),
    "Replace": ("pattern", "content"),
    "Prepend": ("prepend",),
}


def _build(
    section: str,
    table: Mapping[str, Callable[[Config], Any]],
    config: object,
    by_fields: Mapping[str, tuple[str, ...]] | None = None,
) -> Any:
    kind = component_type(section, config, table, by_fields)
    return table[kind](cast(Config, config))


def normalizer_from_config(config: object) -> TextNormalizer:
    """Build a normalizer from its JSON object; ValueError names what is wrong.

    >>> normalizer_from_config({"type": "Lowercase"}).normalize_str("ÀB")
    'àb'
    """
    built: TextNormalizer = _build("normalizer", NORMALIZERS, config, NORMALIZER_FIELDS)
    return built


def pre_tokenizer_from_config(config: object) -> PreTokenizer:
    """Build a pre-tokenizer from its JSON object; ValueError names what is wrong.

    >>> splitter = pre_tokenizer_from_config({"type": "Whitespace"})
    >>> [word for word, _ in splitter.pre_tokenize_str("It's")]
    ['It', "'", 's']
    """
    built: PreTokenizer = _build("pre_tokenizer", PRE_TOKENIZERS, config)
    return built


def json_behavior(behavior: str) -> str:
    """Return the name that a split behavior has in tokenizer.json.

    >>> json_behavior("merged_with_next")
    'MergedWithNext'
    """
    return "".join(part.title() for part in behavior.split("_"))


def stage_to_config(stage: Normalizer | PreTokenizer) -> dict[str, Any]:
    """Return the JSON object of a normalizer or pre-tokenizer."""
    config: dict[str, Any] = {"type": type(stage).__name__}
    match stage:
        case normalizers.BertNormalizer():
            for field in ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"):
                config[field] = getattr(stage, field)
        case normalizers.Strip():
            config |= {"strip_left": stage.left, "strip_right": stage.right}
        case normalizers.Precompiled():
            charsmap = base64.b64encode(stage.precompiled_charsmap)
            config["precompiled_charsmap"] = charsmap.decode()
        case normalizers.SentencePiece():
            config = _sentencepiece_to_config(stage)
        case normalizers.Prepend():
            config["prepend"] = stage.prepend
        case normalizers.Replace():
            config |= {"pattern": pattern_to_config(stage.pattern), "content": stage.content}
        case normalizers.Sequence():
            config["normalizers"] = [stage_to_config(step) for step in stage.normalizers]
        case pre_tokenizers.ByteLevel():
            for field in ("add_prefix_space", "trim_offsets", "use_regex"):
                config[field] = getattr(stage, field)
        case pre_tokenizers.Split():
            pattern = str(stage.literal) if stage.regex is None else Regex(stage.regex)
            config |= {
                "pattern": pattern_to_config(pattern),
                "behavior": json_behavior(stage.behavior),
                "invert": stage.invert,
            }
        case pre_tokenizers.Punctuation():
            config["behavior"] = json_behavior(stage.behavior)
        case pre_tokenizers.Digits():
            config["individual_digits"] = stage.individual_digits
        case pre_tokenizers.CharDelimiterSplit():
            config["delimiter"] = stage.delimiter
        case pre_tokenizers.FixedLength():
            config["length"] = stage.length
        case pre_tokenizers.Metaspace():
            config |= {
                "replacement": stage.replacement,
                "prepend_scheme": stage.prepend_scheme,
                "split": stage.split_words,
            }
        case pre_tokenizers.Sequence():
            config["pretokenizers"] = [stage_to_config(step) for step in stage.steps]
    return config


def _sentencepiece_to_config(stage: normalizers.SentencePiece) -> dict[str, Any]:
    """Return what does the same in a tokenizer.json.

    Raises:
        ValueError: Nothing does.
    """
    mark = "\u2581"
    for name, given in (
        ("apply a character map as `sentencepiece` does", stage.precompiled_charsmap),
        ("leave user defined pieces as they are", stage.user_defined),
        ("leave spaces as they are and remove some", not stage.escape_whitespaces),
        ("put a mark behind a text", stage.add_dummy_prefix and stage.treat_whitespace_as_suffix),
    ):
        if given:
            raise ValueError(
                f"the normalizers of a tokenizer.json cannot {name}, so that the ids of this "
                "SentencePiece model would be others there; write a .model file"
            )
    steps: list[TextNormalizer] = []
    if stage.remove_extra_whitespaces:
        for pattern, content in ((r"\A +", ""), (" {2,}", " "), (f"[ {mark}]+\\z", "")):
            steps.append(normalizers.Replace(Regex(pattern), content))
    if stage.add_dummy_prefix:
        steps.append(normalizers.Prepend(mark))
    steps.append(normalizers.Replace(" ", mark))
    return stage_to_config(normalizers.Sequence(steps))
