"""Folders of BERT: tokenizer_config.json and added tokens, compared with transformers."""

import itertools
import json

import pytest

from subword import Tokenizer

transformers = pytest.importorskip("transformers", reason="it decides which file overrules which")

VOCAB = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "Red", "new", "만나", "##요", "é", "e"),
    *("É", "E", "北京", "北", "京", "##京"),
]
TEXTS = ["만나요", "Red É é 北京 E", "red [NEW] new NEW[E1]"]
OPTIONS = [
    {}, {"do_lower_case": False}, {"do_lower_case": True}, {"strip_accents": False},
    {"do_lower_case": False, "strip_accents": True}, {"tokenize_chinese_chars": False},
]  # fmt: skip


def same(folder):
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    ours = Tokenizer.from_pretrained(folder)
    for text in TEXTS:
        assert ours.encode(text).ids == theirs(text)["input_ids"], text


@pytest.mark.parametrize("named", ["BertTokenizer", "DistilBertTokenizerFast", None, "Generic"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_tokenizer_config_overrules_tokenizer_json_as_in_transformers(tmp_path, named, lowercase):
    vocab = {token: i for i, token in enumerate(VOCAB)}
    written = Tokenizer.from_wordpiece(
        vocab, lowercase=lowercase, strip_accents=None if lowercase else True,
        handle_chinese_chars=lowercase,
    )  # fmt: skip
    written.save(tmp_path / "tokenizer.json")
    for options, kind in itertools.product(OPTIONS, ("bert", "electra", None)):
        if named is None and kind is None:
            continue
        if named == "Generic":
            options = {**options, "tokenizer_class": "PreTrainedTokenizerFast"}
        elif named:
            options = {**options, "tokenizer_class": named}
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(options))
        (tmp_path / "config.json").write_text(json.dumps({"model_type": kind} if kind else {}))
        same(tmp_path)


def test_a_tokenizer_json_alone_is_taken_as_it_is(tmp_path):
    vocab = {token: i for i, token in enumerate(VOCAB)}
    Tokenizer.from_wordpiece(vocab, lowercase=False).save(tmp_path / "tokenizer.json")
    assert Tokenizer.from_pretrained(tmp_path).encode("Red").ids == [2, 6, 3]


@pytest.mark.parametrize(
    ("config", "added"),
    [
        ({}, {"[NEW]": len(VOCAB), "[E1]": len(VOCAB) + 1}),
        ({"added_tokens_decoder": {
            str(len(VOCAB)): {"content": "[NEW]", "special": True},
            str(len(VOCAB) + 1): {"content": "NEW", "normalized": True, "special": False},
        }}, None),
        ({"do_lower_case": False}, {"[E1]": len(VOCAB)}),
    ],
)  # fmt: skip
def test_added_tokens_beside_vocab_txt_are_read(tmp_path, config, added):
    (tmp_path / "vocab.txt").write_text("\n".join(VOCAB) + "\n")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    if added:
        (tmp_path / "added_tokens.json").write_text(json.dumps(added))
    same(tmp_path)


NAMES = {
    "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>",
    "mask_token": "<mask>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "special"),
    [
        (NAMES, None),
        ({}, NAMES),
        (None, {key: {"content": token, "lstrip": False} for key, token in NAMES.items()}),
        ({key: {"content": t, "__type": "AddedToken"} for key, t in NAMES.items()}, None),
        ({**NAMES, "unk_token": "[UNK]"}, NAMES),
        ({**NAMES, "unk_token": "[UNK]", "added_tokens_decoder": {}}, NAMES),
    ],
)
def test_special_tokens_of_other_names_are_read(tmp_path, config, special):
    vocab = ["[UNK]", "<pad>", "<unk>", "<s>", "</s>", "<mask>", "red", "new"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocab) + "\n")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    for name, values in (("tokenizer_config", config), ("special_tokens_map", special)):
        if values is not None:
            (tmp_path / f"{name}.json").write_text(json.dumps(values))
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    ours = Tokenizer.from_pretrained(tmp_path)
    for text in ("red x <mask> new", "", "<s> red</s>"):
        assert ours.encode(text).ids == theirs(text)["input_ids"], text


@pytest.mark.parametrize("text", ["[]", '"x"', '{"do_lower_case": null}'])
def test_a_broken_tokenizer_config_is_named(tmp_path, text):
    (tmp_path / "vocab.txt").write_text("\n".join(VOCAB) + "\n")
    (tmp_path / "tokenizer_config.json").write_text(text)
    with pytest.raises(ValueError, match=r"tokenizer_config\.json: "):
        Tokenizer.from_pretrained(tmp_path)
