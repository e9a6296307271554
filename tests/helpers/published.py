"""Published tokenizers, as `tokenizers` (the oracle) builds them; tests skip without them."""

import functools
from pathlib import Path

import pytest
import tokenizers
from tokenizers import (
    AddedToken,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from subword.formats.sentencepiece_model import read_model
from tests.helpers.data import DATA, tokenizer_folder

needs_data = pytest.mark.skipif(
    not (DATA / "tokenizers").is_dir(), reason=f"no tokenizers in {DATA}: set SUBWORD_DATA"
)


def tokenizer_folders() -> list:
    """Return the folders that hold a tokenizer.json as parameters; one that is skipped if none."""
    found = sorted(path.parent for path in DATA.glob("tokenizers/*/tokenizer.json"))
    if found:
        return [pytest.param(folder, id=folder.name) for folder in found]
    return [pytest.param(None, id="none", marks=pytest.mark.skip("SUBWORD_DATA has no tokenizers"))]


def _t5(path: Path) -> tokenizers.Tokenizer:
    """Return T5's tokenizer as transformers builds it of a .model file."""
    model = read_model(path)
    extra = [f"<extra_id_{i}>" for i in range(99, -1, -1)]
    pieces = [*zip(model.pieces, model.scores, strict=True), *((token, 0.0) for token in extra)]
    tok = tokenizers.Tokenizer(models.Unigram(pieces, model.unk_id, False))
    tok.normalizer = normalizers.Precompiled(model.normalizer["precompiled_charsmap"])
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tok.decoder = decoders.Metaspace()
    tok.post_processor = processors.TemplateProcessing(
        "$A </s>", "$A </s> $B </s>", [("</s>", tok.token_to_id("</s>"))]
    )
    tok.add_special_tokens(["</s>", "<unk>", "<pad>", *extra])
    return tok


@functools.cache
def oracle(name: str) -> tokenizers.Tokenizer:
    """Return a published tokenizer in `tokenizers`, without truncation and padding."""
    folder = tokenizer_folder(name)
    if (folder / "tokenizer.json").exists():
        tok = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        tok.no_truncation()
        tok.no_padding()
        return tok
    if name == "t5":
        return _t5(folder / "spiece.model")
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
