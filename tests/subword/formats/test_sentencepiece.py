"""SentencePiece .model files, beside `sentencepiece` itself."""

import copy
import pickle
import random

import pytest
import tokenizers

from subword import Tokenizer
from tests.helpers.effort import few
from tests.helpers.piece_models import random_model, random_texts, trained

sentencepiece = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")

IDENTITY = {"normalization_rule_name": "identity"}
USER = {"user_defined_symbols": "<sep>,e,the,中文,a▁b", "control_symbols": "<ctl>"}
PLAIN_SPACES = {"remove_extra_whitespaces": False, **IDENTITY}
OPTIONS = [
    *({"model_type": kind} for kind in ("unigram", "bpe", "word", "char")),
    *({"model_type": kind, **USER} for kind in ("unigram", "bpe", "word", "char")),
    *({"model_type": kind, **PLAIN_SPACES} for kind in ("unigram", "bpe", "char")),
    *(
        {"model_type": kind, "byte_fallback": True, "vocab_size": 400}
        for kind in ("unigram", "bpe")
    ),
    {"model_type": "bpe", "byte_fallback": True, "vocab_size": 400, **PLAIN_SPACES},
    {"model_type": "bpe", "byte_fallback": True, "vocab_size": 400, **IDENTITY},
    {"model_type": "unigram", "treat_whitespace_as_suffix": True, **USER},
    {"model_type": "bpe", "treat_whitespace_as_suffix": True},
    {"model_type": "word", "treat_whitespace_as_suffix": True},
    {"model_type": "unigram", "add_dummy_prefix": False},
    {"model_type": "bpe", "add_dummy_prefix": False, **PLAIN_SPACES},
    {"model_type": "unigram", "split_by_whitespace": False, "normalization_rule_name": "nfkc_cf"},
    {"model_type": "unigram", "character_coverage": 0.98},
    {"model_type": "bpe", "character_coverage": 0.98, "remove_extra_whitespaces": False},
    {"model_type": "unigram", "pad_id": 3, "unk_surface": "??", "unk_piece": "[U]", "bos_id": -1},
]


def named(options):
    return ",".join(f"{k}={v}" for k, v in options.items())[:60]


@pytest.fixture(params=OPTIONS, ids=named)
def models(request, tmp_path):
    """The original, ours, and the file."""
    data = trained(**request.param)
    path = tmp_path / "spiece.model"
    path.write_bytes(data)
    theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    return theirs, Tokenizer.from_sentencepiece(path), path


def test_ids_pieces_and_decoded_texts_are_those_of_sentencepiece(models):
    theirs, mine, _ = models
    texts = random_texts(few(400))
    ids = theirs.encode(texts)
    assert mine.encode_lists(texts) == ids
    for text, encoding in zip(texts, mine.encode_batch(texts), strict=True):
        assert encoding.tokens == theirs.encode(text, out_type=str), text
    assert mine.decode_batch(ids) == theirs.decode(ids)
    rng = random.Random(3)
    rows = [
        [rng.randrange(len(theirs)) for _ in range(rng.choice([0, 1, 2, 5, 20]))]
        for _ in range(few(300))
    ]
    assert mine.decode_batch(rows) == theirs.decode(rows)
    assert [mine.id_to_token(i) for i in range(len(theirs))] == theirs.id_to_piece(
        list(range(len(theirs)))
    )


def test_offsets_are_of_the_text_given_and_cover_what_became_a_piece(models):
    _, mine, _ = models
    for text in random_texts(few(200), seed=5):
        encoding = mine.encode(text)
        before = 0
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            assert 0 <= start <= end <= len(text)
            assert before <= end, text
            if start == end:
                assert token in ("▁", " ") or token.startswith("<0x"), (text, token)
            before = start


def test_a_written_model_is_the_same_to_sentencepiece(models, tmp_path):
    theirs, mine, _ = models
    again = tmp_path / "again.model"
    for tok in (mine, pickle.loads(pickle.dumps(mine)), copy.deepcopy(mine)):
        tok.save(again)
        assert Tokenizer.from_sentencepiece(again).sentencepiece == mine.sentencepiece
        other = sentencepiece.SentencePieceProcessor(model_file=str(again))
        texts = random_texts(few(200), seed=9)
        assert other.encode(texts) == theirs.encode(texts)
        assert tok.encode_lists(texts) == theirs.encode(texts)
        assert other.decode(theirs.encode(texts)) == theirs.decode(theirs.encode(texts))


def test_a_tokenizer_json_has_the_same_ids_in_tokenizers_or_is_refused(models):
    theirs, mine, _ = models
    model = mine.sentencepiece
    suffix = model.normalizer["add_dummy_prefix"] and model.trainer["treat_whitespace_as_suffix"]
    no_user_defined = 4 not in model.kinds
    if not (
        model.algorithm in (2, 4)
        and not model.normalizer["precompiled_charsmap"]
        and not suffix
        and no_user_defined
    ):
        with pytest.raises(ValueError, match=r"tokenizer\.json cannot .* write a \.model file"):
            mine.to_str()
        return
    text = mine.to_str()
    other = tokenizers.Tokenizer.from_str(text)
    texts = random_texts(few(400), seed=11)
    assert [e.ids for e in other.encode_batch(texts)] == theirs.encode(texts)
    assert Tokenizer.from_str(text).encode_lists(texts) == theirs.encode(texts)


def load_both(data, tmp_path):
    """The original and ours; None for one that refuses the file, and the error of ours."""
    path = tmp_path / "spiece.model"
    path.write_bytes(data)
    try:
        theirs = sentencepiece.SentencePieceProcessor(model_proto=data)
    except RuntimeError:
        theirs = None
    try:
        return theirs, Tokenizer.from_sentencepiece(path), ""
    except ValueError as error:
        return theirs, None, str(error)


REFUSED = ("is no piece itself", "need a unigram model", "must be normal or user defined")


@pytest.mark.parametrize("seed", range(12))
def test_models_of_random_pieces_give_what_sentencepiece_gives(seed, tmp_path):
    rng = random.Random(seed)
    for _ in range(few(10)):
        theirs, mine, error = load_both(random_model(rng), tmp_path)
        assert (theirs is None) <= (mine is None)
        if mine is None:
            assert theirs is None or any(text in error for text in REFUSED), error
            continue
        letters = "ab▁c é\u0301가x<s>\0"
        texts = ["".join(rng.choices(letters, k=rng.choice([1, 3, 9, 30]))) for _ in range(40)]
        ids = theirs.encode(texts)
        assert mine.encode_lists(texts) == ids
        for text in texts:
            assert mine.encode(text).tokens == theirs.encode(text, out_type=str), text
        assert mine.decode_batch(ids) == theirs.decode(ids)
        rows = [[rng.randrange(len(theirs)) for _ in range(6)] for _ in range(20)]
        assert mine.decode_batch(rows) == theirs.decode(rows)
