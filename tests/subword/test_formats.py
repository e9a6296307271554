import base64
import copy
import json
import random

import pytest
import tokenizers

from subword import Tokenizer, file_options, formats
from subword.models.wordpiece import WordPiece
from tests.data import NAMES, TIKTOKEN, needs_data, oracle, tiktoken_file, tokenizer_folder
from tests.parity.compare import load, random_text

from .configs import random_config
from .configs import random_text as short_text

MODEL = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
BASE = {"version": "1.0", "model": MODEL}
PIECES = {
    "type": "WordPiece",
    "vocab": {"[UNK]": 0, "a": 1, "##b": 2},
    "unk_token": "[UNK]",
    "continuing_subword_prefix": "##",
    "max_input_chars_per_word": 100,
}


def with_model(**changes):
    return {**BASE, "model": {**MODEL, **changes}}


# Round trips.


@pytest.mark.parametrize("seed", range(8))
def test_random_pipelines_survive_and_load_in_tokenizers(seed):
    rng = random.Random(seed)
    compared = 0
    for _ in range(25):
        config = random_config(rng)
        tok = Tokenizer.from_str(json.dumps(config))
        saved = tok.to_str()
        assert Tokenizer.from_str(saved).to_str() == saved
        assert Tokenizer.from_str(tok.to_str(pretty=True)).to_str() == saved
        contents = [token["content"].lower() for token in config["added_tokens"]]
        if len({*contents}) < len(contents):
            continue  # of two tokens with one normalized form the oracle takes either
        first = tokenizers.Tokenizer.from_str(json.dumps(config))
        theirs = tokenizers.Tokenizer.from_str(saved)
        for _ in range(8):
            text = short_text(rng)
            assert theirs.encode(text).ids == first.encode(text).ids
            compared += 1
    assert compared > 50


@needs_data
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("gemma3", "llama3")])
def test_published_tokenizers_survive(tmp_path, name):
    mine = load(name)
    path = tmp_path / "tokenizer.json"
    mine.save(path, pretty=False)
    theirs = tokenizers.Tokenizer.from_file(str(path))
    rng = random.Random(name)
    texts = [random_text(rng) for _ in range(100)]
    expected = oracle(name).encode_batch(texts)
    for again in (theirs, Tokenizer.from_file(path)):
        for got, encoding in zip(again.encode_batch(texts), expected, strict=True):
            assert (got.ids, got.tokens, got.offsets) == (
                encoding.ids,
                encoding.tokens,
                encoding.offsets,
            )
    assert Tokenizer.from_file(path).to_str() == path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["tokenizer.json"]


@needs_data
def test_tiktoken_survives_as_json_with_its_ids():
    mine = Tokenizer.from_tiktoken(tiktoken_file(TIKTOKEN[0]), TIKTOKEN[0])
    again = Tokenizer.from_str(mine.to_str())
    rng = random.Random(1)
    texts = [random_text(rng) for _ in range(200)]
    assert again.encode_lists(texts) == mine.encode_lists(texts)


@needs_data
@pytest.mark.parametrize("name", ["bert-base-uncased", "bert-base-cased"])
def test_vocab_txt_equals_tokenizer_json(name):
    folder = tokenizer_folder(name)
    mine = Tokenizer.from_wordpiece(folder / "vocab.txt", lowercase=name.endswith("uncased"))
    rng = random.Random(name)
    texts = [random_text(rng) for _ in range(200)]
    assert mine.encode_lists(texts) == load(name).encode_lists(texts)
    expected = tokenizers.models.WordPiece.read_file(str(folder / "vocab.txt"))
    assert mine.get_vocab() == expected


@needs_data
@pytest.mark.parametrize("name", ["gpt2", "roberta-base"])
def test_vocab_json_and_merges_equal_the_oracle(name):
    folder = tokenizer_folder(name)
    mine = Tokenizer.from_bpe(folder / "vocab.json", folder / "merges.txt")
    theirs = tokenizers.ByteLevelBPETokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt")
    )
    rng = random.Random(name)
    for text in [random_text(rng) for _ in range(200)]:
        assert mine.encode(text).ids == theirs.encode(text).ids


# Older shapes of real files.


@pytest.mark.parametrize(
    "config",
    [
        {"model": {k: v for k, v in MODEL.items() if k != "type"}},
        {"model": {k: v for k, v in PIECES.items() if k != "type"}},
        with_model(merges=[["a", "b"]]),
        with_model(merges=["#version: 0.2", "a b"]),
        with_model(continuing_subword_prefix="", end_of_word_suffix=""),
        with_model(dropout=None, unk_token=None, fuse_unk=False, byte_fallback=False),
        {
            **BASE,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        },
        {
            **BASE,
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
        },
        {**BASE, "truncation": {"max_length": 1, "strategy": "LongestFirst", "stride": 0}},
        {
            **BASE,
            "padding": {"strategy": {"Fixed": 5}, "direction": "Right", "pad_to_multiple_of": None}
            | {"pad_id": 0, "pad_type_id": 0, "pad_token": "a"},
        },
        {**BASE, "something": "new"},
        {**BASE, "added_tokens": None, "normalizer": None, "decoder": None},
    ],
)
def test_older_shapes_encode_as_in_the_oracle(config):
    config = copy.deepcopy(config)
    text = json.dumps({"version": "1.0", **config})
    mine = Tokenizer.from_str(text)
    try:
        theirs = tokenizers.Tokenizer.from_str(text)
    except Exception:  # the oracle wants every key in the file
        theirs = tokenizers.Tokenizer.from_str(mine.to_str())
    for words in ("ab", "a b ab", "abab", "x"):
        got, expected = mine.encode(words), theirs.encode(words)
        assert (got.ids, got.tokens, got.offsets) == (
            expected.ids,
            expected.tokens,
            expected.offsets,
        )


def test_vocab_txt_is_trimmed_like_the_original_reader(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_bytes("[UNK]\r\na \u3000\n b\n\n##c\n".encode())
    assert formats.read_vocab_txt(path) == tokenizers.models.WordPiece.read_file(str(path))
    assert formats.read_vocab_txt(path) == {"[UNK]": 0, "a": 1, " b": 2, "": 3, "##c": 4}


def test_added_tokens_take_the_next_free_id():
    added = [{"id": 99, "content": "<x>"}, {"id": 7, "content": "ab"}, {"id": 1, "content": "<y>"}]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    config = json.dumps({**BASE, "added_tokens": [{**token, **flags} for token in added]})
    assert (
        Tokenizer.from_str(config).get_vocab() == tokenizers.Tokenizer.from_str(config).get_vocab()
    )


# Bad input.

BAD_CONFIGS = {
    "version": ({**BASE, "version": "2.0"}, "version must be '1.0', got '2.0'"),
    "no model": ({"version": "1.0"}, "must be an object with a model"),
    "list": ([], "must be an object with a model"),
    "type": (with_model(type="Foo"), "model: the component 'Foo' is not supported"),
    "unigram": (with_model(type="Unigram"), "Unigram language model"),
    "type list": ({**BASE, "normalizer": {"type": ["NFC"]}}, "component ['NFC'] is not supported"),
    "vocab": (with_model(vocab=["a"]), "model.vocab must be an object, got list"),
    "id": (with_model(vocab={"a": "0"}), "the id of token 'a' must be an int, got '0'"),
    "negative id": (with_model(vocab={"a": -1}), "must be in [0, 2**32 - 2], got -1"),
    "two of one id": (with_model(vocab={"a": 0, "b": 0}), "tokens 'a' and 'b' have the same id 0"),
    "merge part": (
        with_model(merges=["a c"]),
        "merge 0 is ('a', 'c'), but 'c' is not in the vocab",
    ),
    "merge product": (with_model(merges=["b a"]), "'ba' is not in the vocabulary"),
    "merge of three": (with_model(merges=["a b c"]), "merges[0]: expected two tokens, got 'a b c'"),
    "merge of ints": (with_model(merges=[[1, 2]]), "merge 0 is (1, 2)"),
    "merge of lists": (with_model(merges=[[[], "a"]]), "merge 0 must be a pair of tokens"),
    "merges": (with_model(merges={}), "'merges' must be list, got {}"),
    "unk": (with_model(unk_token="<unk>"), "model.unk_token '<unk>' is not in the vocabulary"),
    "unk of pieces": ({"model": {**PIECES, "unk_token": "?"}}, "unk_token '?' is not in the vocab"),
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
    "charsmap": ({**BASE, "normalizer": {"type": "Precompiled"}}, "compiled character map"),
    "pattern": (
        {
            **BASE,
            "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated"},
        },
        "a parenthesis is not closed, at character 1",
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
    "decoder": ({**BASE, "decoder": {"type": "Foo"}}, "got 'Foo'"),
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
            b'{"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []},'
            b' "normalizer": '
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


def b64(token):
    return base64.b64encode(token).decode()


BAD_FILES = {
    "empty vocab.txt": (lambda w: Tokenizer.from_wordpiece(w("v", "")), "v: no token in the file"),
    "no [UNK]": (
        lambda w: Tokenizer.from_wordpiece(w("v", "a\nb\n")),
        "v: unk_token '[UNK]' is not",
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
        "have the same id 0",
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
    with pytest.raises(FileNotFoundError, match="no tokenizer\\.json, vocab\\.txt or vocab\\.json"):
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


def test_defaults_of_truncation_and_padding():
    assert file_options.truncation(None) is None
    assert file_options.truncation({})["max_length"] == 512
    assert file_options.padding({"pad_id": 3})["strategy"] == "BatchLongest"


def test_wordpiece_wants_its_unknown_token():
    with pytest.raises(ValueError, match="unk_token"):
        WordPiece({"a": 0})
