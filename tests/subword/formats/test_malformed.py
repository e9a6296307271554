"""Malformed files are refused with the field, the rule and the place."""

import json

import pytest

from subword import Tokenizer
from subword.models.wordpiece import WordPiece
from tests.helpers.small_models import BASE, PIECES, with_model

BAD_CONFIGS = {
    "version": ({**BASE, "version": "2.0"}, "version must be '1.0', got '2.0'"),
    "no model": ({"version": "1.0"}, "must be an object with a model"),
    "list": ([], "must be an object with a model"),
    "type": (with_model(type="Foo"), "model: the component 'Foo' is not supported"),
    "unigram": (with_model(type="Unigram", vocab={"a": 0}), "Unigram: 'vocab' must be list"),
    "piece": (
        with_model(type="Unigram", vocab=[["a", 0.0], ["b"]]),
        "model.vocab[1] must be a piece and its score, got ['b']",
    ),
    "piece of no str": (with_model(type="Unigram", vocab=[[1, 0.0]]), "model.vocab[0] must be a"),
    "score": (
        with_model(type="Unigram", vocab=[["a", float("nan")]]),
        "vocab[0]: the score of 'a' must be finite, got nan",
    ),
    "unk id": (
        with_model(type="Unigram", vocab=[["a", 0.0]], unk_id=7),
        "unk_id must be at least 0 and less than 1",
    ),
    "type list": ({**BASE, "normalizer": {"type": ["NFC"]}}, "component ['NFC'] is not supported"),
    "vocab": (with_model(vocab=["a"]), "model.vocab must be an object, got list"),
    "id": (with_model(vocab={"a": "0"}), "the id of token 'a' must be an int, got '0'"),
    "negative id": (with_model(vocab={"a": -1}), "must be in [0, 2**32 - 2], got -1"),
    "merge part": (
        with_model(merges=["a c"]),
        "merge 0 is ('a', 'c'), but 'c' is not in the vocab",
    ),
    "merge product": (with_model(merges=["b a"]), "'ba' is not in the vocabulary"),
    "merge of three": (with_model(merges=["a b c"]), "merges[0]: expected two tokens, got 'a b c'"),
    "merge of ints": (with_model(merges=[[1, 2]]), "merge 0 is (1, 2)"),
    "merge of lists": (with_model(merges=[[[], "a"]]), "merge 0 must be a pair of tokens"),
    "merges": (with_model(merges={}), "'merges' must be list, got {}"),
    "unk": (with_model(unk_token=3), "'unk_token' must be str, got 3"),
    "unk of pieces": ({"model": {**PIECES, "unk_token": 3}}, "'unk_token' must be str, got 3"),
    "dropout": (with_model(dropout=2), "dropout must be between 0 and 1, got 2"),
    "dropout text": (with_model(dropout="x"), "model.dropout must be a number or null, got 'x'"),
    "prefix": (with_model(continuing_subword_prefix=1), "'continuing_subword_prefix' must be str"),
    "flag": (with_model(fuse_unk="no"), "'fuse_unk' must be bool, got 'no'"),
    "characters": ({"model": {**PIECES, "max_input_chars_per_word": -1}}, "got -1"),
    "many characters": ({"model": {**PIECES, "max_input_chars_per_word": 2**80}}, "must be in [0"),
    "surrogate": (with_model(vocab={"\ud800": 0}, merges=[]), "'\\ud800' holds a lone surrogate"),
    "added surrogate": (
        {**BASE, "added_tokens": [{"content": "\udfff"}]},
        "holds a lone surrogate",
    ),
    "added": ({**BASE, "added_tokens": ["x"]}, "a token must be an object, got 'x'"),
    "added object": ({**BASE, "added_tokens": {}}, "'added_tokens' must be list, got {}"),
    "added flag": (
        {**BASE, "added_tokens": [{"content": "x", "special": 1}]},
        "'special' must be bool",
    ),
    "normalizer": ({**BASE, "normalizer": "NFC"}, "a component must be an object, got 'NFC'"),
    "charsmap": (
        {**BASE, "normalizer": {"type": "Precompiled"}},
        "the field 'precompiled_charsmap' is missing",
    ),
    "pattern": (
        {
            **BASE,
            "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated"},
        },
        "a parenthesis is not closed, at character 1",
    ),
    "metaspace": (
        {
            **BASE,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "add_prefix_space": False},
        },
        "add_prefix_space false needs prepend_scheme \"never\", got 'always'",
    ),
    "behavior": ({**BASE, "pre_tokenizer": {"type": "Punctuation", "behavior": "X"}}, "got 'X'"),
    "template": (
        {
            **BASE,
            "post_processor": {"type": "TemplateProcessing", "pair": [], "special_tokens": {}}
            | {"single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}]},
        },
        "missing ['[CLS]']",
    ),
    "decoder": ({**BASE, "decoder": {"type": "Foo"}}, "decoder: the component 'Foo' is not"),
    "decoder list": ({**BASE, "decoder": []}, "decoder: a component must be an object, got []"),
    "processor": ({**BASE, "post_processor": 1}, "post_processor: a component must be an object"),
    "word level": ({"model": {"vocab": {"a": 0}}}, "the field 'unk_token' is missing"),
    "truncation": (
        {**BASE, "truncation": {"max_length": "x"}},
        "max_length must be a whole number",
    ),
    "truncation list": (
        {**BASE, "truncation": [1]},
        "truncation must be an object or null, got [1]",
    ),
    "strategy": (
        {**BASE, "truncation": {"strategy": "Foo"}},
        "strategy must be one of LongestFirst",
    ),
    "padding": ({**BASE, "padding": {"strategy": {"Foo": 3}}}, "Fixed must be a whole number"),
    "side": (
        {**BASE, "padding": {"direction": "Up"}},
        "direction must be one of Left, Right, got 'Up'",
    ),
    "pad id": (
        {**BASE, "padding": {"pad_id": -1}},
        "pad_id must be a whole number of 0 to 4294967295",
    ),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_bad_tokenizer_json(tmp_path, name):
    config, message = BAD_CONFIGS[name]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(config))
    with pytest.raises((ValueError, TypeError)) as error:
        Tokenizer.from_file(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"version": "1.0",\n "model"', r":2:9: broken JSON: Expecting ':' delimiter"),
        (b"", r":1:1: broken JSON"),
        (b'{"a": "\xff"}', ": not UTF-8 at byte 7"),
        (b"[" * 100_000, ": JSON nested too deeply"),
        (
            b'{"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": '
            + b'{"type": "Sequence", "normalizers": [' * 450
            + b"]}" * 450
            + b"}",
            ": components nested too deeply",
        ),
    ],
)
def test_broken_files(tmp_path, data, message):
    path = tmp_path / "t.json"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        Tokenizer.from_file(path)


BAD_FILES = {
    "empty vocab.txt": (lambda w: Tokenizer.from_wordpiece(w("v", "")), "v: no token in the file"),
    "no [UNK]": (
        lambda w: Tokenizer.from_wordpiece(w("v", "a\nb\n")).encode("c"),
        "unk_token '[UNK]' is needed, but is not",
    ),
    "vocab.txt": (lambda w: Tokenizer.from_wordpiece(w("v", b"a\n\xff")), "v: not UTF-8 at byte 2"),
    "vocab.json": (
        lambda w: Tokenizer.from_bpe(w("v", "[]"), w("m", "")),
        "v: a vocabulary must be",
    ),
    "merges": (
        lambda w: Tokenizer.from_bpe(w("v", "{}"), w("m", "#version\na b c")),
        "m:2: expected two",
    ),
    "merge": (
        lambda w: Tokenizer.from_bpe(w("v", '{"a": 0}'), w("m", "a b")),
        "'b' is not in the vocabulary",
    ),
    "tiktoken": (
        lambda w: Tokenizer.from_tiktoken(w("t", "!! 0"), "gpt2"),
        "t:1: expected base64 and a rank",
    ),
    "rank": (
        lambda w: Tokenizer.from_tiktoken(w("t", "IQ== x"), "gpt2"),
        "t:1: expected base64 and a rank",
    ),
    "no ranks": (lambda w: Tokenizer.from_tiktoken(w("t", ""), "gpt2"), "t: no token in the file"),
    "token twice": (
        lambda w: Tokenizer.from_tiktoken(w("t", "IQ== 0\nIQ== 1"), "gpt2"),
        "t:2: the token b'!' has",
    ),
    "rank twice": (
        lambda w: Tokenizer.from_tiktoken(w("t", "IQ== 0\nIg== 0"), "gpt2"),
        "two tokens with the same id",
    ),
    "special id": (
        lambda w: Tokenizer.from_tiktoken(w("t", "IQ== 0"), "gpt2", {"<e>": 0}),
        "the id 0 is taken",
    ),
    "special text": (
        lambda w: Tokenizer.from_tiktoken(w("t", "IQ== 0"), "gpt2", {"<e>": "x"}),
        "got 'x'",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_vocabulary_files(tmp_path, name):
    make, message = BAD_FILES[name]

    def write(file, data):
        path = tmp_path / file
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        make(write)
    assert message in str(error.value)


def test_folders_without_a_tokenizer(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no tokenizer\.json, tekken\.json, vocab\.txt, .* or \.gguf"
    ):
        Tokenizer.from_pretrained(tmp_path)
    with pytest.raises(FileNotFoundError):
        Tokenizer.from_file(tmp_path / "nowhere.json")


def test_saving_leaves_the_old_file_when_it_fails(tmp_path, monkeypatch):
    tok = Tokenizer.from_str(json.dumps(BASE))
    path = tmp_path / "t.json"
    path.write_text("old")
    monkeypatch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(OSError("no")))
    with pytest.raises(OSError, match="no"):
        tok.save(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.json"]
    with pytest.raises(FileNotFoundError, match="no such folder"):
        tok.save(tmp_path / "nowhere" / "t.json")


def test_wordpiece_wants_its_unknown_token():
    assert WordPiece({"a": 0}).tokenize_word("a") == [(0, 0, 1)]
    with pytest.raises(ValueError, match="unk_token"):
        WordPiece({"a": 0}).tokenize_word("b")
