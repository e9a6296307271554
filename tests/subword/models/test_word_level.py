"""WordLevel, beside the original."""

import json
import pickle

import pytest
import tokenizers

from subword import Tokenizer
from subword.models import WordLevel

VOCAB = {"<unk>": 0, "hello": 1, "wörld": 2, "": 3}


def config(unk_token):
    model = {"type": "WordLevel", "vocab": VOCAB, "unk_token": unk_token}
    return json.dumps({"version": "1.0", "model": model, "pre_tokenizer": {"type": "Whitespace"}})


def test_a_word_is_one_token_as_in_the_original():
    theirs, mine = (kind.from_str(config("<unk>")) for kind in (tokenizers.Tokenizer, Tokenizer))
    for text in ("hello wörld", "what, hello", "", "  ", "hellohello x"):
        a, b = theirs.encode(text), mine.encode(text)
        assert (a.ids, a.tokens, a.offsets, a.word_ids) == (b.ids, b.tokens, b.offsets, b.word_ids)
        assert theirs.decode(a.ids) == mine.decode(b.ids)


def test_an_unknown_word_is_an_error_where_there_is_no_token_for_it():
    theirs = tokenizers.Tokenizer.from_str(config("[UNK]"))
    with pytest.raises(Exception, match="Missing"):
        theirs.encode("x")
    with pytest.raises(ValueError, match=r"unk_token '\[UNK\]' is needed, but is not in the voc"):
        Tokenizer.from_str(config("[UNK]")).encode("x")


def test_errors_name_the_place():
    with pytest.raises(TypeError, match="unk_token must be a str, got int"):
        WordLevel({"a": 0}, 3)
    with pytest.raises(ValueError, match="the id of token 'a' must be in"):
        WordLevel({"a": -1})
    with pytest.raises(ValueError, match="WordLevel: the field 'unk_token' is missing"):
        Tokenizer.from_str('{"model": {"type": "WordLevel", "vocab": {}}}')


def test_it_pickles_saves_and_is_immutable(tmp_path):
    model = WordLevel(VOCAB, "<unk>")
    for copy in (
        pickle.loads(pickle.dumps(model)),
        Tokenizer.from_str(Tokenizer(model).to_str()).model,
    ):
        assert (copy.vocab, copy.options()) == (model.vocab, model.options())
    Tokenizer(model).save(tmp_path / "tokenizer.json")
    theirs = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert theirs.get_vocab() == VOCAB
    with pytest.raises(TypeError, match="immutable"):
        model.__init__(VOCAB)
