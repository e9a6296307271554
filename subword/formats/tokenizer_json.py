"""tokenizer.json (Hugging Face), with the older shapes that real files have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from subword import decoders, processors
from subword._core.component import get_field
from subword.formats._model_scan import scan_tokenizer_json
from subword.formats.json_files import PathLike, check_no_surrogates, decode_utf8, parse_json
from subword.formats.models_json import model_from_config, model_to_config, reads_bytes
from subword.formats.padding_json import padding_from_config, truncation_from_config
from subword.formats.parts import TokenizerParts
from subword.formats.stages_json import (
    normalizer_from_config,
    pre_tokenizer_from_config,
    stage_to_config,
)
from subword.vocab.added_tokens import AddedToken

T = TypeVar("T")
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def tokenizer_json_parts(path: PathLike) -> TokenizerParts:
    """Return the parts of a tokenizer.json.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a tokenizer this library supports; the message names the place.
    """
    data = Path(path).read_bytes()
    return _scanned_parts(data) or parts_from_config(
        parse_json(decode_utf8(data, path), str(path)), str(path)
    )


def parts_from_text(text: str, name: str = "tokenizer.json") -> TokenizerParts:
    """Return the parts of the text of a tokenizer.json; errors call it `name`."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b""
    return _scanned_parts(data) or parts_from_config(parse_json(text, name), name)


def _scanned_parts(data: bytes) -> TokenizerParts | None:
    """Return the parts of a file whose tokens need not become Python objects.

    None if it is broken or not as usual: then the slower way says what is wrong with it.
    """
    config = scan_tokenizer_json(data)
    try:
        return None if config is None else parts_from_config(config)
    except (ValueError, TypeError):
        return None


def parts_from_config(config: object, name: str = "tokenizer.json") -> TokenizerParts:
    """Return the parts of a parsed tokenizer.json.

    Args:
        config: The JSON object.
        name: What errors call it.

    Raises:
        ValueError: Something is missing, wrong or not supported; the message names it.
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("model"), Mapping):
        raise ValueError(f"{name}: a tokenizer must be an object with a model")
    if config.get("version", "1.0") != "1.0":
        raise ValueError(f"{name}: version must be '1.0', got {config['version']!r}")
    try:
        normalizer = _optional(normalizer_from_config, config.get("normalizer"))
        pre_tokenizer = _optional(pre_tokenizer_from_config, config.get("pre_tokenizer"))
        return {
            "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer,
            "post_processor": _optional(processors.from_dict, config.get("post_processor")),
            "decoder": _optional(decoders.from_dict, config.get("decoder")),
            "added_tokens": _added_tokens(config),
            "truncation": truncation_from_config(config.get("truncation")),
            "padding": padding_from_config(config.get("padding")),
            "model": model_from_config(
                config["model"], reads_bytes(pre_tokenizer, config["model"])
            ),
        }
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    except RecursionError:
        raise ValueError(f"{name}: components nested too deeply") from None


def to_config(tokenizer: Any) -> dict[str, Any]:
    """Return the tokenizer.json of a `subword.Tokenizer`, as an object."""
    normalizer, pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    processor, decoder = tokenizer.post_processor, tokenizer.decoder
    return {
        "version": "1.0",
        "truncation": tokenizer.truncation,
        "padding": tokenizer.padding,
        "added_tokens": [
            {
                "id": index,
                "content": token.content,
                **{flag: getattr(token, flag) for flag in FLAGS},
            }
            for index, token in tokenizer.vocabulary.listed()
        ],
        "normalizer": None if normalizer is None else stage_to_config(normalizer),
        "pre_tokenizer": None if pre_tokenizer is None else stage_to_config(pre_tokenizer),
        "post_processor": None if processor is None else processor.to_dict(),
        "decoder": None if decoder is None else decoder.to_dict(),
        "model": model_to_config(tokenizer.model),
    }


def _optional(build: Callable[[Any], T], config: object) -> T | None:
    return None if config is None else build(config)


def _added_tokens(config: Mapping[str, Any]) -> list[AddedToken | str]:
    if config.get("added_tokens") is None:
        return []
    tokens = get_field({"type": "tokenizer", **config}, "added_tokens", list)
    return [_added_token(token) for token in tokens]


def _added_token(config: object) -> AddedToken:
    if not isinstance(config, Mapping):
        raise ValueError(f"added_tokens: a token must be an object, got {config!r}")
    content = get_field(config, "content", str)
    check_no_surrogates("added_tokens", [content])
    return AddedToken(content, **{flag: get_field(config, flag, bool, False) for flag in FLAGS})
