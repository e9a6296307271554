"""Folders like CLIP's, Whisper's and Mistral's, beside what transformers makes of them."""

import base64
import json

import pytest

import subword
from subword import Tokenizer
from subword._regex.split_patterns import PATTERNS
from subword.vocab.byte_alphabet import CHARS

TEXTS = [
    *(
        "A photo of a cat's  hat",
        "",
        " 123 <|endoftext|> caf\u0301é",
        "<s>[INST] hello 世界 🙂\r\n\n",
    ),
    *("<|startoftranscript|><|en|> hello <|1.08|>", "the theory\tof THERE"),
]
CORPUS = ["a photo of a cat's hat", "hello world, the theory of there 123 café"] * 4


def write(folder, vocab, merges, **others):
    (folder / "vocab.json").write_text(json.dumps(vocab), "utf-8")
    lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    for name, value in others.items():
        (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")


def same(mine, theirs):
    assert mine.get_vocab() == theirs.get_vocab()
    for pair in (None, "a hat"):
        for text in TEXTS:
            his, my = theirs.encode(text, pair), mine.encode(text, pair)
            for field in (
                "ids",
                "tokens",
                "offsets",
                "type_ids",
                "special_tokens_mask",
                "word_ids",
            ):
                assert getattr(my, field) == getattr(his, field), (text, field)
            for skip in (True, False):
                assert mine.decode(his.ids, skip) == theirs.decode(his.ids, skip)


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


def tekken(**changes):
    trained = subword.train(CORPUS, "byte_level_bpe", 300, progress=False)
    tokens = sorted(trained.get_vocab().items(), key=lambda item: item[1])
    spelled = [bytes(CHARS.index(char) for char in token) for token, _ in tokens]
    vocab = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for rank, token in enumerate(spelled)
    ]
    specials = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    return {
        "config": {
            **{"pattern": PATTERNS["tekken"], "num_vocab_tokens": len(vocab), "version": "v3"},
            **{"default_vocab_size": 280, "default_num_special_tokens": 10},
        },
        "vocab": vocab,
        "special_tokens": [
            {"rank": rank, "token_str": token, "is_control": True}
            for rank, token in enumerate(specials)
        ],
        **changes,
    }


@pytest.mark.slow
def test_tekken(tmp_path):
    mistral = pytest.importorskip("transformers.integrations.mistral.tokenizer")
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(tekken()))
    theirs = mistral.MistralConverter(str(path)).converted()
    mine = Tokenizer.from_tekken(path)
    assert mine.vocab_size == 280
    same(mine, theirs)
    same(Tokenizer.from_pretrained(tmp_path), theirs)
    same(Tokenizer.from_str(mine.to_str()), theirs)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ([], "a tekken file must be an object, got list"),
        ({}, "the field 'config' is missing"),
        ({"config": {}}, "special_tokens are missing"),
        (tekken(special_tokens=[1]), "special_tokens: a token must be an object, got 1"),
        (tekken(special_tokens=[{"rank": 1, "token_str": "a"}]), "the ranks must be 0, 1, 2"),
        (tekken(vocab=[{"token_bytes": "?"}]), r"vocab\[0\]: token_bytes must be base64"),
        (tekken(vocab=[{"token_bytes": "YQ=="}] * 2), r"vocab\[1\]: the token b'a' stands there"),
    ],
)
def test_bad_tekken_files(tmp_path, file, message):
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(file))
    with pytest.raises(ValueError, match=rf"tekken\.json: .*{message}"):
        Tokenizer.from_tekken(path)


@pytest.mark.parametrize("name", ["/no/dir", "./models", "../x", "a/b/c", "~/model"])
def test_a_name_that_the_hub_cannot_have_is_a_folder_that_is_not_there(name):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        Tokenizer.from_pretrained(name)
