"""The vocabularies of .gguf files, written here byte by byte."""

import json
import struct
import unicodedata

import pytest

import subword
from subword import Tokenizer
from tests.helpers.data import tokenizer_folder
from tests.helpers.effort import few
from tests.helpers.gguf_files import gguf_file, gguf_keys, string
from tests.helpers.piece_models import random_texts
from tests.helpers.published import needs_data

TEXTS = ["low lower lowest", "the theory of there", "naïve café 중요한"] * 9
OTHERS = {"general.name": "a model", "some.numbers": [1, 2, 3], "some.names": ["a", "bc"]}


@pytest.fixture
def load(tmp_path):
    """Return a function that loads metadata as a file."""

    def load_file(metadata, raw=None):
        path = tmp_path / "m.gguf"
        path.write_bytes(gguf_file({**OTHERS, **metadata}, b"\0" * 4096) if raw is None else raw)
        return Tokenizer.from_gguf(path)

    return load_file


def byte_level(tok, **more):
    """The metadata of a byte-level BPE."""
    config = json.loads(tok.to_str())["model"]
    tokens = [tok.id_to_token(i) for i in range(tok.vocab_size)]
    merges = [" ".join(pair) for pair in config["merges"]]
    return gguf_keys(model="gpt2", tokens=tokens, merges=merges, **more)


def test_a_byte_level_model_has_the_ids_it_was_trained_with(load, tmp_path):
    tok = subword.train(
        TEXTS, "byte_level_bpe", 300, progress=False, special_tokens=["<|endoftext|>"]
    )
    kinds = [3 if i == 0 else 1 for i in range(tok.vocab_size)]
    special = {"bos_token_id": 0, "eos_token_id": 0}
    mine = load(byte_level(tok, pre="gpt-2", token_type=kinds, **special))
    texts = [*TEXTS, "a<|endoftext|>b", *random_texts(few(100))]
    assert mine.encode_lists(texts) == tok.encode_lists(texts)
    assert mine.decode_batch(mine.encode_lists(texts)) == tok.decode_batch(tok.encode_lists(texts))
    for name in (tmp_path, tmp_path / "m.gguf"):
        assert Tokenizer.from_pretrained(name).encode_lists(texts) == tok.encode_lists(texts)
    around = {"add_bos_token": True, "add_eos_token": True}
    mine = load(byte_level(tok, pre="gpt-2", token_type=kinds, **special, **around))
    assert mine.encode("low").ids == [0, *tok.encode("low").ids, 0]
    assert mine.encode("low", "the").type_ids[-1] == 1


def test_a_sentencepiece_model_has_the_ids_of_its_pieces(load):
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += ["▁l", "ow", "▁low", "l", "o", "w", "▁", "e"]
    scores = [0.0] * 259 + [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0]
    kinds = [2, 3, 3, *[6] * 256, *[1] * 8]
    data = gguf_keys(model="llama", tokens=tokens, scores=scores, token_type=kinds, bos_token_id=1)
    assert load(data).encode("low é").tokens == ["<s>", "▁low", "▁", "<0xC3>", "<0xA9>"]
    assert load(data).decode(load(data).encode("low é").ids) == "low é"
    plain = {**data, **gguf_keys(add_bos_token=False, add_space_prefix=False)}
    assert load(plain).encode("low").tokens == ["l", "ow"]


def test_a_bert_vocabulary_is_that_of_its_vocab_txt(load):
    tok = subword.train(TEXTS, "wordpiece", 90, progress=False)
    words = [tok.id_to_token(i) for i in range(tok.vocab_size)]
    special = [word.startswith("[") and word.endswith("]") for word in words]
    tokens = [
        w if s else w[2:] if w.startswith("##") else "▁" + w
        for w, s in zip(words, special, strict=True)
    ]
    kinds = [3 if s else 1 for s in special]
    mine = load(gguf_keys(model="bert", tokens=tokens, token_type=kinds))
    assert mine.get_vocab() == tok.get_vocab()
    assert mine.encode_lists(TEXTS) == Tokenizer.from_wordpiece(tok.get_vocab()).encode_lists(TEXTS)


BROKEN = {
    "no letters": (b"GGML" + b"\0" * 40, "begins with the letters GGUF"),
    "empty": (b"", "begins with the letters GGUF"),
    "letters alone": (b"GGUF", "the header: 4 bytes at byte 4, but the file has 4"),
    "a version": (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version must be one of"),
    "many keys": (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "at most 65536 keys"),
    "a long key": (
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 62),
        "key 0: a string has at most 1048576 bytes",
    ),
    "a type": (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("a") + struct.pack("<I", 77),
        "'a': the type 77 at byte",
    ),
    "an array": (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("a") + struct.pack("<IIQ", 9, 8, 1 << 50),
        "'a': an array has at most 16777216 items",
    ),
    "arrays of arrays": (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("a") + struct.pack("<IIQ", 9, 9, 1),
        "'a': the type 9 at byte",
    ),
    "no tokenizer": (gguf_file(OTHERS), r"the key tokenizer\.ggml\.model is missing"),
    "no UTF-8": (
        gguf_file(gguf_keys(model=b"\xff")),
        r"'tokenizer\.ggml\.model': the string at byte \d+",
    ),
    "a key twice": (
        gguf_file(gguf_keys(model="a")).replace(
            struct.pack("<QQ", 1, 1), struct.pack("<QQ", 1, 2), 1
        )
        + gguf_file(gguf_keys(model="a"))[24:],
        "is there twice",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_place(name, load):
    data, message = BROKEN[name]
    with pytest.raises(ValueError, match=rf"m\.gguf: .*{message}"):
        load({}, data)


def test_every_beginning_of_a_file_is_refused(load):
    data = gguf_file(
        gguf_keys(model="llama", tokens=["<unk>", "a"], scores=[0.0, -1.0], token_type=[2, 1])
    )
    for size in range(len(data)):
        with pytest.raises(ValueError, match=r"m\.gguf"):
            load({}, data[:size])


GPT2 = {"model": "gpt2", "tokens": ["a", "b"], "merges": ["a b"], "pre": "gpt-2"}
LLAMA = {"model": "llama", "tokens": ["<unk>", "a"], "scores": [0.0, -1.0], "token_type": [2, 1]}
WRONG = {
    "kind": ({"model": "rwkv"}, "model must be one of gpt2, llama, bert, got 'rwkv'"),
    "pattern": ({**GPT2, "pre": "falcon"}, "pre: how 'falcon' splits texts is not known"),
    "merge": ({**GPT2, "merges": ["ab"]}, r"merges\[0\] must be two tokens, got 'ab'"),
    "merges": ({**GPT2, "merges": [1]}, r"merges\[0\] must be str, got 1"),
    "no such merge": (GPT2, "merge 0 is .*'ab' is not in the vocabulary"),
    "twice": ({**GPT2, "tokens": ["a", "a"]}, r"tokens\[1\]: 'a' is token 0 already"),
    "types": ({**GPT2, "token_type": [1]}, "token_type must have 2 items, one a token, got 1"),
    "a type": ({**GPT2, "token_type": [1, 9]}, r"token_type\[1\] must be one of 1 to 6, got 9"),
    "an id": ({**LLAMA, "bos_token_id": 2}, "bos_token_id must be below 2, got 2"),
    "a score": ({**LLAMA, "scores": [0.0, float("nan")]}, "piece 1: the score of 'a' must be"),
    "scores": ({**LLAMA, "scores": [0.0]}, "scores must have 2 items"),
    "a flag": ({**LLAMA, "add_bos_token": 1}, "add_bos_token must be bool, got 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_vocabulary_is_refused_by_its_key(name, load):
    data, message = WRONG[name]
    with pytest.raises(ValueError, match=rf"m\.gguf: .*{message}"):
        load(gguf_keys(**data))


@needs_data
@pytest.mark.parametrize(
    ("folder", "pre"),
    [
        ("gpt2", "gpt-2"),
        pytest.param("llama3", "llama-bpe", marks=pytest.mark.slow),
        pytest.param("qwen3", "qwen2", marks=pytest.mark.slow),
    ],
)
def test_published_vocabularies_have_the_ids_of_their_tokenizer_json(folder, pre, load):
    tok = Tokenizer.from_file(tokenizer_folder(folder) / "tokenizer.json")
    special = {i for i, token in tok.added_tokens.items() if token.special}
    kinds = [
        3 if i in special else 4 if i in tok.added_tokens else 1 for i in range(tok.vocab_size)
    ]
    mine = load(byte_level(tok, pre=pre, token_type=kinds))
    texts = [*TEXTS, "It's 12345 x<|endoftext|>y<|im_end|>", *random_texts(few(300))]
    # Qwen's tokenizer.json has NFC in front, llama.cpp has nothing.
    texts = [unicodedata.normalize("NFC", text) for text in texts]
    assert mine.encode_lists(texts) == tok.encode_lists(texts, add_special_tokens=False)
