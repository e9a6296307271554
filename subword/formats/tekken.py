"""tekken.json, the format of Mistral's own tools: special tokens first, then tokens of bytes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from subword import decoders, pre_tokenizers, processors
from subword._core.component import get_field
from subword._core.limits import MAX_TOKEN_CHARS
from subword._regex.patterns import Regex
from subword.formats.json_files import PathLike, errors_name, read_json
from subword.formats.parts import TokenizerParts
from subword.models.bpe import BPE
from subword.vocab.added_tokens import AddedToken

# The special tokens of files that hold none, those of Mistral Nemo and Pixtral.
FIRST_TOKENS = (
    *("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"),
    *("[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>"),
    *("[IMG_BREAK]", "[IMG_END]"),
)
# Files of later versions must hold them.
LAST_WITHOUT_TOKENS = 7


def tekken_parts(path: PathLike) -> TokenizerParts:
    """Return the parts of a tekken.json.

    Its special tokens have the first ids, the tokens of bytes those after them.

    Raises:
        OSError: The file cannot be read.
        ValueError: Something is missing or wrong; the message names it.
    """
    file = read_json(path)
    with errors_name(path):
        if not isinstance(file, dict):
            raise ValueError(f"a tekken file must be an object, got {type(file).__name__}")
        config = get_field(file, "config", dict)
        specials = _special_tokens(file, config)
        plain = BPE.from_ranks(_ranks(file, config, len(specials)))
        model = BPE(
            {**{token: index for index, token in enumerate(specials)}, **plain.vocab},
            plain.merges,
            **{**plain.options(), "ignore_merges": True},
            byte_level=True,
            ranks=plain.ranks,
        )
        split = pre_tokenizers.Split(Regex(get_field(config, "pattern", str)), "isolated")
    byte_level = pre_tokenizers.ByteLevel(False, True, False)
    return {
        "model": model,
        "pre_tokenizer": pre_tokenizers.Sequence([split, byte_level]),
        "post_processor": processors.ByteLevel(trim_offsets=False),
        "decoder": decoders.ByteLevel(),
        "added_tokens": [AddedToken(token, special=True) for token in specials],
    }


def _special_tokens(file: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """Return the special tokens by id, those without a name as <SPECIAL_n>."""
    names = {}
    if file.get("special_tokens") is None:
        version = get_field(config, "version", str, "v3")
        if not version[1:].isdecimal() or int(version[1:]) > LAST_WITHOUT_TOKENS:
            raise ValueError(f"special_tokens are missing in a file of version {version}")
        names = dict(enumerate(FIRST_TOKENS))
        file = {"special_tokens": []}
    for entry in get_field(file, "special_tokens", list):
        if not isinstance(entry, dict):
            raise ValueError(f"special_tokens: a token must be an object, got {entry!r:.60}")
        names[get_field(entry, "rank", int)] = get_field(entry, "token_str", str)
    if sorted(names) != list(range(len(names))):
        raise ValueError("special_tokens: the ranks must be 0, 1, 2, ...")
    count = get_field(config, "default_num_special_tokens", int, len(names))
    if not len(names) <= count <= MAX_TOKEN_CHARS:
        raise ValueError(
            f"default_num_special_tokens must be in [{len(names)}, {MAX_TOKEN_CHARS}], got {count}"
        )
    return [names.get(index, f"<SPECIAL_{index}>") for index in range(count)]


def _ranks(file: Mapping[str, Any], config: Mapping[str, Any], first: int) -> dict[bytes, int]:
    """Return the bytes of each token and its id; they count from `first`."""
    entries = get_field(file, "vocab", list)
    if "default_vocab_size" in config:
        entries = entries[: max(get_field(config, "default_vocab_size", int) - first, 0)]
    ranks: dict[bytes, int] = {}
    for number, entry in enumerate(entries):
        token = _token_bytes(entry, number)
        if token in ranks:
            raise ValueError(f"vocab[{number}]: the token {token!r:.60} stands there twice")
        ranks[token] = first + number
    return ranks


def _token_bytes(entry: object, number: int) -> bytes:
    text = entry.get("token_bytes") if isinstance(entry, dict) else None
    try:
        token = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        token = b""
    if not 0 < len(token) <= MAX_TOKEN_CHARS:
        raise ValueError(
            f"vocab[{number}]: token_bytes must be base64 of 1 to {MAX_TOKEN_CHARS} bytes"
        )
    return token
