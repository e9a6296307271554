"""Character-level BPE tokenizers for the comparison, trained on a slice of each corpus.

No published vocabulary of this kind is among the data, so each combination of pre-tokenizer,
unknown token, prefix and suffix gets a small one. Most alphabets are limited: a character outside
them becomes the unknown token, or disappears where there is none.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import tokenizers

import subword
from subword import decoders, pre_tokenizers
from tests.helpers.data import CORPORA, documents

SLICE = 300_000
PREFIX = {"continuing_subword_prefix": "##"}
SUFFIX = {"end_of_word_suffix": "</w>"}
FEW = {"limit_alphabet": 400}
FUSE = {"fuse_unk": True}
Metaspace = pre_tokenizers.Metaspace

# Pre-tokenizer, decoder, options of the trainer, unknown token, and further fields of the model.
CONFIGURATIONS: dict[str, tuple[Any, Any, dict[str, Any], str | None, dict[str, Any]]] = {
    "whitespace": (pre_tokenizers.Whitespace(), None, FEW, None, {}),
    "whitespace-unk": (pre_tokenizers.Whitespace(), None, FEW, "<unk>", {}),
    "whitespace-suffix": (
        *(pre_tokenizers.Whitespace(), decoders.BPEDecoder("</w>")),
        *({**SUFFIX, **FEW}, "<unk>", {}),
    ),
    "split-prefix": (
        *(pre_tokenizers.WhitespaceSplit(), decoders.WordPiece("##", False)),
        *({**PREFIX, **FEW}, "<unk>", FUSE),
    ),
    "split-prefix-suffix": (pre_tokenizers.WhitespaceSplit(), None, {**PREFIX, **SUFFIX}, None, {}),
    "split-ignore-merges": (
        *(pre_tokenizers.WhitespaceSplit(), None, SUFFIX, "<unk>"),
        {"ignore_merges": True, **FUSE},
    ),
    "metaspace-unk": (Metaspace(), decoders.Metaspace(), FEW, "<unk>", FUSE),
    "metaspace-first": (
        *(Metaspace(prepend_scheme="first"), decoders.Metaspace(), FEW, "<unk>", {}),
    ),
    "metaspace-whole": (
        *(Metaspace(prepend_scheme="never", split=False), decoders.Metaspace()),
        *(FEW, None, {}),
    ),
}


@functools.cache
def trained(name: str) -> str:
    """Return the tokenizer.json of a configuration."""
    pre_tokenizer, decoder, options, unk, fields = CONFIGURATIONS[name]
    # The one without words learns from words nevertheless: a whole document is no word.
    cut = Metaspace(prepend_scheme="never") if name == "metaspace-whole" else pre_tokenizer
    texts = [text for corpus in CORPORA for text in documents(corpus, SLICE)]
    tok = subword.train(
        texts, "bpe", 6000, pre_tokenizer=cut, unk_token=unk, progress=False, **options
    )
    tok.pre_tokenizer, tok.decoder = pre_tokenizer, decoder
    file = json.loads(tok.to_str())
    file["model"].update(fields)
    return json.dumps(file)


def pair(name: str) -> tuple[subword.Tokenizer, tokenizers.Tokenizer]:
    """Return our tokenizer and the oracle's of a configuration."""
    file = trained(name)
    return subword.Tokenizer.from_str(file), tokenizers.Tokenizer.from_str(file)
