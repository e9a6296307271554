"""What a folder says of its vectors is followed, or refused by name: nothing is passed over."""

import json
import re

import numpy as np
import pytest
import torch

from bert_min import BertModel, Embedder
from bert_min.cli import main
from bert_min.embedding.folder_settings import read_folder_settings
from bert_min.text.tokenizers import load_tokenizer
from subword import Tokenizer

WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "Red", "sky", "Sky", "query", ":"),
    *("é", "É", "만나", "##요"),
]
TEXTS = ["Red Sky", "red sky sky", "É"]


def write(path, **values):
    path.write_text(json.dumps(values))


@pytest.fixture
def folder(tiny, tmp_path):
    """A cased model with the files of sentence-transformers, and nothing said in them."""
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    write(tmp_path / "tokenizer_config.json", do_lower_case=False)
    model = BertModel(tiny.replace(vocab_size=len(WORDS)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    model.save_pretrained(tmp_path)
    modules = [("Transformer", ""), ("Pooling", "1_Pooling")]
    (tmp_path / "modules.json").write_text(json.dumps([
        {"type": f"sentence_transformers.models.{kind}", "path": path} for kind, path in modules
    ]))  # fmt: skip
    (tmp_path / "1_Pooling").mkdir()
    write(tmp_path / "1_Pooling/config.json", pooling_mode="mean")
    return tmp_path


def ids_of(folder, text):
    return load_tokenizer(folder).encode(text, add_special_tokens=False).ids


def test_do_lower_case_of_sentence_transformers_comes_before_the_tokenizer(folder):
    plain = Embedder.from_pretrained(folder, device="cpu").encode([t.lower() for t in TEXTS])
    cased = Embedder.from_pretrained(folder, device="cpu").encode(TEXTS)
    assert not np.allclose(plain, cased, atol=1e-3)
    for name in ("sentence_bert_config.json", "sentence_distilbert_config.json"):
        write(folder / name, do_lower_case=True)
        embedder = Embedder.from_pretrained(folder, device="cpu")
        np.testing.assert_array_equal(embedder.encode(TEXTS), plain)
        assert embedder.attention_maps("Red Sky").tokens[1:3] == ["red", "sky"]
        assert embedder.tokenizer.encode("É").tokens == ["[CLS]", "é", "[SEP]"]  # keeps accents
        (folder / name).unlink()


def test_the_default_prompt_is_put_before_every_text(folder):
    plain = Embedder.from_pretrained(folder, device="cpu")
    want = plain.encode(["query: " + text for text in TEXTS])
    write(
        folder / "config_sentence_transformers.json",
        prompts={"query": "query: ", "passage": ""}, default_prompt_name="query",
        similarity_fn_name="cosine",
    )  # fmt: skip
    embedder = Embedder.from_pretrained(folder, device="cpu")
    assert embedder.prompts == {"query": "query: ", "passage": ""}
    np.testing.assert_array_equal(embedder.encode(TEXTS), want)
    np.testing.assert_array_equal(embedder.encode(TEXTS, prompt_name="query"), want)
    bare = plain.encode(TEXTS)
    np.testing.assert_array_equal(embedder.encode(TEXTS, prompt_name="passage"), bare)
    np.testing.assert_array_equal(embedder.encode(TEXTS, prompt=""), bare)
    np.testing.assert_array_equal(plain.encode(TEXTS, prompt="query: "), want)
    with pytest.raises(ValueError, match="prompt_name must be one of passage, query, got"):
        embedder.encode(TEXTS, prompt_name="document")
    with pytest.raises(ValueError, match="not both"):
        embedder.encode(TEXTS, prompt="a", prompt_name="query")


def test_prompts_without_a_default_wait_for_their_name(folder, tmp_path, capsys):
    plain = Embedder.from_pretrained(folder, device="cpu")
    write(folder / "config_sentence_transformers.json", prompts={"query": "query: "})
    embedder = Embedder.from_pretrained(folder, device="cpu")
    np.testing.assert_array_equal(embedder.encode(TEXTS), plain.encode(TEXTS))
    (tmp_path / "t.txt").write_text("\n".join(TEXTS) + "\n")
    words = ["embed", f"{tmp_path}/t.txt", "--model", str(folder), "-o", f"{tmp_path}/v.npy"]
    for more, prompt in (
        ([], ""), (["--prompt-name", "query"], "query: "), (["--prompt", "sky"], "sky"),
    ):  # fmt: skip
        assert main([*words, *more, "--device", "cpu"]) == 0
        want = plain.encode([prompt + text for text in TEXTS])
        np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), want)
    assert main([*words, "--truncate-dim", "33"]) == 1
    rule = "truncate_dim must lie in [1, 32], the width of a vector, got 33"
    assert rule in capsys.readouterr().err
    with pytest.raises(ValueError, match=re.escape(rule)):
        Embedder.from_pretrained(folder, "cpu").encode(TEXTS, truncate_dim=33)
    with pytest.raises(ValueError, match=r"truncate_dim must lie in \[1, 32\].*got -1"):
        plain.encode(TEXTS, truncate_dim=-1)
    assert main([*words, "--prompt-name", "x"]) == 1
    assert "prompt_name must be one of query, got 'x'" in capsys.readouterr().err
    with pytest.raises(ValueError, match=r"must be one of \(the model has none\), got 'x'"):
        plain.encode(TEXTS, prompt_name="x")


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, 40),
        ({"tokenizer_config": {"model_max_length": 9}}, 9),
        ({"tokenizer_config": {"max_len": 9}}, 9),
        ({"tokenizer_config": {"model_max_length": 10**30}}, 40),
        ({"tokenizer_config": {"model_max_length": 9}, "sentence_bert_config": {}}, 9),
        (
            {"tokenizer_config": {"model_max_length": 9},
             "sentence_bert_config": {"max_seq_length": 12}},
            12,
        ),
        ({"sentence_bert_config": {"max_seq_length": None}}, 40),
    ],
)  # fmt: skip
def test_the_longest_text_is_what_the_folder_says(folder, files, limit):
    for name, values in files.items():
        write(folder / f"{name}.json", **({"do_lower_case": False} | values))
    assert Embedder.from_pretrained(folder, device="cpu").max_length == limit
    (folder / "modules.json").unlink()  # a plain folder says the same
    assert Embedder.from_pretrained(folder, device="cpu").max_length == limit


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("sentence_bert_config", {"query_length": 8}, "query_length = 8 is not implemented"),
        ("sentence_bert_config", {"tokenizer_args": {"do_lower_case": 1}}, "tokenizer_args = "),
        ("sentence_bert_config", {"max_seq_length": "128"}, "whole number of tokens, got '128'"),
        ("sentence_bert_config", {"max_seq_length": 0}, "at least 3 tokens, got 0"),
        ("sentence_bert_config", {"do_lower_case": "yes"}, "do_lower_case must be true or false"),
        ("config_sentence_transformers", {"default_prompt_name": "q"}, "'q' is none of the"),
        ("config_sentence_transformers", {"truncate_dim": 0}, "above 0, got 0"),
        ("tokenizer_config", {"truncation_side": "left"}, "truncation_side = 'left'"),
        ("tokenizer_config", {"do_lower_case": "no"}, "do_lower_case must be true or false"),
        ("tokenizer_config", {"strip_accents": 1}, "strip_accents must be true or false"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_followed_is_refused_by_name(folder, file, values, message):
    write(folder / f"{file}.json", **values)
    with pytest.raises(ValueError, match=message) as error:
        Embedder.from_pretrained(folder, device="cpu")
    assert f"{file}.json" in str(error.value)


def test_a_pooling_without_the_prompt_is_refused_where_there_are_prompts(folder):
    write(folder / "1_Pooling/config.json", pooling_mode="mean", include_prompt=False)
    Embedder.from_pretrained(folder, device="cpu")
    write(folder / "config_sentence_transformers.json", prompts={"query": "query: "})
    with pytest.raises(ValueError, match="include_prompt = False"):
        Embedder.from_pretrained(folder, device="cpu")


def test_broken_files_are_named(folder):
    for name in ("modules", "1_Pooling/config", "sentence_bert_config"):
        path = folder / f"{name}.json"
        old = path.read_text() if path.exists() else "{}"
        for text, message in (("{", "not valid JSON"), ('"x"', "expected a")):
            path.write_text(text)
            with pytest.raises(ValueError, match=message) as error:
                read_folder_settings(folder)
            assert str(path) in str(error.value)
        path.write_text(old)


def test_tokenizer_config_decides_against_tokenizer_json(folder):
    """As published for kcbert: tokenizer.json lower-cases, which takes Hangul apart."""
    lower = Tokenizer.from_wordpiece(folder / "vocab.txt", lowercase=True)
    lower.save(folder / "tokenizer.json")
    assert lower.encode("만나요", add_special_tokens=False).tokens == ["[UNK]"]
    config = {"do_lower_case": False, "tokenizer_class": "BertTokenizer"}
    write(folder / "tokenizer_config.json", **config)
    assert ids_of(folder, "만나요 Red") == [13, 14, 6]
    embedder = Embedder.from_pretrained(folder, device="cpu")
    assert embedder.tokenizer.encode("만나요").tokens[1:-1] == ["만나", "##요"]
    assert load_tokenizer(folder / "tokenizer.json").encode("만나요").tokens[1:-1] == ["[UNK]"]


def test_encode_normalizes_where_the_folder_says_so(folder):
    plain = Embedder.from_pretrained(folder, device="cpu")
    raw = plain.encode(TEXTS)
    assert not np.allclose(np.linalg.norm(raw, axis=1), 1, atol=0.1)
    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"})
    (folder / "modules.json").write_text(json.dumps(modules))
    embedder = Embedder.from_pretrained(folder, device="cpu")
    unit = embedder.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(embedder.encode(TEXTS, normalize=False), raw)
    np.testing.assert_array_equal(plain.encode(TEXTS, normalize=True), unit)
