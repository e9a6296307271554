"""Folders like CLIP's and Whisper's, compared with what transformers makes of them."""

import json

import pytest

import subword
from subword import Tokenizer
from subword.vocab.byte_alphabet import CHARS
from tests.helpers.model_folders import CORPUS, same


def write(folder, vocab, merges, **others):
    (folder / "vocab.json").write_text(json.dumps(vocab), "utf-8")
    lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    for name, value in others.items():
        (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")


@pytest.mark.slow
def test_clip(tmp_path):
    transformers = pytest.importorskip("transformers")
    vocab = {char: at for at, char in enumerate([*CHARS, *(c + "</w>" for c in CHARS)])}
    merges = [("c", "a"), ("ca", "t</w>"), ("h", "a"), ("ha", "t</w>"), ("Ã", "©</w>")]
    vocab |= {a + b: len(vocab) + i for i, (a, b) in enumerate(merges)}
    vocab |= {"<|startoftext|>": len(vocab), "<|endoftext|>": len(vocab) + 1}
    write(tmp_path, vocab, merges)
    theirs = transformers.CLIPTokenizer(vocab=vocab, merges=merges)._tokenizer
    mine = Tokenizer.from_pretrained(tmp_path)
    same(mine, subword_oracle(theirs))
    same(Tokenizer.from_str(theirs.to_str()), subword_oracle(theirs))


@pytest.mark.slow
def test_whisper(tmp_path):
    transformers = pytest.importorskip("transformers")
    trained = subword.train(CORPUS, "byte_level_bpe", 300, progress=False)
    vocab, merges = trained.get_vocab(), trained.model.merges
    names = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        "<|en|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]
    times = [f"<|{i / 50:.2f}|>" for i in range(60)]
    added = {token: len(vocab) + i for i, token in enumerate([*names, *times])}
    write(tmp_path, vocab, merges, added_tokens=added)
    theirs = transformers.WhisperTokenizer(
        vocab=vocab, merges=merges, additional_special_tokens=names[1:]
    )
    theirs.add_tokens(
        [transformers.AddedToken(time, normalized=False, special=False) for time in times]
    )
    theirs.set_prefix_tokens()
    same(Tokenizer.from_pretrained(tmp_path), subword_oracle(theirs._tokenizer))
    same(Tokenizer.from_str(theirs._tokenizer.to_str()), subword_oracle(theirs._tokenizer))


def subword_oracle(tokenizer):
    """A copy of a tokenizer of `tokenizers` without the methods that transformers puts upon it."""
    return type(tokenizer).from_str(tokenizer.to_str())


@pytest.mark.parametrize("name", ["/no/dir", "./models", "../x", "a/b/c", "~/model"])
def test_a_name_that_the_hub_cannot_have_is_a_folder_that_is_not_there(name):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        Tokenizer.from_pretrained(name)
