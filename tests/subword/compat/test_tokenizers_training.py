"""Training through the names of `tokenizers`: from files, and where the original is random."""

import pytest
import tokenizers as theirs

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
