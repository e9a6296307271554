"""`bert-min pretrain`: weights and their tokenizer stay together, and odd corpora are named."""

import warnings

import numpy as np
import pytest
import torch

from bert_min import BertConfig, BertForMaskedLM, BertModel
from bert_min.cli import main
from bert_min.text.tokenizers import load_tokenizer, train_wordpiece
from subword import Tokenizer

WORDS = ["the", "cat", "dog", "sat", "ran", "red", "blue", "film", "was", "good"]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "##s", *WORDS]
POSITIONS = 32


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(0)
    texts = ["\n".join(" ".join(rng.choice(WORDS, 5)) + "." for _ in range(4)) for _ in range(30)]
    path = tmp_path / "corpus.txt"
    path.write_text("\n\n".join(texts))
    return path


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    config = BertConfig(
        vocab_size=len(VOCAB), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=POSITIONS,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCAB) + "\n")
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    return folder


def pretrain(corpus, out, *more):
    torch.set_num_threads(1)
    words = ["pretrain", corpus, "--out", out, "--steps", 2, "--max-length", 20, "--mlm-only"]
    return main([*map(str, words), "--device", "cpu", *map(str, more)])


def test_the_tokenizer_of_the_model_goes_with_its_weights(corpus, model, tmp_path):
    out = tmp_path / "out"
    assert pretrain(corpus, out, "--model", model) == 0
    assert load_tokenizer(out).get_vocab() == load_tokenizer(model).get_vocab()
    assert load_tokenizer(out).encode("Cat cat").tokens == ["[CLS]", "[UNK]", "cat", "[SEP]"]
    assert (out / "tokenizer_config.json").read_text() == '{"do_lower_case": false}'
    weights = [BertForMaskedLM.from_pretrained(f).bert.embeddings.word.weight for f in (model, out)]
    assert 0 < (weights[0] - weights[1]).abs().max() < 0.01  # the same rows, a little trained
    again = tmp_path / "again"
    assert pretrain(corpus, again, "--model", model, "--tokenizer", model) == 0
    assert load_tokenizer(again).get_vocab() == load_tokenizer(model).get_vocab()


def test_the_model_that_is_read_is_not_written(corpus, model, capsys):
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    assert pretrain(corpus, model / ".." / "model", "--model", model) == 1
    assert "what is written must not be what is read" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--config", "tiny"], "--config tiny is for a new model, and --model"),
        (["--vocab-size", "99"], "--vocab-size and --cased are for a new vocabulary"),
        (["--cased"], "--vocab-size and --cased are for a new vocabulary"),
        (["--tokenizer", "{}/other.json"], "has another vocabulary (7 tokens) than the model in"),
    ],
)
def test_options_that_contradict_the_model_are_refused(
    corpus, model, tmp_path, capsys, more, message
):
    Tokenizer.from_wordpiece({t: i for i, t in enumerate(VOCAB[:7])}).save(tmp_path / "other.json")
    words = [word.format(tmp_path) for word in more]
    assert pretrain(corpus, tmp_path / "out", "--model", model, *words) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_the_model_lacks_is_told(corpus, model, tmp_path, capsys):
    assert pretrain(corpus, tmp_path / "out", "--model", model) == 0
    assert "newly initialised" not in capsys.readouterr().out
    BertModel.from_pretrained(model).save_pretrained(model)  # without the head of masked words
    assert pretrain(corpus, tmp_path / "more", "--model", model) == 0
    assert "newly initialised 5: predictions.transform.weight" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["--model", "--config"])
def test_a_family_without_pretraining_is_refused_before_the_corpus_is_read(
    model, tmp_path, capsys, how
):
    BertModel(BertConfig.from_pretrained(model).replace(model_type="electra")).save_pretrained(
        model
    )
    more = [how, model] if how == "--model" else [how, model, "--tokenizer", model]
    assert pretrain(tmp_path / "nowhere.txt", tmp_path / "out", *more) == 1
    said = capsys.readouterr().err
    assert f"{model}: pretraining of model_type 'electra' is not implemented" in said


def test_a_model_without_a_tokenizer_asks_for_one(corpus, model, tmp_path, capsys):
    (model / "vocab.txt").rename(tmp_path / "vocab.txt")
    assert pretrain(corpus, tmp_path / "out", "--model", model) == 1
    assert "the model folder holds no tokenizer; name the one" in capsys.readouterr().err
    words = ("--model", model, "--tokenizer", tmp_path / "vocab.txt")
    assert pretrain(corpus, tmp_path / "out", *words) == 0
    (tmp_path / "vocab.txt").write_text("\n".join([*VOCAB, "one", "two"]) + "\n")
    assert pretrain(corpus, tmp_path / "more", *words) == 1
    said = capsys.readouterr().err
    assert f"the tokenizer has ids up to {len(VOCAB) + 1} ('two'), {len(VOCAB) + 2} tokens" in said
    assert f"the model's token embedding has {len(VOCAB)} rows" in said


@pytest.mark.parametrize("how", ["model", "config"])
def test_max_length_is_lowered_to_the_positions_at_the_start(corpus, model, tmp_path, how):
    long = "the cat sat. " * 60  # found only here, were it not for the note at the start
    corpus.write_text(corpus.read_text() + "\n\n" + long + "\n\n" + long)
    more = ["--model", model] if how == "model" else ["--config", model, "--tokenizer", model]
    with pytest.warns(UserWarning, match="max_length 99 is lowered to the 32 positions"):
        assert pretrain(corpus, tmp_path / "out", *more, "--max-length", 99) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pretrain(corpus, tmp_path / "fits", *more, "--max-length", POSITIONS) == 0


def test_a_corpus_of_one_text_a_line(corpus, model, tmp_path, capsys):
    corpus.write_text(corpus.read_text().replace("\n\n", "\n"))
    assert pretrain(corpus, tmp_path / "out", "--model", model) == 1
    assert "for a corpus of one text a line there is --one-text-per-line" in capsys.readouterr().err
    lines = ("--model", model, "--one-text-per-line")
    assert pretrain(corpus, tmp_path / "out", *lines) == 0
    assert "tokens in 118 documents" in capsys.readouterr().out  # 120 lines, two held out
    assert pretrain(corpus, tmp_path / "out", *lines, "--separator", "<>") == 1
    assert "leave --separator '<>' out" in capsys.readouterr().err


def test_a_vocabulary_of_another_language_is_warned_of(model, tmp_path):
    corpus = tmp_path / "other.txt"
    corpus.write_text("\n\n".join(["Bonjour le monde. Il fait beau."] * 30))
    with pytest.warns(UserWarning, match=r"tokens \(\d+%\) are unknown to the vocabulary"):
        assert pretrain(corpus, tmp_path / "out", "--model", model) == 0


KOREAN = "영화가 정말 재미있다. 다시 보고 싶다.\n"


def test_korean_without_cased_is_warned_of(tmp_path):
    path = tmp_path / "korean.txt"
    path.write_text((KOREAN * 3 + "\n") * 30)
    with pytest.warns(UserWarning, match=r"\d+% of the text is Hangul.*--cased"):
        lower = train_wordpiece([path], 60, None)
    assert not any("\uac00" <= token[0] <= "\ud7a3" for token in lower.get_vocab())
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*Hangul")
        cased = train_wordpiece([path], 60, None, lowercase=False)
        path.write_text(
            ("The film 영화 was good, the cat sat on the mat all day.\n" * 3 + "\n") * 9
        )
        train_wordpiece([path], 60, None)
    assert "영" in cased.get_vocab()
    path.write_text((KOREAN * 3 + "\n") * 30)
    size = ("--vocab-size", 60, "--config", "tiny")
    with pytest.warns(UserWarning, match="Hangul"):
        assert pretrain(path, tmp_path / "out", *size, "--steps", 1) == 0
