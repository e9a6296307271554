"""The best segmentations and those drawn at random, beside `sentencepiece`."""

import collections
import math
import random

import numpy as np
import pytest

from subword import Tokenizer
from subword.compat.sentencepiece import (
    SentencePieceProcessor,
    SetRandomGeneratorSeed,
    set_random_generator_seed,
)
from subword.formats.sentencepiece import model_parts
from subword.formats.sentencepiece_model import Algorithm, parse_model
from tests.helpers.effort import few
from tests.helpers.piece_models import piece, random_model, random_texts, specs, trained

theirs = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")

MODELS = [
    {"model_type": "unigram"},
    {"model_type": "unigram", "byte_fallback": True, "vocab_size": 400},
    {"model_type": "unigram", "user_defined_symbols": "<sep>,the", "pad_id": 3},
]
DRAWS = few(4000)


def both(data, **options):
    return theirs.SentencePieceProcessor(model_proto=data, **options), SentencePieceProcessor(
        model_proto=data, **options
    )


def nbest_scores(original, text, count):
    """The scores of the original, which only its protocol buffer has: field 3 of each text."""
    data, scores = original.nbest_encode(text, nbest_size=count, out_type="serialized_proto"), []
    for number, body in fields(data):
        assert number == 1
        scores += [value for inner, value in fields(body) if inner == 3]
    return [float(np.frombuffer(score, np.float32)[0]) for score in scores]


def fields(data):
    """The fields of a protocol buffer: number and bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
            continue
        size = 4 if key & 7 == 5 else varint()
        yield key >> 3, data[at : at + size]
        at += size


@pytest.mark.parametrize("options", MODELS)
def test_the_best_segmentations_are_those_of_the_original_in_its_order(options):
    original, mine = both(trained(**options))
    for i, text in enumerate(random_texts(few(60), seed=3)):
        for kind in (int, str, bytes):
            for count in (1, 2, 7, 40 if i % 7 else 512):
                expected = original.nbest_encode(text, nbest_size=count, out_type=kind)
                assert mine.nbest_encode(text, nbest_size=count, out_type=kind) == expected, text


@pytest.mark.parametrize("seed", range(40))
def test_the_same_holds_for_pieces_of_all_kinds(seed):
    data = random_model(random.Random(seed))
    if parse_model(data).algorithm != Algorithm.UNIGRAM:
        return
    original, mine = both(data)
    for text in random_texts(few(20), seed=seed):
        for count in (2, 9):
            expected = original.nbest_encode(text, nbest_size=count, out_type=str)
            assert mine.nbest_encode(text, nbest_size=count, out_type=str) == expected, text


@pytest.mark.parametrize("seed", range(6))
def test_of_equal_scores_the_order_is_that_of_the_original_too(seed):
    rng = random.Random(seed)
    pieces = {"".join(rng.choices("abc", k=rng.randint(1, 4))) for _ in range(30)} | set("abc▁")
    data = piece("<unk>", 0.0, 2) + b"".join(
        piece(text, -1.0 * len(text)) for text in sorted(pieces)
    )
    original, mine = both(data + specs())
    for _ in range(few(15)):
        text = "".join(rng.choices("abc ", k=rng.randint(1, 14)))
        for count in (2, 10, 100):
            expected = original.nbest_encode(text, nbest_size=count)
            assert mine.nbest_encode(text, nbest_size=count) == expected, text
    text = "".join(rng.choices("abc", k=60))  # more wait than are kept
    assert mine.nbest_encode(text, nbest_size=512) == original.nbest_encode(text, nbest_size=512)


def test_scores_are_those_of_the_original():
    data = trained(model_type="unigram")
    original = theirs.SentencePieceProcessor(model_proto=data)
    tok = Tokenizer(**model_parts(parse_model(data)))
    for text in random_texts(few(40), seed=4):
        expected = nbest_scores(original, text, 5)
        found = tok.encode_nbest(text, 5)
        if text.strip():
            assert [score for _, score in found] == expected, text
            rows = original.nbest_encode(text, nbest_size=5)
            assert [encoding.ids for encoding, _ in found] == rows


def test_all_calls_are_there_with_all_that_they_take():
    original, mine = both(trained(model_type="unigram"), add_eos=True, reverse=True)
    for sp in (original, mine):
        assert sp.nbest_encode(["the", "cat"], nbest_size=2) == sp.NBestEncode(["the", "cat"], None,
            None, None, None, 2)  # fmt: skip
        assert sp.nbest_encode_as_ids("the", 3) == sp.NBestEncodeAsIds("the", nbest_size=3)
        assert sp.nbest_encode_as_pieces("the", 3) == sp.NBestEncodeAsPieces("the", nbest_size=3)
        assert sp.nbest_encode("the") == sp.nbest_encode("the", nbest_size=0)
    for call in (
        lambda sp: sp.nbest_encode("the cat 龥龥", nbest_size=4, out_type=str, emit_unk_piece=True),
        lambda sp: sp.nbest_encode_as_pieces(["the", ""], 3, add_bos=True, reverse=False),
        lambda sp: sp.nbest_encode_as_ids("the cat", 4, add_eos=False),
        lambda sp: [row.tolist() for row in sp.nbest_encode_as_numpy("the cat", 4)],
    ):
        assert call(mine) == call(original)
    assert mine.nbest_encode_as_numpy("the", 2)[0].dtype == np.int32
    assert mine.sample_encode_as_numpy("the cat", -1, 0.1).dtype == np.int32
    for kind, name in ((int, "SampleEncodeAsIds"), (str, "sample_encode_as_pieces")):
        SetRandomGeneratorSeed(1)
        one = mine.encode(["the cat"] * 9, None, None, None, None, True, 5, 0.2, out_type=kind)
        set_random_generator_seed(1)
        assert getattr(mine, name)(["the cat"] * 9, 5, 0.2) == one
        assert len({str(row) for row in one}) > 1


def frequencies(sp, text, **options):
    rows = sp.encode([text] * DRAWS, enable_sampling=True, out_type=str, num_threads=1, **options)
    return collections.Counter(map(tuple, rows))


@pytest.mark.parametrize(
    ("model_type", "options"),
    [
        ("unigram", {"alpha": 0.3, "nbest_size": -1}),
        ("unigram", {"alpha": 1.0, "nbest_size": -5}),
        ("unigram", {"alpha": 0.0, "nbest_size": 6}),
        ("unigram", {"alpha": 0.5, "nbest_size": 20}),
        ("bpe", {"alpha": 0.1, "nbest_size": -1}),
        ("bpe", {"alpha": 0.6, "nbest_size": 64}),
        ("bpe", {"alpha": 1.5, "nbest_size": -1}),
        ("bpe", {"alpha": 0.0, "nbest_size": -1}),
    ],
)
def test_what_is_drawn_is_as_frequent_as_in_the_original(model_type, options):
    original, mine = both(trained(model_type=model_type))
    for text in ("the cat", "theory"):
        expected, got = frequencies(original, text, **options), frequencies(mine, text, **options)
        for pieces in expected | got:
            p, q = got[pieces] / DRAWS, expected[pieces] / DRAWS
            mean = (p + q) / 2
            assert abs(p - q) < 6 * math.sqrt(2 * mean * (1 - mean) / DRAWS) + 3 / DRAWS, pieces


def test_a_processor_samples_by_default_if_it_is_told_to():
    _, mine = both(trained(model_type="unigram"), enable_sampling=True, alpha=0.1)
    assert len({str(mine.encode("the cat sat")) for _ in range(50)}) > 5
    assert len({str(mine.encode("the cat sat", enable_sampling=False)) for _ in range(20)}) == 1


CALLS = {
    "too many": lambda sp: sp.nbest_encode("the", nbest_size=513),
    "too many to draw from": lambda sp: sp.sample_encode_as_ids("the", 513, 0.1),
    "one to draw from": lambda sp: sp.sample_encode_as_ids("the", 1, 0.1),
    "none to draw from": lambda sp: sp.sample_encode_as_ids("the", 0, 0.1),
    "negative": lambda sp: sp.sample_encode_as_ids("the", -1, -0.1),
    "no number": lambda sp: sp.sample_encode_as_ids("the", -1, math.nan),
    "infinite": lambda sp: sp.sample_encode_as_ids("the", -1, math.inf),
    "of another kind": lambda sp: sp.nbest_encode("the", nbest_size=2),
    "drawn of another kind": lambda sp: sp.sample_encode_as_ids("the", -1, 0.1) and None,
}


@pytest.mark.parametrize("model_type", ["unigram", "bpe", "char", "word"])
@pytest.mark.parametrize("name", CALLS)
def test_what_the_original_refuses_is_refused(name, model_type):
    answers = []
    for sp in both(trained(model_type=model_type)):
        try:
            answers.append(CALLS[name](sp))
        except (RuntimeError, ValueError) as error:
            answers.append(type(error))
    assert answers[1] == answers[0]
