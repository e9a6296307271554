"""Training through the names of `tokenizers`: from files, and where the original is random."""

import pytest
import tokenizers as theirs

import subword
from subword.compat import tokenizers as ours
from tests.helpers.libraries import LIBRARIES, TEXTS

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]


# WordPiece and marks at word ends: training in the original depends on the order of a hash map.
@pytest.mark.parametrize("library", LIBRARIES)
def test_training_where_the_original_is_random(library):
    tok = library.BertWordPieceTokenizer()
    tok.train_from_iterator(TEXTS, vocab_size=140, min_frequency=1, show_progress=False)
    assert tok.get_vocab_size() == 140
    assert tok.token_to_id("[MASK]") == 4
    assert tok.decode(tok.encode("the quick fox").ids) == "the quick fox"
    tok = library.CharBPETokenizer()
    tok.train_from_iterator(TEXTS, vocab_size=140, min_frequency=1, show_progress=False)
    assert tok.model.end_of_word_suffix == "</w>"
    assert tok.decode(tok.encode("The quick fox").ids) == "The quick fox"
    tok = library.Tokenizer(library.models.WordPiece(unk_token="[UNK]"))
    tok.pre_tokenizer = library.pre_tokenizers.Whitespace()
    tok.train_from_iterator(
        TEXTS,
        library.trainers.WordPieceTrainer(
            vocab_size=130, show_progress=False, special_tokens=SPECIALS
        ),
    )
    assert tok.get_vocab_size() == 130


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("paths", [["missing"], ["corpus.enn"], ["two words"], ["."]])
def test_training_takes_paths_only(library, paths, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tokenizers = [library.Tokenizer(library.models.BPE()), library.ByteLevelBPETokenizer()]
    tokenizers += [library.BertWordPieceTokenizer(), library.CharBPETokenizer()]
    tokenizers += [library.SentencePieceBPETokenizer()]
    for tok in tokenizers:
        before = tok.get_vocab()
        for given in [paths, *([paths[0]] if tok is not tokenizers[0] else [])]:
            with pytest.raises(Exception, match=r"(?i)no such file|folder|is a directory"):
                tok.train(given)
        if library is ours or paths != ["."]:  # theirs fails late, the alphabet is learned
            assert tok.get_vocab() == before


def test_training_on_files_of_any_name_equals_the_original(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").write_text("\n".join(TEXTS), encoding="utf-8")
    vocabularies = []
    for library in (theirs, ours):
        tok = library.ByteLevelBPETokenizer()
        tok.train("corpus", vocab_size=300, show_progress=False)
        vocabularies.append(tok.get_vocab())
        tok.train(["corpus"], vocab_size=300, show_progress=False)
        vocabularies.append(tok.get_vocab())
    assert vocabularies == vocabularies[:1] * 4


def trained(library, model, trainer, **options):
    """A tokenizer over words between blanks, trained with the trainer of this name."""
    tok = library.Tokenizer(getattr(library.models, model)())
    tok.pre_tokenizer = library.pre_tokenizers.WhitespaceSplit()
    made = getattr(library.trainers, trainer)(show_progress=False, **options)
    tok.train_from_iterator(TEXTS, made)
    return tok


@pytest.mark.parametrize(
    "options",
    [
        {"vocab_size": 12, "special_tokens": ["[UNK]", "the"]},
        {"min_frequency": 2, "special_tokens": ["<s>"]},
        {"vocab_size": 1, "special_tokens": ["a", "b"]},
        {},
    ],
)
def test_word_level_training_equals_the_original(options):
    mine, other = [
        trained(library, "WordLevel", "WordLevelTrainer", **options) for library in (ours, theirs)
    ]
    assert mine.get_vocab() == other.get_vocab()
    assert theirs.Tokenizer.from_str(mine.to_str()).to_str() == other.to_str()
    assert isinstance(mine.model.get_trainer(), ours.trainers.WordLevelTrainer)


@pytest.mark.parametrize("unk_token", [None, "<unk>", "<s>"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_unigram_training_fills_the_vocabulary_around_its_special_tokens(library, unk_token):
    tok = trained(
        library,
        "Unigram",
        "UnigramTrainer",
        vocab_size=60,
        special_tokens=["<pad>", "<s>"],
        initial_alphabet=["ζeta"],
        unk_token=unk_token,
    )
    first = ["<unk>"] if unk_token == "<unk>" else []
    assert 57 <= tok.get_vocab_size() <= 60
    assert tok.get_vocab_size() == 60 or library is theirs  # which keeps fewer pieces
    assert [tok.id_to_token(i) for i in range(len(first) + 2)] == [*first, "<pad>", "<s>"]
    assert tok.token_to_id("ζ") is not None
    assert "".join(tok.encode("the quick fox").tokens) == "thequickfox"
    if unk_token:
        assert tok.encode("☃").ids == [tok.token_to_id(unk_token)]


def test_unigram_training_is_that_of_subword():
    tok = trained(ours, "Unigram", "UnigramTrainer", vocab_size=64, unk_token="<unk>")
    core = subword.train(
        TEXTS,
        "unigram",
        64,
        normalizer=subword.normalizers.Sequence([]),
        pre_tokenizer=subword.pre_tokenizers.WhitespaceSplit(),
        progress=False,
    )
    assert tok.get_vocab() == core.get_vocab()
    assert isinstance(tok.model.get_trainer(), ours.trainers.UnigramTrainer)
