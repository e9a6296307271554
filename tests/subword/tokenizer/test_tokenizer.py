"""`Tokenizer` as a whole: every shape of result, the oracle, threads and wrong arguments."""

import copy
import json
import multiprocessing
import pickle
import random
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tokenizers

import subword
from subword import AddedToken, Ragged, Tokenizer, pre_tokenizers
from subword.models.bpe import BPE
from tests.helpers.compare import FIELDS
from tests.helpers.random_configs import random_config, shares_a_form
from tests.helpers.random_text import random_text, short_text

CORPUS = ["the cat sat on a mat and then it ran away", "low lower lowest", "한국어 😀 é"] * 9
KINDS = ("bpe", "byte_level_bpe", "wordpiece", "unigram", "word_level")


def trained(kind) -> Tokenizer:
    specials = ["[UNK]", "[CLS]", "[SEP]", AddedToken("<mask>", lstrip=True, special=True)]
    options = {"unk_token": "[UNK]"} if kind == "bpe" else {}
    return subword.train(
        CORPUS, kind, 330, special_tokens=specials, progress=False, min_frequency=1, **options
    )


@pytest.fixture(scope="module", params=KINDS)
def tok(request) -> Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the corpus is too small for as many tokens
        return trained(request.param)


def texts_of(seed, count=60):
    rng = random.Random(seed)
    return [random_text(rng) for _ in range(count)]


def fields(encoding):
    return [getattr(encoding, field) for field in FIELDS]


# The same texts in every shape.


def test_every_shape_says_the_same(tok):
    texts = ["", *texts_of(1)]
    encodings = tok.encode_batch(texts)
    ragged = tok.encode_ragged(texts, return_offsets=True)
    assert tok.encode_lists(texts) == ragged.to_lists() == [e.ids for e in encodings]
    for i, encoding in enumerate(encodings):
        assert fields(tok.encode(texts[i])) == fields(encoding)
        places = ragged.offsets[ragged.row_splits[i] : ragged.row_splits[i + 1]].tolist()
        assert [tuple(place) for place in places] == encoding.offsets
    assert (ragged.ids.dtype, ragged.row_splits.dtype, ragged.offsets.dtype) == (
        "uint32",
        "int64",
        "int32",
    )
    assert ragged.row_splits[0] == 0
    assert len(ragged) == len(texts)


def test_trained_tokenizers_equal_the_oracle(tok):
    theirs = tokenizers.Tokenizer.from_str(tok.to_str())
    texts = texts_of(2)
    for mine, his in zip(tok.encode_batch(texts), theirs.encode_batch(texts), strict=True):
        assert fields(mine) == fields(his)
    pairs = [*zip(texts, texts_of(3), strict=True)]
    for mine, his in zip(tok.encode_batch(pairs), theirs.encode_batch(pairs), strict=True):
        assert fields(mine) == fields(his)
    rows = tok.encode_lists(texts)
    for skip in (True, False):
        assert tok.decode_batch(rows, skip) == theirs.decode_batch(rows, skip)
        assert [tok.decode(row, skip) for row in rows] == tok.decode_batch(
            Ragged.from_rows(rows), skip
        )
    assert tok.get_vocab() == theirs.get_vocab()
    assert tok.get_vocab(False) == theirs.get_vocab(False)
    assert tok.vocab_size == theirs.get_vocab_size()
    for token, index in tok.get_vocab().items():
        assert tok.token_to_id(token) == index
        assert tok.id_to_token(index) == token
    assert tok.token_to_id("nothing") is None
    assert tok.id_to_token(10**6) is None


@pytest.mark.parametrize("length", [0, 1, 2, 5, 100])
def test_max_length_keeps_the_first_ids(tok, length):
    texts = texts_of(4)
    whole = tok.encode_lists(texts, add_special_tokens=False)
    cut = tok.encode_ragged(texts, add_special_tokens=False, max_length=length).to_lists()
    assert cut == [row[:length] for row in whole]


def test_special_tokens_count_in_max_length():
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]
    tok = Tokenizer.from_wordpiece({token: i for i, token in enumerate(vocab)})
    assert tok.encode_ragged(["a b a", "a"], max_length=3).to_lists() == [[2, 5, 3], [2, 5, 3]]
    with pytest.raises(ValueError, match="max_length must leave room for 2 special tokens, got 1"):
        tok.encode_ragged(["a"], max_length=1)


# Random pipelines.


@pytest.mark.parametrize("seed", range(12))
def test_random_pipelines_equal_the_oracle(seed):
    rng = random.Random(1000 + seed)
    compared = 0
    for _ in range(40):
        config = random_config(rng)
        if shares_a_form(config):
            continue
        theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
        mine = Tokenizer.from_str(json.dumps(config))
        for _ in range(20):
            text = short_text(rng)
            try:
                expected = theirs.encode(text)
            except BaseException as error:  # a panic of the oracle is no Exception
                if isinstance(error, KeyboardInterrupt):
                    raise
                continue
            got = mine.encode(text)
            for field in ("ids", "offsets", "word_ids", "type_ids", "special_tokens_mask"):
                assert getattr(got, field) == getattr(expected, field), (config, text)
            assert mine.decode(expected.ids) == theirs.decode(expected.ids), (config, text)
            compared += 1
    assert compared > 400


# Copies, threads, processes.


def test_copies_encode_the_same(tok):
    texts = texts_of(5)
    expected = tok.encode_lists(texts)
    for again in (pickle.loads(pickle.dumps(tok)), copy.deepcopy(tok), copy.copy(tok)):
        assert again.encode_lists(texts) == expected
        assert again.to_str() == tok.to_str()
        assert repr(again) == repr(tok)


@pytest.mark.parametrize("seed", range(4))
def test_copies_of_random_pipelines(seed):
    rng = random.Random(seed)
    for _ in range(20):
        tok = Tokenizer.from_str(json.dumps(random_config(rng)))
        assert pickle.loads(pickle.dumps(tok)).to_str() == tok.to_str()


def test_results_do_not_depend_on_threads(tok):
    texts = texts_of(6, 4000)
    expected = tok.encode_ragged(texts, threads=1, return_offsets=True)
    for threads in (2, 3, 8):
        got = tok.encode_ragged(texts, threads=threads, return_offsets=True)
        assert np.array_equal(got.ids, expected.ids)
        assert np.array_equal(got.row_splits, expected.row_splits)
        assert np.array_equal(got.offsets, expected.offsets)


def test_one_tokenizer_serves_many_threads(tok):
    batches = [texts_of(seed, 300) for seed in range(12)]
    expected = [tok.encode_lists(batch, threads=1) for batch in batches]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            for _ in range(3):
                assert (
                    list(pool.map(lambda batch: tok.encode_lists(batch, threads=2), batches))
                    == expected
                )
                both = pool.map(lambda batch: [e.ids for e in tok.encode_batch(batch)], batches)
                assert list(both) == expected
    finally:
        sys.setswitchinterval(before)


def _in_child(tok, texts, queue):
    queue.put(tok.encode_lists(texts, threads=2))


@pytest.mark.skipif(not hasattr(multiprocessing, "get_context"), reason="no processes here")
def test_a_forked_process_encodes_too(tok):
    texts = texts_of(7, 3000)
    expected = tok.encode_lists(texts, threads=2)  # threads have run before the fork
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=_in_child, args=(tok, texts, queue))
    process.start()
    assert queue.get() == expected
    process.join(60)
    assert process.exitcode == 0


def test_a_small_cache_changes_nothing(tok):
    texts = texts_of(8, 2000)
    small = pickle.loads(pickle.dumps(tok))
    options = {
        name: getattr(tok, name)
        for name in ("normalizer", "pre_tokenizer", "post_processor", "decoder")
    }
    added = list(tok.added_tokens.values())
    for size in (0, 1 << 12, 1 << 16):
        small = Tokenizer(tok.model, added_tokens=added, cache_bytes=size, **options)
        assert small.encode_lists(texts) == tok.encode_lists(texts)
    info = tok.cache_info()
    assert info["bytes"] > 0
    tok.cache_clear()
    assert tok.cache_info()["bytes"] < info["bytes"]


# Bad input.


@pytest.mark.parametrize("text", [None, b"abc", 3, ["a"], ("a", "b")])
def test_a_text_must_be_a_str(tok, text):
    with pytest.raises(TypeError, match="str"):
        tok.encode(text)
    with pytest.raises(TypeError, match="str"):
        tok.encode_ragged([text])
    with pytest.raises(TypeError, match="str"):
        tok.encode_lists(["fine", text])
    if not isinstance(text, tuple):
        with pytest.raises(TypeError, match="text 1 must be a str"):
            tok.encode_batch(["fine", text])


@pytest.mark.parametrize("part", ["normalizer", "pre_tokenizer", "post_processor", "decoder"])
def test_parts_must_be_of_this_package(tok, part):
    for wrong in (5, "NFC", {"type": "NFC"}, tok):
        with pytest.raises(TypeError, match=f"{part} must be one of this package, got "):
            Tokenizer(tok.model, **{part: wrong})
        with pytest.raises(TypeError, match="model must be one of this package, got "):
            Tokenizer(wrong)


@pytest.mark.parametrize("texts", ["abc", b"abc"])
def test_one_text_is_no_batch(tok, texts):
    for method in (tok.encode_batch, tok.encode_ragged, tok.encode_lists):
        with pytest.raises(TypeError, match="texts must be a list of str"):
            method(texts)


@pytest.mark.parametrize("many", [1, 3000])
@pytest.mark.parametrize(
    ("text", "code", "at"), [("a\ud800", "D800", 1), ("é한\udfffx😀", "DFFF", 2)]
)
def test_lone_surrogates_are_named(tok, many, text, code, at):
    texts = ["fine " * 30] * many + [text, text]
    message = rf"text {many} holds a lone surrogate \(U\+{code}\) at character {at}"
    for threads in (1, 3):
        with pytest.raises(ValueError, match=message):
            tok.encode_ragged(texts, threads=threads)
    with pytest.raises(ValueError, match=message):
        tok.encode_batch(texts)
    assert tok.encode_lists(["fine"]) == [tok.encode("fine").ids]


@pytest.mark.parametrize(
    ("ids", "error"),
    [
        (None, TypeError),
        ("ab", TypeError),
        ([1.5], TypeError),
        ([[1]], TypeError),
        (3, TypeError),
        ([-1], ValueError),
        ([2**32], ValueError),
        ([2**70], (ValueError, TypeError)),
    ],
)
def test_ids_must_be_ids(tok, ids, error):
    with pytest.raises(error, match="ids"):
        tok.decode(ids)


def test_ids_nobody_has_are_left_out(tok):
    assert tok.decode([10**9]) == ""
    assert tok.decode([]) == ""
    assert tok.decode_batch([]) == []


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_must_be_positive(tok, threads):
    with pytest.raises(ValueError, match=f"threads must be at least 1, got {threads}"):
        tok.encode_ragged(["a"], threads=threads)


def test_pairs_and_words_are_checked(tok):
    with pytest.raises(TypeError, match="a pair must be"):
        tok.encode_batch([("a", "b", "c")])
    with pytest.raises(TypeError, match="list of str, got str"):
        tok.encode("a b", is_pretokenized=True)
    with pytest.raises(TypeError, match="must be a str"):
        tok.encode([1], is_pretokenized=True)


def test_a_byte_level_model_needs_its_pre_tokenizer():
    vocab = {chr(c): i for i, c in enumerate(range(300))}
    with pytest.raises(ValueError, match="needs a pre-tokenizer that ends with ByteLevel"):
        Tokenizer(BPE(vocab, [], byte_level=True), pre_tokenizer=pre_tokenizers.Whitespace())
