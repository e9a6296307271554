"""Unigram, beside its twin and the original."""

import json
import math
import pickle
import random

import pytest
import tokenizers

from subword import Tokenizer
from subword.compat import tokenizers as compat
from subword.models import Unigram
from subword.reference.unigram import Unigram as ReferenceUnigram
from tests.helpers.effort import few
from tests.helpers.oracle import columns, from_oracle
from tests.helpers.random_configs import random_unigram


def models_of(config):
    """Return the original, the twin and ours."""
    options = {name: config[name] for name in ("unk_id", "byte_fallback")}
    theirs = tokenizers.models.Unigram(
        [(piece, score) for piece, score in config["vocab"]], **options
    )
    return theirs, ReferenceUnigram(config), Unigram(config["vocab"], **options)


@pytest.mark.parametrize("seed", range(60))
def test_the_best_pieces_are_those_of_twin_and_original_also_where_sums_are_equal(seed):
    rng = random.Random(seed)
    alphabet = rng.choice(["ab", "abcde", "a가각é", "a中😀é\u0301 ▁"])
    theirs, twin, mine = models_of(random_unigram(rng, alphabet))
    for _ in range(few(150)):
        word = "".join(rng.choices(alphabet + "z龥", k=rng.choice([1, 2, 3, 8, 30])))
        expected = [(token.id, *token.offsets) for token in theirs.tokenize(word)]
        assert mine.tokenize_word(word) == expected, word
        units = [(unit.id, unit.start, unit.end) for unit in twin.tokenize(word)]
        assert units == expected, word
        texts = [token.value for token in theirs.tokenize(word)]
        assert [unit.text for unit in twin.tokenize(word)] == texts, word


def test_a_word_of_any_length_is_cut_like_the_original():
    rng = random.Random(7)
    theirs, _, mine = models_of(random_unigram(rng, "abcé"))
    for size in (255, 256, 257, 5000):
        word = "".join(rng.choices("abcéz", k=size))
        expected = [(token.id, *token.offsets) for token in theirs.tokenize(word)]
        assert mine.tokenize_word(word) == expected


def test_words_are_cut_like_the_original_by_a_vocabulary_whose_trie_is_moved_to_large_pages():
    rng = random.Random(8)
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = {"".join(rng.choices(letters, k=rng.randint(16, 20))) for _ in range(30_000)}
    vocab = [("<unk>", 0.0), *((char, -14.0) for char in letters)]
    vocab += [(piece, -rng.uniform(8, 16)) for piece in sorted(found)]
    config = {"vocab": vocab, "unk_id": 0, "byte_fallback": False}
    theirs, _, mine = models_of(config)
    for _ in range(few(100)):
        word = "".join(rng.choice(vocab)[0].strip("<>") for _ in range(6))
        expected = [(token.id, *token.offsets) for token in theirs.tokenize(word)]
        assert mine.tokenize_word(word) == expected, word
    assert mine.tokenize_word(vocab[-1][0]) == [(len(vocab) - 1, 0, len(vocab[-1][0]))]


def test_of_equal_pieces_the_last_counts_and_an_empty_one_is_never_found():
    vocab = [("<unk>", -1.0), ("a", -5.0), ("aa", -3.0), ("", 9.0), ("a", -1.0)]
    model = Unigram(vocab, 0)
    assert model.tokenize_word("aaa") == [(4, 0, 1), (4, 1, 2), (4, 2, 3)]
    assert model.pieces == vocab


def test_every_id_of_equal_pieces_has_its_text_and_added_tokens_come_after_all_ids():
    vocab = [["<unk>", -1.0], ["a", -5.0], ["a", -1.0], ["b", -1.0]]
    added = {"id": 9, "content": "[X]", "special": True}
    added |= dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    model = {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": False}
    config = {"version": "1.0", "model": model, "added_tokens": [added]}
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    mine = Tokenizer.from_str(json.dumps(config))
    for index in range(7):
        assert mine.id_to_token(index) == theirs.id_to_token(index)
    assert mine.get_vocab() == theirs.get_vocab()
    assert mine.vocab_size == theirs.get_vocab_size()
    assert mine.encode("a[X]b").ids == theirs.encode("a[X]b").ids


def test_the_text_of_an_unknown_token_is_what_it_stands_for():
    config = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "model": {
            "type": "Unigram",
            "unk_id": 0,
            "vocab": [["<unk>", 0.0], ["▁", -1.0], ["a", -2.0], ["▁a", -2.5]],
        },
    }
    theirs = tokenizers.Tokenizer.from_str(json.dumps(config))
    mine = Tokenizer.from_str(json.dumps(config))
    texts = ["A BC a", "XYaZ", "aQ qa<unk>", "", "a", "ß É a É"]
    for text, encoding in zip(texts, mine.encode_batch(texts), strict=True):
        assert columns(encoding) == columns(from_oracle(theirs.encode(text))), text
    words = ["AB", "a", "XaY"]
    assert mine.encode(words, is_pretokenized=True).tokens == (
        theirs.encode(words, is_pretokenized=True).tokens
    )
    assert mine("A BC a").tokens() == theirs.encode("A BC a").tokens


def test_an_unknown_token_is_an_error_where_there_is_none():
    config = {"type": "Unigram", "unk_id": None, "vocab": [["a", -1.0], ["bcd", -2.0]]}
    theirs, twin, mine = models_of(config | {"byte_fallback": False})
    assert [token[0] for token in mine.tokenize_word("aa")] == [0, 0]
    for word in ("b", "abcd", "ax"):
        with pytest.raises(Exception, match="`unk_id` is missing"):
            theirs.tokenize(word)
        for model, call in ((mine, mine.tokenize_word), (twin, twin.tokenize)):
            with pytest.raises(ValueError, match="needs an unknown token, but unk_id is None"):
                call(word)
            assert model.unk_id is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([("a", math.nan)],), ValueError, r"vocab\[0\]: the score of 'a' must be finite, got nan"),
        (([("a", 0.0), ("b", math.inf)],), ValueError, r"vocab\[1\]: the score of 'b' .* got inf"),
        (([("a", -math.inf)],), ValueError, "must be finite, got -inf"),
        (([("a", 10**400)],), ValueError, "must be finite"),
        (([("a", "b")],), TypeError, "the score of 'a' must be a number, got 'b'"),
        (([("a", True)],), TypeError, "must be a number, got True"),
        (([(1, 0.0)],), TypeError, r"vocab\[0\]: a piece must be a str, got 1"),
        (([("a", 0.0, 1)],), ValueError, r"vocab\[0\] must be a piece and its score"),
        ((["ab"],), ValueError, r"vocab\[0\] must be a piece and its score, got 'ab'"),
        (({"a": 0.0},), TypeError, r"vocab must be a list of \(piece, score\), got dict"),
        (([("a", 0.0)], 1), ValueError, "unk_id must be at least 0 and less than 1, .* got 1"),
        (([("a", 0.0)], -1), ValueError, "unk_id must be at least 0"),
        (([], 0), ValueError, "less than 0, the number of pieces, got 0"),
        (([("a", 0.0)], "a"), TypeError, "unk_id must be an int or None, got 'a'"),
        (([("a" * 70000, 0.0)],), ValueError, "a token has at most 65536 characters"),
        (([("\ud800", 0.0)],), ValueError, "surrogates not allowed"),
    ],
)
def test_errors_name_the_place(arguments, error, message):
    with pytest.raises(error, match=message):
        Unigram(*arguments)


def test_scores_may_be_any_numbers_that_are_finite():
    assert Unigram([("a", -1), ("b", 1e308), ("c", 1e308)]).pieces[0] == ("a", -1.0)


def test_it_is_immutable_pickles_and_keeps_its_options():
    model = Unigram([("<unk>", 0.0), ("a", -1.5)], 0, True, fuse_unk=False)
    copy = pickle.loads(pickle.dumps(model))
    assert (copy.pieces, copy.options()) == (model.pieces, model.options())
    with pytest.raises(TypeError, match="immutable"):
        model.__init__([("a", 0.0)])
    assert [token[0] for token in model.tokenize_word("xy")] == [0, 0]
    assert len(Unigram([("<unk>", 0.0), ("a", -1.5)], 0).tokenize_word("xy")) == 1


def test_a_saved_model_is_read_by_the_original_and_here(tmp_path):
    for fuse_unk in (True, False):
        model = Unigram([("<unk>", 0.0), ("a", -0.1), ("ab", -1 / 3)], 0, fuse_unk=fuse_unk)
        tok = Tokenizer(model)
        tok.save(tmp_path / "tokenizer.json")
        again = Tokenizer.from_file(tmp_path / "tokenizer.json")
        assert again.model.pieces == model.pieces
        assert again.model.options() == model.options()
        theirs = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
        assert theirs.encode("abxa").ids == tok.encode("abxa").ids


def test_many_pieces_with_one_long_beginning_take_the_memory_and_time_of_their_bytes():
    start = "a" * 10_000
    vocab = [("<unk>", 0.0), *((f"{start}{number}", -1.0) for number in range(2000))]
    model = Unigram(vocab, 0)
    assert model.tokenize_word(f"{start}1234") == [(1235, 0, 10_004)]
    comb = [("<unk>", 0.0), *(("a" * size, -1.0) for size in range(1, 3000))]
    assert Unigram(comb, 0).tokenize_word("a" * 4000) == [(1001, 0, 1001), (2999, 1001, 4000)]


def test_a_class_of_the_original_and_a_trainer_know_it():
    tok = Tokenizer(Unigram([("<unk>", 0.0), ("a", -1.0), ("b", -1.5)], 0))
    again = compat.Tokenizer.from_str(tok.to_str())
    assert again.model.token_to_id("b") == 2
    assert {"c", "d"} <= set(tok.train_new(["c d"] * 9, 10, progress=False).get_vocab())


@pytest.mark.slow
def test_pieces_are_found_in_a_trie_so_large_that_its_offsets_are_long():
    # 260,000 random pieces of twelve bytes: well over two million nodes.
    rng = random.Random(8)
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = {"".join(rng.choices(letters, k=12)): None for _ in range(260_000)}
    listed = [(letter, -50.0) for letter in letters] + [(piece, -1.0) for piece in pieces]
    model = Unigram(listed)
    for index in rng.sample(range(26, len(listed)), 2000):
        piece = listed[index][0]
        assert model.tokenize_word(piece) == [(index, 0, 12)]
    for _ in range(500):
        word = "".join(rng.choices(letters, k=5))
        assert [index for index, _, _ in model.tokenize_word(word)] == [
            letters.index(letter) for letter in word
        ]
