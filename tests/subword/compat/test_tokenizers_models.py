"""Unigram, word-level models and character maps of `compat.tokenizers`, beside the original."""

import copy
import json
import pickle

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours
from subword.reference.charsmap import make_charsmap
from tests.helpers.oracle import columns
from tests.helpers.piece_models import piece, specs

PIECES = [("<unk>", 0.0), ("▁", -3.0), ("a", -1.5), ("ab", -2.0), ("b", -2.5), ("▁ab", -2.25)]
TEXTS = ["ab abb", "", "ba cㅎ가 ab", "▁ab  a", "aaaa bbbb"]
WORDS = {"[UNK]": 0, "ab": 1, "a": 3}


def unigram(library, byte_fallback=None):
    tok = library.Tokenizer(library.models.Unigram(PIECES, 0, byte_fallback))
    tok.pre_tokenizer = library.pre_tokenizers.Metaspace()
    tok.decoder = library.decoders.Metaspace()
    return tok


def word_level(library):
    tok = library.Tokenizer(library.models.WordLevel(WORDS, unk_token="[UNK]"))
    tok.pre_tokenizer = library.pre_tokenizers.WhitespaceSplit()
    return tok


MAKERS = [unigram, word_level]


@pytest.mark.parametrize("make", MAKERS)
def test_tokenizers_are_the_same(make):
    mine, other = make(ours), make(theirs)
    for step in ("made", "changed", "pickled"):
        for text in TEXTS:
            got, wanted = mine.encode(text), other.encode(text)
            assert columns(got) == columns(wanted), (step, text)
            assert mine.decode(got.ids) == other.decode(wanted.ids)
        assert json.loads(mine.to_str()) == json.loads(other.to_str())
        assert mine.get_vocab() == other.get_vocab()
        assert mine.get_vocab_size() == other.get_vocab_size()
        if step == "made":
            assert mine.add_tokens(["ba", "ab"]) == other.add_tokens(["ba", "ab"])
        else:
            mine, other = (pickle.loads(pickle.dumps(tok)) for tok in (mine, other))
    assert mine.encode(TEXTS[0]).ids == ours.Tokenizer.from_str(other.to_str()).encode(TEXTS[0]).ids
    assert copy.deepcopy(mine).encode(TEXTS[2]).ids == other.encode(TEXTS[2]).ids


def calls_of_models(library, folder):
    models = library.models
    letters = [("a", -1.0), ("b", -2.0), ("가", -3.0)]
    yield models.Unigram().token_to_id("<unk>"), models.Unigram().id_to_token(0)
    for model in (models.Unigram(letters, 1), models.Unigram([*letters, ("b", -0.5)], unk_id=0)):
        yield [model.id_to_token(i) for i in range(5)], model.token_to_id("b")
        yield [token.as_tuple() for token in model.tokenize("abc가ㅎㅎb")]
    model = models.WordLevel({"x": 0, "y": 5}, unk_token="y")
    yield [token.as_tuple() for token in model.tokenize("xx")], model.unk_token
    yield [token.as_tuple() for token in model.tokenize("x")], model.id_to_token(5)
    paths = (
        model.save(str(folder))
        + model.save(str(folder), "a")
        + models.Unigram(letters, 1).save(str(folder))
    )
    yield paths
    yield models.WordLevel.read_file(paths[0])
    yield models.WordLevel.from_file(paths[0], unk_token="x").tokenize("q")[0].as_tuple()
    yield [json.loads((folder / "unigram.json").read_text())]


def test_models_answer_the_same(tmp_path):
    for mine, other in zip(
        calls_of_models(ours, tmp_path), calls_of_models(theirs, tmp_path), strict=True
    ):
        assert mine == other


@pytest.mark.parametrize(
    "make",
    [
        lambda library: library.models.Unigram([("a", -1.0)], 5),
        lambda library: library.models.Unigram([], 0),
        lambda library: library.models.Unigram(None, 0),
        lambda library: library.models.Unigram({"a": -1.0}, 0),
        lambda library: library.models.Unigram([("a", -1.0, 2)], 0),
        lambda library: library.models.Unigram([["a", -1.0]], 0),
        lambda library: library.models.Unigram([("a", -1.0)]).tokenize("b"),
        lambda library: library.models.WordLevel({"a": 0}).tokenize("b"),
        lambda library: library.models.WordLevel("absent.json"),
        lambda library: library.models.WordLevel(unk_token=3),
        lambda library: library.normalizers.Precompiled(b"abc"),
        lambda library: library.normalizers.Precompiled("abc"),
    ],
)
def test_what_the_original_refuses_is_refused(make):
    with pytest.raises(Exception) as other:  # noqa: PT011  # the original raises Exception itself
        make(theirs)
    kinds = other.type if other.type in (TypeError, ValueError) else (ValueError, OSError)
    with pytest.raises(kinds):
        make(ours)


def test_a_character_map_goes_in_as_bytes_and_out_as_text():
    charsmap = make_charsmap({"a": "bc", "é": "e"})
    mine, other = ours.normalizers.Precompiled(charsmap), theirs.normalizers.Precompiled(charsmap)
    assert mine.normalize_str("abc é 한") == other.normalize_str("abc é 한")
    again = pickle.loads(pickle.dumps(mine))
    assert again.normalize_str("abc") == "bcbc"
    tok = unigram(ours)
    tok.normalizer = mine
    assert json.loads(tok.to_str())["normalizer"] == json.loads(other.__getstate__())


def test_a_sentencepiece_unigram_tokenizer_is_that_of_the_original():
    texts = ["ab  ab\u2003한국", "", "ﬁ abb ▁a", "c"]
    for arguments in ((PIECES,), (PIECES, "_", False)):
        mine, other = (
            library.SentencePieceUnigramTokenizer(*arguments) for library in (ours, theirs)
        )
        mine.model, other.model = (library.models.Unigram(PIECES, 0) for library in (ours, theirs))
        for text in texts:
            assert columns(mine.encode(text)) == columns(other.encode(text))
        assert json.loads(mine.to_str()) == json.loads(other.to_str())
        assert repr(mine) == repr(other)


def test_a_sentencepiece_unigram_tokenizer_learns(tmp_path):
    corpus = ["the quick brown fox jumps over the lazy dog"] * 30 + ["한국어를 공부합니다"] * 20
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(corpus), encoding="utf-8")
    options = {"vocab_size": 60, "special_tokens": ["<unk>"], "unk_token": "<unk>"}
    for train in ("train", "train_from_iterator"):
        tok = ours.SentencePieceUnigramTokenizer()
        source = corpus if train == "train_from_iterator" else str(path)
        getattr(tok, train)(source, show_progress=False, **options)
        assert tok.decode(tok.encode("the lazy fox").ids) == "the lazy fox"
        other = theirs.Tokenizer.from_str(tok.to_str())
        for text in (*corpus[::25], "unseen ABC"):
            assert columns(tok.encode(text)) == columns(other.encode(text))


def test_a_sentencepiece_file_becomes_a_unigram_tokenizer(tmp_path):
    kinds = [2, *[1] * (len(PIECES) - 1)]
    rows = (piece(*row, kind) for row, kind in zip(PIECES, kinds, strict=True))
    path = tmp_path / "spiece.model"
    path.write_bytes(b"".join(rows) + specs())
    tok = ours.SentencePieceUnigramTokenizer.from_spm(str(path))
    assert tok.get_vocab() == {piece: i for i, (piece, _) in enumerate(PIECES)}
    assert tok.encode("ab  c").tokens == ["▁ab", "▁", "c"]
