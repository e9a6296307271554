"""`Sampling`: what is drawn depends on the seed and a text's number, on nothing else."""

import itertools
import random

import pytest

import subword
from subword import Sampling, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from subword.models import BPE, Unigram
from subword.reference.sampling import all_ways
from subword.reference.unigram import Unigram as ReferenceUnigram
from tests.helpers.effort import few

PIECES = [
    *(("<unk>", 0.0), ("▁", -1.5), ("a", -1.0), ("b", -2.0), ("c", -1.5), ("ab", -2.5)),
    *(("▁a", -2.0), ("▁ab", -3.0), ("bc", -3.2), ("abc", -4.0)),
]


def unigram(**options):
    return Tokenizer(
        Unigram(PIECES, 0),
        pre_tokenizer=pre_tokenizers.Metaspace(),
        added_tokens=["<s>", "</s>"],
        **options,
    )


def byte_bpe(**options):
    texts = ["the cat sat on the mat", "a theory of the cats, and more"] * 5
    trained = subword.train(texts, "byte_level_bpe", vocab_size=300, progress=False)
    return Tokenizer(
        trained.model, pre_tokenizer=trained.pre_tokenizer, decoder=trained.decoder, **options
    )


def texts_of(seed, count):
    rng = random.Random(seed)
    words = ["abc", "abcabc", "bca", "the", "theory", "cats,", "z", "<s>"]
    return [" ".join(rng.choices(words, k=rng.randint(1, 12))) for _ in range(count)]


KINDS = [
    (unigram, {"alpha": 0.2}),
    (unigram, {"alpha": 0.2, "nbest_size": 5}),
    (byte_bpe, {"dropout": 0.3}),
]


@pytest.mark.parametrize(("make", "strength"), KINDS)
def test_a_seed_makes_a_call_repeatable_on_any_threads_and_in_any_parts(make, strength):
    tok = make()
    texts = texts_of(0, 200) * 40
    drawn = Sampling(**strength, seed=11)
    whole = tok.encode_ragged(texts, sampling=drawn)
    assert (whole.ids.size, whole.row_splits.size) != (0, 0)
    for threads in (1, 2, 5):
        again = tok.encode_ragged(texts, sampling=drawn, threads=threads, return_offsets=True)
        assert (again.ids == whole.ids).all()
        assert (again.row_splits == whole.row_splits).all()
    rows = [row.tolist() for row in whole]
    assert rows[:200] != rows[200:400]  # a text is drawn anew each time
    for first in (0, 1, 37, 6000):
        part = Sampling(**strength, seed=11, first=first)
        assert tok.encode_lists(texts[first : first + 50], sampling=part) == rows[first:][:50]
    assert tok.encode_lists(texts[:50], sampling=Sampling(**strength, seed=12)) != rows[:50]


@pytest.mark.parametrize(("make", "strength"), KINDS)
def test_every_call_draws_the_same(make, strength):
    tok = make()
    texts = texts_of(1, 30)
    drawn = Sampling(**strength, seed=2**64 - 1)
    rows = tok.encode_lists(texts, sampling=drawn)
    encodings = tok.encode_batch(texts, sampling=drawn)
    assert [encoding.ids for encoding in encodings] == rows
    assert [e.ids for e in tok.encode_unprocessed(texts, sampling=drawn)] == rows
    assert tok.encode(texts[0], sampling=drawn).ids == rows[0]
    assert tok.encode_ragged(texts, sampling=drawn, max_length=3)[5].tolist() == rows[5][:3]
    pairs = tok.encode_batch(list(zip(texts[::2], texts[1::2], strict=True)), sampling=drawn)
    assert [encoding.ids for encoding in pairs] == [
        a + b for a, b in zip(rows[::2], rows[1::2], strict=True)
    ]
    words = [text.split() for text in texts]
    cut = [tok.encode_batch(words, is_pretokenized=True, sampling=drawn) for _ in range(2)]
    assert [e.ids for e in cut[0]] == [e.ids for e in cut[1]]
    same = tok.encode_batch([["abcabc"] * 9] * 9, is_pretokenized=True, sampling=drawn)
    theory = tok.encode_batch([["theory"] * 9] * 9, is_pretokenized=True, sampling=drawn)
    assert len({tuple(e.ids) for e in [*same, *theory]}) > 9
    assert tok.encode_lists(texts) == [e.ids for e in tok.encode_batch(texts)]  # nothing is kept


def test_without_a_seed_each_call_draws_anew():
    for make, strength in KINDS:
        tok = make()
        texts = texts_of(2, 20)
        drawn = [tok.encode_lists(texts, sampling=Sampling(**strength)) for _ in range(5)]
        assert len({str(rows) for rows in drawn}) == 5


def test_a_model_that_samples_needs_no_argument_and_takes_a_seed():
    model = Unigram(PIECES, 0, alpha=0.1)
    tok = Tokenizer(model, pre_tokenizer=pre_tokenizers.Metaspace())
    text = "abcabc abcab"
    assert len({tuple(tok.encode(text).ids) for _ in range(40)}) > 3
    assert len({tuple(tok.encode_ids(text)) for _ in range(40)}) > 3
    assert len({tuple(tok([text])["input_ids"][0]) for _ in range(40)}) > 3
    assert len({tok.count_tokens(text) for _ in range(40)}) > 1
    seeded = [tok.encode(text, sampling=Sampling(seed=5)).ids for _ in range(3)]
    assert seeded[0] == seeded[1] == seeded[2]
    less = Tokenizer(model.with_sampling(None), pre_tokenizer=pre_tokenizers.Metaspace())
    assert less.encode(text, sampling=Sampling(alpha=0.1, seed=5)).ids == seeded[0]
    assert "alpha" not in tok.to_str()


def test_tokens_and_offsets_belong_to_what_was_drawn():
    tok = unigram(normalizer=normalizers.Lowercase())
    for seed in range(few(50)):
        text = "ABzzcab 가<s> abc zab"
        encoding = tok.encode(text, sampling=Sampling(alpha=0.1, seed=seed))
        shown = zip(encoding.tokens, encoding.ids, encoding.offsets, strict=True)
        for token, index, (start, end) in shown:
            piece = text[start:end].lower()
            assert token == "▁" or token.replace("▁", "").strip() == piece.strip()
            assert index != 0 or set(piece) <= set("zz가")
    tok = byte_bpe(post_processor=processors.ByteLevel(trim_offsets=True), added_tokens=["<s>"])
    for seed in range(few(50)):
        text = "the cats  <s> theory"
        drawn = Sampling(dropout=0.4, seed=seed)
        encoding = tok.encode(text, sampling=drawn)
        rows = tok.encode_ragged([text], sampling=drawn, return_offsets=True)
        assert rows.ids.tolist() == encoding.ids
        assert [tuple(pair) for pair in rows.offsets.tolist()] == encoding.offsets


def test_a_text_may_limit_its_special_tokens_while_it_is_drawn():
    tok = unigram()
    drawn = Sampling(alpha=0.3, seed=4)
    assert tok.token_to_id("<s>") in tok.encode("ab<s>", sampling=drawn).ids
    assert tok.token_to_id("<s>") not in tok.encode("ab<s>", sampling=drawn, special="none").ids


def test_what_does_not_fit_the_model_is_refused():
    for tok, wrong, text in (
        (unigram(), {"dropout": 0.1}, "dropout=0.1 needs a BPE model, this one is Unigram"),
        (byte_bpe(), {"alpha": 0.1}, "need a Unigram model, this one is BPE"),
        (unigram(), {"nbest_size": 3}, "nbest_size=3 needs alpha, which is None"),
    ):
        with pytest.raises(ValueError, match=text):
            tok.encode("a", sampling=Sampling(**wrong))
    with pytest.raises(ValueError, match="dropout is for BPE, alpha and nbest_size are for Uni"):
        Sampling(alpha=0.1, dropout=0.1)
    with pytest.raises(ValueError, match="dropout must be between 0 and 1, got 2"):
        Sampling(dropout=2)
    with pytest.raises(ValueError, match=r"first must be at least 0 .* got -1"):
        Sampling(first=-1)
    with pytest.raises(TypeError, match=r"seed must be an int or None, got 1.5"):
        Sampling(seed=1.5)
    with pytest.raises(TypeError, match=r"sampling must be a Sampling or None, got 0.1"):
        unigram().encode("a", sampling=0.1)
    assert unigram().encode("abc", sampling=Sampling(seed=1)).ids == unigram().encode("abc").ids


def test_the_best_encodings_of_a_text_are_those_of_all_its_words():
    tok = unigram(
        post_processor=processors.TemplateProcessing(
            "<s> $A </s>", None, [("<s>", 10), ("</s>", 11)]
        )
    )
    text = "abc ab<s>bca"
    twin = ReferenceUnigram({"vocab": PIECES, "unk_id": 0})
    words = [all_ways(twin, word) for word in ("▁abc", "▁ab", "▁bca")]
    sums = sorted(
        (sum(scores) for scores in itertools.product(*(ways.values() for ways in words))),
        reverse=True,
    )
    found = tok.encode_nbest(text, 20, add_special_tokens=False)
    assert [score for _, score in found] == pytest.approx(sums[:20])
    assert found[0][0].ids == tok.encode(text, add_special_tokens=False).ids
    assert len({tuple(encoding.ids) for encoding, _ in found}) == 20
    assert len(tok.encode_nbest(text, 10**6)) == len(sums)
    for encoding, _ in found:
        shown = zip(encoding.tokens, encoding.offsets, strict=True)
        for token, (start, end) in shown:
            assert token == "▁" or token.replace("▁", "") == text[start:end].strip()
    best, plain = tok.encode_nbest(text, 1)[0][0], tok.encode(text)
    for field in ("ids", "tokens", "offsets", "word_ids", "type_ids", "special_tokens_mask"):
        assert getattr(best, field) == getattr(plain, field)
    unknown = tok.encode_nbest("zz 가ab", 3)
    assert unknown[0][0].tokens == tok.encode("zz 가ab", add_special_tokens=True).tokens
    assert [encoding.ids for encoding, _ in tok.encode_nbest("", 3)] == [[10, 11]]


def test_best_encodings_need_scores_and_a_count():
    with pytest.raises(ValueError, match="need a Unigram model, this one is BPE: its tokens have"):
        byte_bpe().encode_nbest("a", 2)
    with pytest.raises(ValueError, match="count must be at least 1"):
        unigram().encode_nbest("", 0)
    with pytest.raises(TypeError, match="text must be a str, got list"):
        unigram().encode_nbest(["a"], 1)
    with pytest.raises(UnicodeEncodeError):
        unigram().encode_nbest("\ud800", 1)


def test_what_is_drawn_decodes_to_the_text():
    tok = byte_bpe()
    texts = texts_of(3, 50)
    rows = tok.encode_lists(texts, sampling=Sampling(dropout=0.9, seed=1))
    assert tok.decode_batch(rows) == texts
    model = BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")])
    plain = Tokenizer(model, decoder=decoders.Fuse())
    drawn = plain.encode_lists(["abab" * 9] * 9, sampling=Sampling(dropout=0.5, seed=1))
    assert plain.decode_batch(drawn) == ["abab" * 9] * 9
