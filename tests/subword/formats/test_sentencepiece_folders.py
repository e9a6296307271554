"""Folders that hold a SentencePiece .model, beside what `transformers` makes of them."""

import json
import random
import shutil

import pytest
import tokenizers

from subword import Tokenizer
from tests.helpers.data import documents, tokenizer_folder
from tests.helpers.effort import few
from tests.helpers.piece_models import piece, random_texts, specs, trained
from tests.helpers.published import needs_data

ALBERT = {
    **{"pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1, "control_symbols": "[CLS],[SEP]"},
    "user_defined_symbols": "[MASK],(,)",
}
T5 = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
LLAMA = {
    **{"model_type": "bpe", "byte_fallback": True, "vocab_size": 400},
    **{"normalization_rule_name": "identity", "remove_extra_whitespaces": False},
}
KINDS = {
    "t5": ("spiece.model", T5),
    "albert": ("spiece.model", ALBERT),
    "xlm-roberta": ("sentencepiece.bpe.model", {}),
}


def texts():
    """Random strings with special tokens in them."""
    rng = random.Random(5)
    tokens = [
        "<s>",
        "</s>",
        "<pad>",
        "<mask>",
        "<unk>",
        "[CLS]",
        "[MASK]",
        "<extra_id_0>",
        "(",
        "``",
    ]
    return [text + rng.choice(tokens) + text[:9] for text in random_texts(few(600))]


@pytest.fixture
def make_folder(tmp_path):
    """Return a function that makes a folder of a model."""

    def make(name, options, **files):
        pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")
        (tmp_path / name).write_bytes(trained(**options))
        for file, content in files.items():
            (tmp_path / f"{file}.json").write_text(json.dumps(content))
        return tmp_path

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_has_the_tokenizer_that_transformers_makes_of_it(kind, make_folder):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    name, options = KINDS[kind]
    mask = {"content": "<mask>", "lstrip": True, "special": True, "__type": "AddedToken"}
    config = {"tokenizer_config": {"mask_token": mask}} if kind == "xlm-roberta" else {}
    folder = make_folder(name, options, config={"model_type": kind}, **config)
    mine = Tokenizer.from_pretrained(folder)
    model, pieces = Tokenizer.from_sentencepiece(folder / name).sentencepiece, mine.model.pieces
    cls = {
        "t5": transformers.T5Tokenizer,
        "albert": transformers.AlbertTokenizer,
        "xlm-roberta": transformers.XLMRobertaTokenizer,
    }[kind]
    added = [
        tokenizers.AddedToken(model.pieces[i], special=model.kinds[i] == 3, normalized=False)
        for i in model.ids_of(3, 4)
    ]
    masked = {"mask_token": tokenizers.AddedToken("<mask>", lstrip=True, special=True)}
    # Reading the file itself needs protobuf's package: the class is given what the file holds.
    theirs = cls(
        vocab=pieces,
        _spm_precompiled_charsmap=model.normalizer["precompiled_charsmap"],
        **({} if kind == "t5" else {"additional_special_tokens": added}),
        **(masked if kind == "xlm-roberta" else {}),
    )
    assert mine.get_vocab() == theirs.get_vocab()
    pairs = list(zip(texts(), texts()[1:], strict=False))
    for text, pair in pairs:
        encoding = mine.encode(text)
        expected = theirs(text, return_offsets_mapping=True)
        assert encoding.ids == expected["input_ids"], text
        assert encoding.offsets == expected["offset_mapping"], text
        assert mine.encode(text, pair).ids == theirs(text, pair)["input_ids"]
        assert mine.decode(encoding.ids) == theirs._tokenizer.decode(encoding.ids)
    again = tokenizers.Tokenizer.from_str(mine.to_str())
    assert [again.encode(*pair).ids for pair in pairs] == [mine.encode(*pair).ids for pair in pairs]


def test_a_folder_of_llama_has_the_ids_of_sentencepiece_after_its_first_token(make_folder):
    sentencepiece = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")
    folder = make_folder("tokenizer.model", LLAMA, config={"model_type": "llama"})
    theirs = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    mine = Tokenizer.from_pretrained(folder)
    plain = [text for text in random_texts(few(600)) if "<" not in text]
    assert mine.encode_lists(plain) == [[1, *ids] for ids in theirs.encode(plain)]
    again = tokenizers.Tokenizer.from_str(mine.to_str())
    assert [e.ids for e in again.encode_batch(texts())] == mine.encode_lists(texts())
    assert mine.encode("a", "b").ids == [1, *theirs.encode("a"), 1, *theirs.encode("b")]
    assert mine.encode("a</s>").ids == [1, *theirs.encode("a"), 2]


def test_options_of_llama_are_those_of_its_configuration(make_folder):
    options = {"add_bos_token": False, "add_eos_token": True, "legacy": False}
    config = {"tokenizer_class": "LlamaTokenizer", **options}
    mine = Tokenizer.from_pretrained(make_folder("tokenizer.model", LLAMA, tokenizer_config=config))
    assert mine.encode("the").ids[-1] == 2
    assert 1 not in mine.encode("the").ids
    assert mine.pre_tokenizer.prepend_scheme == "first"
    assert mine("the")["input_ids"] == mine.encode("the").ids


def test_a_folder_without_configuration_is_known_by_its_pieces(make_folder):
    for kind, (name, options) in KINDS.items():
        folder = make_folder(name, options)
        config = Tokenizer.from_pretrained(folder).config
        assert config["tokenizer_class"].lower().startswith(kind.replace("-", ""))
        (folder / name).unlink()


def test_an_unknown_class_is_refused_by_name(make_folder):
    folder = make_folder("spiece.model", {}, tokenizer_config={"tokenizer_class": "XLNetTokenizer"})
    with pytest.raises(ValueError, match=r"'XLNetTokenizer'.*only how T5Tokenizer"):
        Tokenizer.from_pretrained(folder)
    (folder / "tokenizer_config.json").unlink()
    (folder / "config.json").write_text('{"model_type": "pegasus"}')
    with pytest.raises(ValueError, match="'pegasus'"):
        Tokenizer.from_pretrained(folder)


def test_a_file_alone_is_what_sentencepiece_makes_of_it(make_folder):
    folder = make_folder("spiece.model", {})
    assert Tokenizer.from_pretrained(folder / "spiece.model").encode("the cat").ids == (
        Tokenizer.from_sentencepiece(folder / "spiece.model").encode("the cat").ids
    )


def test_a_folder_needs_its_special_tokens(tmp_path):
    pieces = piece("<unk>", kind=2) + piece("a", -1.0)
    (tmp_path / "spiece.model").write_bytes(pieces + specs())
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(ValueError, match=r"spiece\.model: the special token '</s>' is no piece"):
        Tokenizer.from_pretrained(tmp_path)


@needs_data
def test_the_published_xlm_roberta_file_gives_what_its_tokenizer_json_gives(tmp_path):
    folder = tokenizer_folder("xlm-roberta")
    shutil.copy(folder / "sentencepiece.bpe.model", tmp_path)
    mine, theirs = Tokenizer.from_pretrained(tmp_path), Tokenizer.from_pretrained(folder)
    assert mine.get_vocab() == theirs.get_vocab()
    samples = texts() + documents("korean", 300_000)[:200]
    assert mine.encode_lists(samples) == theirs.encode_lists(samples)
