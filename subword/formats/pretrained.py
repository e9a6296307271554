"""Tokenizers in folders: which files are there, and which model they belong to."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from subword import decoders, normalizers, pre_tokenizers, processors
from subword._core.component import get_field
from subword._core.limits import LONGEST_TOKEN
from subword._regex.patterns import Regex
from subword.formats import tokenizer_json
from subword.formats.presets import Parts, bpe_parts, named, wordpiece_parts
from subword.formats.tokenizer_json import PathLike
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.vocab.added_tokens import AddedToken

START, END = "<|startoftext|>", "<|endoftext|>"
# CLIP's words (Radford et al. 2021, "Learning Transferable Visual Models ..."), as transformers 5
# writes them.
CLIP = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


def pretrained_parts(name: PathLike, revision: str = "main", token: str | None = None) -> Parts:
    """Return the parts of a tokenizer in a folder, or of one on the Hub.

    Raises:
        FileNotFoundError: The folder has none of the files this library reads.
        ImportError: `name` is no folder and huggingface_hub is not installed.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _download(str(name), revision, token)
    config = folder / "tokenizer_config.json"
    parts = _folder_parts(folder)
    if config.exists():
        parts["config"] = tokenizer_json.read_json(tokenizer_json.read_text(config), str(config))
        if isinstance(parts["model"], WordPiece):
            parts["config"].setdefault("tokenizer_class", "BertTokenizer")
    return parts


def _folder_parts(folder: Path) -> Parts:
    if (folder / "tokenizer.json").exists():
        path = folder / "tokenizer.json"
        return tokenizer_json.parts_from_config(
            tokenizer_json.read_json(tokenizer_json.read_text(path), str(path)), str(path)
        )
    if (folder / "tekken.json").exists():
        return tekken_parts(folder / "tekken.json")
    if (folder / "vocab.txt").exists():
        return wordpiece_parts(
            folder / "vocab.txt", **_bert_options(folder / "tokenizer_config.json")
        )
    if (folder / "vocab.json").exists() and (folder / "merges.txt").exists():
        return _folder_bpe(folder)
    raise FileNotFoundError(
        f"{folder}: no tokenizer.json, tekken.json, vocab.txt or vocab.json + merges.txt"
    )


def _bert_options(path: Path) -> dict[str, Any]:
    config = (
        tokenizer_json.read_json(tokenizer_json.read_text(path), str(path)) if path.exists() else {}
    )
    options = {
        "lowercase": bool(config.get("do_lower_case", True)),
        "strip_accents": config.get("strip_accents"),
    }
    if config.get("tokenize_chinese_chars") is False:
        options["handle_chinese_chars"] = False
    return options


def _folder_bpe(folder: Path) -> Parts:
    """Tell the model by its special tokens: CLIP, Whisper, RoBERTa, any other is GPT-2's kind."""
    vocab = tokenizer_json.read_vocab_json(folder / "vocab.json")
    added = _added_files(folder)
    if START in vocab and END in vocab and f"!{'</w>'}" in vocab:
        return _clip(vocab, folder / "merges.txt")
    if "<|startoftranscript|>" in added:
        return _whisper(vocab, folder / "merges.txt", added)
    if "<s>" not in vocab or "</s>" not in vocab:
        specials = (
            [AddedToken("<|endoftext|>", normalized=True, special=True)]
            if "<|endoftext|>" in vocab
            else []
        )
        return bpe_parts(vocab, folder / "merges.txt", special_tokens=specials)
    specials = [
        AddedToken(token, special=True)
        for token in ("<s>", "<pad>", "</s>", "<unk>")
        if token in vocab
    ]
    if "<mask>" in vocab:
        specials.append(AddedToken("<mask>", lstrip=True, special=True))
    parts = bpe_parts(vocab, folder / "merges.txt", special_tokens=specials)
    parts["post_processor"] = processors.RobertaProcessing(
        ("</s>", vocab["</s>"]), ("<s>", vocab["<s>"]), add_prefix_space=False
    )
    return parts


def _added_files(folder: Path) -> dict[str, int]:
    """Return the added tokens that files beside the vocabulary name, and their ids."""
    found: dict[str, int] = {}
    path = folder / "added_tokens.json"
    if path.exists():
        found |= tokenizer_json.read_vocab_json(path)
    path = folder / "tokenizer_config.json"
    if path.exists():
        config = tokenizer_json.read_json(tokenizer_json.read_text(path), str(path))
        table = config.get("added_tokens_decoder") if isinstance(config, dict) else None
        for index, token in table.items() if isinstance(table, dict) else ():
            if isinstance(token, dict) and isinstance(token.get("content"), str):
                found[token["content"]] = int(index) if str(index).isdecimal() else -1
    for token, index in found.items():
        if type(index) is not int or not 0 <= index < 2**32 - 1:
            raise ValueError(f"{folder}: the added token {token!r} has no id but {index!r}")
    return found


def _clip(vocab: dict[str, int], merges: Path) -> Parts:
    # In the byte alphabet, and yet cut as characters: the suffix stands behind the last one.
    parts = bpe_parts(vocab, merges, byte_level=False, end_of_word_suffix="</w>", unk_token=END)
    split = pre_tokenizers.Split(Regex(CLIP), "removed", invert=True)
    return {
        **parts,
        "normalizer": normalizers.Sequence(
            [
                *(normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " ")),
                normalizers.Lowercase(),
            ]
        ),
        "pre_tokenizer": pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False)]),
        "decoder": decoders.ByteLevel(),
        "post_processor": processors.RobertaProcessing(
            (END, vocab[END]), (START, vocab[START]), trim_offsets=False, add_prefix_space=False
        ),
        "added_tokens": [AddedToken(END, special=True), AddedToken(START, special=True)],
    }


def _whisper(vocab: dict[str, int], merges: Path, added: dict[str, int]) -> Parts:
    ordered = sorted(added, key=added.__getitem__)
    # Timestamps such as <|1.08|> are tokens, but none that decoding leaves out.
    specials = [AddedToken(token, normalized=False, special="." not in token) for token in ordered]
    parts = bpe_parts(vocab, merges, special_tokens=specials)
    around = [t for t in ("<|startoftranscript|>", "<|notimestamps|>") if t in added]
    ids = {**vocab, **added}
    prefix = " ".join(f"{token}:0" for token in around)
    if END in ids:
        parts["post_processor"] = processors.TemplateProcessing(
            single=f"{prefix} $A:0 {END}:0",
            pair=f"{prefix} $A:0 $B:1 {END}:1",
            special_tokens=[(token, ids[token]) for token in (END, *around)],
        )
    parts["added_ids"] = {token: index for token, index in added.items() if token not in vocab}
    return parts


def tekken_parts(path: PathLike) -> Parts:
    """Return the parts of a tekken.json, Mistral's own format.

    Its special tokens take the first ids, the tokens of bytes those behind them.

    Raises:
        ValueError: Something is missing or wrong; the message names it.
    """
    file = tokenizer_json.read_json(tokenizer_json.read_text(path), str(path))
    with named(path):
        if not isinstance(file, dict):
            raise ValueError(f"a tekken file must be an object, got {type(file).__name__}")
        config = get_field(file, "config", dict)
        specials = _tekken_specials(file, config)
        entries = get_field(file, "vocab", list)
        if "default_vocab_size" in config:
            entries = entries[
                : max(get_field(config, "default_vocab_size", int) - len(specials), 0)
            ]
        ranks: dict[bytes, int] = {}
        for number, entry in enumerate(entries):
            token = _tekken_bytes(entry, number)
            if token in ranks:
                raise ValueError(f"vocab[{number}]: the token {token!r:.60} stands there twice")
            ranks[token] = len(specials) + number
        plain = BPE.from_ranks(ranks)
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


def _tekken_specials(file: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """Return the special tokens by id, those without a name as <SPECIAL_n>."""
    if "special_tokens" not in file:
        raise ValueError("special_tokens are missing: the first version of the format has none")
    named_ones = {}
    for entry in get_field(file, "special_tokens", list):
        if not isinstance(entry, dict):
            raise ValueError(f"special_tokens: a token must be an object, got {entry!r:.60}")
        named_ones[get_field(entry, "rank", int)] = get_field(entry, "token_str", str)
    if sorted(named_ones) != list(range(len(named_ones))):
        raise ValueError("special_tokens: the ranks must be 0, 1, 2, ...")
    count = get_field(config, "default_num_special_tokens", int, len(named_ones))
    if not len(named_ones) <= count <= LONGEST_TOKEN:
        raise ValueError(
            f"default_num_special_tokens must be in [{len(named_ones)}, {LONGEST_TOKEN}], "
            f"got {count}"
        )
    return [named_ones.get(index, f"<SPECIAL_{index}>") for index in range(count)]


def _tekken_bytes(entry: object, number: int) -> bytes:
    text = entry.get("token_bytes") if isinstance(entry, dict) else None
    try:
        token = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        token = b""
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise ValueError(
            f"vocab[{number}]: token_bytes must be base64 of 1 to {LONGEST_TOKEN} bytes"
        )
    return token


def _download(name: str, revision: str, token: str | None) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ImportError(
            f"{name!r} is not a folder; loading from the Hub needs huggingface_hub "
            "(pip install subword[hub])"
        ) from None
    wanted = ["tokenizer.json", "tekken.json", "vocab.txt", "vocab.json", "merges.txt"]
    wanted += ["tokenizer_config.json", "added_tokens.json"]
    return Path(snapshot_download(name, revision=revision, token=token, allow_patterns=wanted))
