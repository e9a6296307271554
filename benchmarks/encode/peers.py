"""How each contender does the work of a cell: a function of the texts, prepared beforehand."""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Callable
from typing import Any

from benchmarks.data import tokenizer_file
from benchmarks.encode.cells import Cell
from tests.helpers.data import SEPARATOR, corpus_file, tiktoken_file, tokenizer_folder

Run = Callable[[list[str]], Any]
LENGTH = 128  # of padded rows
KEEP = 512  # max_length
# What tiktoken and quicktok call a tokenizer.
TIKTOKEN = {"gpt2": "r50k_base", "o200k": "o200k_base"}
QUICKTOK = {"llama3": "llama3", "qwen3": "qwen3", "o200k": "o200k_base"}


def special(cell: Cell) -> bool:
    """Whether special tokens are added: in the cells where nanotoken always adds them."""
    return cell.tokenizer.startswith("bert") and cell.shape not in ("offsets", "decode")


def subword(cell: Cell, texts: list[str], variant: str) -> Run:
    """Return subword's way."""
    from subword import Tokenizer

    tokenizer = Tokenizer.from_pretrained(tokenizer_file(cell.tokenizer).parent)
    add, threads = special(cell), 1 if variant == "one" else cell.threads
    flat = functools.partial(tokenizer.encode_ragged, add_special_tokens=add, threads=threads)
    if variant:
        return lambda texts: flat(texts).ids
    if cell.shape == "file":
        path = corpus_file(cell.text)
        return lambda texts: (
            tokenizer.encode_files(
                [path], separator=SEPARATOR, threads=threads, add_special_tokens=add
            ).ids
        )
    if cell.shape == "lists":
        return lambda texts: tokenizer.encode_lists(texts, threads=threads, add_special_tokens=add)
    if cell.shape == "offsets":
        return lambda texts: flat(texts, return_offsets=True).ids
    if cell.shape == "max_length":
        return lambda texts: flat(texts, max_length=KEEP).ids
    if cell.shape == "decode":
        rows = tokenizer.encode_ragged(texts, add_special_tokens=False)
        return lambda texts: tokenizer.decode_batch(rows)
    if cell.shape in ("padded", "tensors"):
        if cell.shape == "tensors":
            import torch  # noqa: F401  its import is not what is measured
        kind = "np" if cell.shape == "padded" else "pt"
        return lambda texts: tokenizer(
            texts, padding=True, truncation=True, max_length=LENGTH, return_tensors=kind
        )
    if cell.shape == "one":
        return lambda texts: tokenizer.encode_ids(texts[0], add_special_tokens=add)
    if cell.shape == "misses":
        return lambda texts: (tokenizer.cache_clear(), flat(texts).ids)[1]
    return lambda texts: flat(texts).ids


def hugging_face(cell: Cell, texts: list[str], name: str) -> Run:
    """Return the way of `tokenizers`, 0.23 or 1.0: a list of its encodings, nothing converted."""
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer_file(cell.tokenizer)))
    if hasattr(tokenizer, "no_padding"):  # in 1.0 these are arguments of a call
        tokenizer.no_padding()
        tokenizer.no_truncation()
    add = special(cell)
    if cell.shape == "decode":
        rows = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        return lambda texts: tokenizer.decode_batch(rows)
    if cell.shape == "one":
        ids = operator.attrgetter("ids_array" if name.endswith("rc3") else "ids")
        return lambda texts: ids(tokenizer.encode(texts[0], add_special_tokens=add))
    if cell.shape == "max_length":
        tokenizer.enable_truncation(KEEP)
    fast = getattr(tokenizer, "encode_batch_fast", tokenizer.encode_batch)
    encode = tokenizer.encode_batch if cell.shape == "offsets" else fast
    return lambda texts: encode(texts, add_special_tokens=add)


def transformers(cell: Cell, texts: list[str]) -> Run:
    """Return the way of `transformers`."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(tokenizer_file(cell.tokenizer).parent))
    return lambda texts: tokenizer(
        texts, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
    )


def nanotoken(cell: Cell, texts: list[str]) -> Run:
    """Return nanotoken's way."""
    import nanotoken

    tokenizer = nanotoken.Tokenizer(str(tokenizer_file(cell.tokenizer)))
    if cell.shape == "file":
        source = nanotoken.TextFileSource([str(corpus_file(cell.text))], SEPARATOR.encode())
        return lambda texts: tokenizer.encode_files(source)
    if cell.shape == "lists":
        return lambda texts: tokenizer.encode_batch_list(texts)
    if cell.shape == "padded":
        return lambda texts: tokenizer.encode_batch_padded(texts, max_length=LENGTH)
    if cell.shape == "tensors":
        import torch  # noqa: F401  its import is not what is measured

        call = tokenizer.as_hf()
        return lambda texts: call(
            texts, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
        )
    if cell.shape == "max_length":
        call = tokenizer.as_hf()
        return lambda texts: call(texts, truncation=True, max_length=KEEP)["input_ids"]
    if cell.shape == "one":
        return lambda texts: tokenizer.encode(texts[0])
    return lambda texts: tokenizer.encode_batch(texts)


def gigatoken(cell: Cell, texts: list[str]) -> Run:
    """Return gigatoken's way."""
    import awkward  # noqa: F401  its import is not what is measured
    import gigatoken

    tokenizer = gigatoken.Tokenizer(str(tokenizer_file(cell.tokenizer)))
    parallel = cell.threads > 1
    if cell.shape == "file":
        path = str(corpus_file(cell.text))
        source = gigatoken.TextFileSource([path], separator=SEPARATOR.encode())
        return lambda texts: tokenizer.encode_files(source)
    if cell.shape == "lists":
        return lambda texts: tokenizer.encode_batch_list(texts, parallel=parallel)
    if cell.shape == "one":
        return lambda texts: tokenizer.encode(texts[0])
    return lambda texts: tokenizer.encode_batch(texts, parallel=parallel)


def tokie(cell: Cell, texts: list[str]) -> Run:
    """Return tokie's way."""
    import tokie

    tokenizer = tokie.Tokenizer.from_json(str(tokenizer_file(cell.tokenizer)))
    add = special(cell)
    if cell.shape == "file":
        path = str(corpus_file(cell.text))
        return lambda texts: tokenizer.encode_files([path], SEPARATOR, add)
    if cell.shape == "one":
        return lambda texts: tokenizer.encode(texts[0], add).ids
    return lambda texts: tokenizer.encode_batch_flat(texts, add)[0]


def quicktok(cell: Cell, texts: list[str]) -> Run:
    """Return quicktok's way."""
    import quicktok

    tokenizer = quicktok.get_encoding(QUICKTOK[cell.tokenizer])
    if cell.shape == "one":
        return lambda texts: tokenizer.encode(texts[0])
    return lambda texts: tokenizer.encode_batch(texts)[0]


def tiktoken(cell: Cell, texts: list[str]) -> Run:
    """Return tiktoken's way."""
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe
    from tiktoken_ext import openai_public

    name = TIKTOKEN[cell.tokenizer]
    ranks = load_tiktoken_bpe(str(tiktoken_file(name)))
    # Its own constructor would fetch the ranks.
    openai_public.load_tiktoken_bpe = lambda *_, **__: ranks
    tokenizer = tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())
    if cell.shape == "one":
        return lambda texts: tokenizer.encode_to_numpy(texts[0])
    return lambda texts: tokenizer.encode_ordinary_batch(texts, num_threads=cell.threads)


def sentencepiece(cell: Cell, texts: list[str]) -> Run:
    """Return the way of sentencepiece, from the .model file: lists of its own ids."""
    import sentencepiece

    folder = tokenizer_file(cell.tokenizer).parent
    files = [*folder.glob("*.model"), *tokenizer_folder(cell.tokenizer).glob("*.model")]
    processor = sentencepiece.SentencePieceProcessor(model_file=str(files[0]))
    return lambda texts: processor.encode(texts, out_type=int, num_threads=cell.threads)


def splintr(cell: Cell, texts: list[str]) -> Run:
    """Return splintr's way."""
    import splintr

    tokenizer = splintr.Tokenizer.from_file(str(tokenizer_file(cell.tokenizer)))
    return lambda texts: [tokenizer.encode(text) for text in texts]


def kitoken(cell: Cell, texts: list[str]) -> Run:
    """Return kitoken's way."""
    import kitoken

    tokenizer = kitoken.Kitoken.from_file(str(tokenizer_file(cell.tokenizer)))
    return lambda texts: tokenizer.encode_all(texts)


def flat_bytes(cell: Cell, texts: list[str], name: str) -> Run:
    """Return the way of snaptokens and fastokens, whose interfaces are the same."""
    import numpy as np

    tokenizer = importlib.import_module(name).Tokenizer.from_file(
        str(tokenizer_file(cell.tokenizer))
    )
    if cell.shape == "one":
        return lambda texts: tokenizer.encode(texts[0]).ids
    return lambda texts: np.frombuffer(tokenizer.encode_batch_flat(texts)[0], np.uint32)


def run_of(name: str, cell: Cell, texts: list[str]) -> Run:
    """Return a contender's way to do a cell."""
    package, _, variant = name.partition(":")
    if package == "subword":
        return subword(cell, texts, variant)
    if package in ("snaptokens", "fastokens"):
        return flat_bytes(cell, texts, package)
    if package.startswith("tokenizers"):
        return hugging_face(cell, texts, package)
    ways: dict[str, Callable[[Cell, list[str]], Run]] = {
        "transformers": transformers,
        "nanotoken": nanotoken,
        "gigatoken": gigatoken,
        "tokie": tokie,
        "quicktok": quicktok,
        "tiktoken": tiktoken,
        "sentencepiece": sentencepiece,
        "splintr": splintr,
        "kitoken": kitoken,
    }
    return ways[package](cell, texts)
