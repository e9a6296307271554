"""Real tokenizers and corpora, from the folder that SUBWORD_DATA names; tests skip without them."""

import functools
import lzma
import os
import tempfile
from pathlib import Path

import pytest
import tokenizers
from tokenizers import AddedToken, decoders, models, pre_tokenizers, processors

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("SUBWORD_DATA", ROOT.parent / "shared" / "data"))
CORPORA = ("korean", "multilingual", "code", "english")
SEPARATOR = "<|endoftext|>"
NAMES = (
    *("bert-base-uncased", "bert-base-cased", "bert-base-multilingual-cased", "kcbert-base"),
    *("gpt2", "roberta-base", "llama3", "qwen3", "llama2", "gemma3"),
)
TIKTOKEN = ("r50k_base", "cl100k_base", "o200k_base")

needs_data = pytest.mark.skipif(
    not (DATA / "tokenizers").is_dir(), reason=f"no tokenizers in {DATA}: set SUBWORD_DATA"
)


def tokenizer_folder(name: str) -> Path:
    """The folder of a published tokenizer."""
    return DATA / "tokenizers" / name


def tiktoken_file(name: str) -> Path:
    """A .tiktoken file."""
    return DATA / "tokenizers" / "tiktoken" / f"{name}.tiktoken"


@functools.cache
def oracle(name: str) -> tokenizers.Tokenizer:
    """The same tokenizer in `tokenizers`, without truncation and padding."""
    folder = tokenizer_folder(name)
    if (folder / "tokenizer.json").exists():
        tok = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        tok.no_truncation()
        tok.no_padding()
        return tok
    # RoBERTa's, as transformers builds it.
    vocab, merges = str(folder / "vocab.json"), str(folder / "merges.txt")
    tok = tokenizers.Tokenizer(models.BPE.from_file(vocab, merges))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    ends = [(token, tok.token_to_id(token)) for token in ("</s>", "<s>")]
    tok.post_processor = processors.RobertaProcessing(*ends, add_prefix_space=False)
    tok.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tok.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    return tok


def cache_folder() -> Path:
    """Where unpacked corpora are kept: outside of the project."""
    folder = Path(os.environ.get("SUBWORD_CACHE", Path(tempfile.gettempdir()) / "subword-corpora"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def corpus_file(name: str) -> Path:
    """A corpus, unpacked once."""
    packed = DATA / "corpora" / f"{name}.txt.xz"
    target = cache_folder() / f"{name}.txt"
    if not target.exists() or target.stat().st_mtime < packed.stat().st_mtime:
        part = target.with_suffix(f".{os.getpid()}")
        with lzma.open(packed) as source, open(part, "wb") as file:
            while chunk := source.read(1 << 20):
                file.write(chunk)
        part.replace(target)
    return target


def documents(name: str, limit: int | None = None, step: int = 1) -> list[str]:
    """Every `step`-th document of the first `limit` bytes of a corpus."""
    with open(corpus_file(name), "rb") as file:
        text = file.read(-1 if limit is None else limit).decode("utf-8", "ignore")
    return text.split(SEPARATOR)[::step]
