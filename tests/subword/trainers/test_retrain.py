"""`train_new`: the pipeline stays, the vocabulary is new, and BPE is that of transformers."""

import io
import json

import pytest
import tokenizers

import subword
from subword import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.stages import WordStages
from subword.models.bpe import BPE
from tests.helpers.data import NAMES, documents, tokenizer_folder
from tests.helpers.published import needs_data

TEXTS = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps; the fox runs, quickly!\n",
    "Naïve café owners don't re-use 42 of 1,000 cups.  Two  spaces, tabs\tand 한국어 텍스트.\n",
    "<s> is text here, and so is <mask> the mask\n",
] * 5
SPECIALS = ["<pad>", "<s>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]


def theirs(tokenizer, texts, vocab_size):
    """What transformers makes of the same tokenizer and texts."""
    transformers = pytest.importorskip("transformers")
    backend = tokenizers.Tokenizer.from_str(tokenizer.to_str())
    old = transformers.PreTrainedTokenizerFast(tokenizer_object=backend)
    new = old.train_new_from_iterator([texts], vocab_size, show_progress=False)
    return json.loads(new.backend_tokenizer.to_str())


def pipeline(name):
    if name == "roberta":
        tok = subword.train(TEXTS, "byte_level_bpe", 300, special_tokens=SPECIALS, progress=False)
        ends = [(token, tok.token_to_id(token)) for token in ("</s>", "<s>")]
        parts = {"post_processor": processors.RobertaProcessing(*ends, add_prefix_space=False)}
        stages = (None, tok.pre_tokenizer)
    elif name == "split":
        tok = subword.train(TEXTS, "byte_level_bpe", 300, special_tokens=SPECIALS, progress=False)
        start = tok.token_to_id("<s>")
        template = processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A $B:1", special_tokens=[("<s>", start)]
        )
        parts = {
            "post_processor": processors.Sequence([processors.ByteLevel(), template]),
            "truncation": None,
        }
        split = pre_tokenizers.Split(Regex(r"[a-z]{1,4}| ?\w|\s"), "isolated")
        stages = (
            normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()]),
            pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False, True, False)]),
        )
    else:
        tok = subword.train(
            TEXTS, "bpe", 90, special_tokens=SPECIALS, unk_token="<unk>", progress=False
        )
        parts = {"decoder": decoders.Fuse()}
        stages = (normalizers.NFKC(), pre_tokenizers.Metaspace())
    return Tokenizer(
        tok.model,
        normalizer=stages[0],
        pre_tokenizer=stages[1],
        added_tokens=list(tok.added_tokens.values()),
        **{"decoder": tok.decoder, **parts},
    )


@pytest.mark.parametrize("name", ["roberta", "split", "metaspace"])
def test_equals_transformers(name):
    old = pipeline(name)
    new = json.loads(old.train_new(iter(TEXTS), 380, progress=False).to_str())
    expected = theirs(old, TEXTS, 380)
    if name == "split":  # transformers leaves the ids of a nested template as they were
        expected["post_processor"]["processors"][1]["special_tokens"]["<s>"]["ids"] = [1]
    if name == "metaspace":  # and makes a template that adds nothing where there was none
        assert (
            expected.pop("post_processor")["special_tokens"]
            == {}
            == (new.pop("post_processor") or {})
        )
    assert new == expected


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if "bert" not in name[:6]])
def test_equals_transformers_on_published_pipelines(name):
    old = Tokenizer.from_pretrained(tokenizer_folder(name))
    texts = documents("english", 100_000) + documents("code", 50_000)
    new = json.loads(old.train_new(iter(texts), 2500, progress=False).to_str())["model"]
    expected = theirs(old, texts, 2500)["model"]
    if old.model.byte_fallback:  # ours keeps the byte tokens, and so learns 256 others fewer
        merges = new["merges"]
        assert merges == expected["merges"][: len(merges)]
        assert len(merges) == len(expected["merges"]) - 256
        assert all(f"<0x{byte:02X}>" in new["vocab"] for byte in range(256))
    else:
        assert new == expected


def test_counts_are_a_source_too():
    old = pipeline("split")
    stages = WordStages(old.normalizer, old.pre_tokenizer, byte_level=True)
    counts = count_source(iter(TEXTS), stages, SourceOptions(progress=False))
    new = old.train_new(iter(TEXTS), 350, progress=False).to_str()
    assert old.train_new(counts, 350, progress=False).to_str() == new
    assert old.train_new(dict(counts.items()), 350, progress=False).to_str() == new
    assert len(counts) > 0


@pytest.mark.parametrize("score", ["likelihood", "frequency"])
def test_wordpiece_keeps_its_pipeline(score, tmp_path):
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    old = subword.train(
        TEXTS, "wordpiece", 120, special_tokens=specials[::-1], lowercase=False, progress=False
    )
    assert old.token_to_id("[CLS]") == 2
    path = tmp_path / "corpus.txt"
    path.write_text("".join(TEXTS), encoding="utf-8")
    new = old.train_new(
        path, 130, score=score, new_special_tokens=["[ENT]", "[SEP]"], progress=False
    )
    assert new.encode("a B").tokens[0] == "[CLS]"
    assert new.encode("a B").ids[0] == new.token_to_id("[CLS]") == 2
    assert new.token_to_id("[ENT]") == 5
    assert new.vocab_size == 130
    assert new.normalizer.lowercase is False
    oracle = tokenizers.Tokenizer.from_str(new.to_str())
    for text in TEXTS[:3]:
        assert new.encode(text).ids == oracle.encode(text).ids


def test_padding_and_other_added_tokens():
    base = pipeline("roberta")
    added = [*base.added_tokens.values(), AddedToken("fox")]
    padding = {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None}
    padding |= {"pad_id": 77, "pad_type_id": 0, "pad_token": "<pad>"}
    old = Tokenizer(
        base.model, pre_tokenizer=base.pre_tokenizer, added_tokens=added, padding=padding
    )
    new = old.train_new(iter(TEXTS), 300, progress=False)
    assert new.padding == {**padding, "pad_id": 0}
    assert new.token_to_id("fox") == 300
    assert new.encode("the fox").tokens[-1] == "fox"


def test_an_absent_token_of_the_template_is_named():
    model = BPE({"a": 0, "[CLS]": 1}, [])
    template = processors.TemplateProcessing("[CLS] $A", special_tokens=[("[CLS]", 1)])
    old = Tokenizer(model, post_processor=template)
    with pytest.raises(ValueError, match=r"TemplateProcessing needs the token '\[CLS\]'"):
        old.train_new(["ab"], 5, progress=False)
    new = old.train_new(["ab"], 5, new_special_tokens=["[CLS]"], progress=False)
    assert new.encode("b").ids == [0, new.token_to_id("b")]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("bpe", {"score": "gain"}, "score is not for BPE models"),
        ("wordpiece", {"max_token_length": 9}, "max_token_length is not for WordPiece models"),
        ("bpe", {"vocab_size": 3}, "vocab_size must be at least"),
        ("bpe", {"source": []}, "no words to learn from"),
    ],
)
def test_bad_options(kind, options, message):
    old = subword.train(TEXTS, kind, 100, progress=False)
    with pytest.raises(ValueError, match=message):
        old.train_new(**{"source": TEXTS, "vocab_size": 99, **options}, progress=False)


@pytest.mark.parametrize("name", ["unigram", "word_level"])
def test_unigram_and_word_level_models_keep_their_pipeline_and_take_new_words(name):
    old = subword.train(TEXTS, name, 80, special_tokens=["<s>"], progress=False, unk_token="<unk>")
    new = old.train_new(["a new text, a newer text\n"] * 4, 15, progress=False)
    again = subword.train(
        ["a new text, a newer text\n"] * 4,
        name,
        15,
        special_tokens=["<unk>", "<s>"],
        unk_token="<unk>",
        progress=False,
    )
    assert new.to_str() == again.to_str()
    with pytest.raises(ValueError, match="score is not for"):
        old.train_new(TEXTS, 20, score="gain", progress=False)


def sentencepiece_model(kind, tmp_path):
    """Return a tokenizer of a .model file with the character map nmt_nfkc."""
    trainer = pytest.importorskip("sentencepiece").SentencePieceTrainer
    written = io.BytesIO()
    trainer.train(
        sentence_iterator=iter(["low lower lowest newer newest ｆｕｌｌ width"] * 9),
        model_writer=written,
        model_type=kind,
        vocab_size=33,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path = tmp_path / f"{kind}.model"
    path.write_bytes(written.getvalue())
    return Tokenizer.from_sentencepiece(path)


def test_a_bpe_model_of_sentencepiece_says_that_its_character_map_counts_no_words(tmp_path):
    old = sentencepiece_model("bpe", tmp_path)
    for source in (TEXTS, {"▁low": 3}):
        with pytest.raises(ValueError, match=r"SentencePiece.*no words are counted with"):
            old.train_new(source, 40, progress=False)
    with pytest.raises(ValueError, match="no words are counted with it"):
        subword.count_words(TEXTS, algorithm="bpe", normalizer=old.normalizer, progress=False)
    # What the message says to do instead.
    charsmap = normalizers.Precompiled(old.normalizer.precompiled_charsmap)
    new = subword.train(
        ["ｆｕｌｌ full width"] * 9,
        "bpe",
        20,
        normalizer=charsmap,
        pre_tokenizer=pre_tokenizers.Metaspace(),
        progress=False,
    )
    assert new.encode("ｆｕｌｌ").tokens == ["▁full"]


@pytest.mark.parametrize("kind", ["unigram", "word"])
def test_other_models_of_sentencepiece_name_what_trains_such_a_model(kind, tmp_path):
    old = sentencepiece_model(kind, tmp_path)
    name = "unigram" if kind == "unigram" else "word_level"
    with pytest.raises(ValueError, match=f"rules of `sentencepiece`.*'{name}'.* trains one"):
        old.train_new(TEXTS, 40, progress=False)
