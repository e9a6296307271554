"""Code written for `tokenizers` runs with either library and prints the same."""

import asyncio
import copy
import html
import json
import pickle
import re

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours
from tests.helpers.libraries import TEXTS
from tests.helpers.oracle import columns
from tests.helpers.published import tokenizer_folders

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]


def shown(value):
    """What can be compared of a result of either library."""
    if hasattr(value, "overflowing"):
        return columns(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(shown, value))
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    if type(value).__name__ == "AddedToken":
        flags = ("content", "single_word", "lstrip", "rstrip", "normalized", "special")
        return [getattr(value, flag) for flag in flags]
    if type(value).__name__ == "Token":
        return value.as_tuple()
    return value


def quick_tour(library, folder):
    """Train, wrap, pad, truncate, save, load: the first hour with the library."""
    tok = library.Tokenizer(library.models.BPE(unk_token="[UNK]"))
    tok.normalizer = library.normalizers.Sequence(
        [library.normalizers.NFD(), library.normalizers.StripAccents()]
    )
    tok.pre_tokenizer = library.pre_tokenizers.Whitespace()
    trainer = library.trainers.BpeTrainer(
        special_tokens=SPECIALS, vocab_size=160, show_progress=False
    )
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(TEXTS), encoding="utf-8")
    tok.train([str(corpus)], trainer)
    yield tok.encode("Hello, y'all! How are you 😁 ?")
    yield tok.get_vocab_size(), tok.token_to_id("[SEP]"), tok.id_to_token(3), tok.get_vocab()
    tok.train_from_iterator([TEXTS[:2], TEXTS[2:]], trainer, length=len(TEXTS))
    tok.train_from_iterator(iter(TEXTS), trainer)
    tok.post_processor = library.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tok.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    yield tok.num_special_tokens_to_add(False), tok.num_special_tokens_to_add(True)
    yield tok.encode("Hello, y'all!", "How are you 😁 ?")
    yield tok.encode_batch(TEXTS[:3]), tok.encode_batch([["a", "b"], ("the", "fox"), "x"])
    yield tok.encode(["The", "fox"], is_pretokenized=True)
    yield tok.encode_batch([["The", "fox"], (["a"], ["b", "c"])], is_pretokenized=True)
    yield tok.encode("fox", add_special_tokens=False)
    tok.enable_padding(pad_id=3, pad_token="[PAD]", pad_to_multiple_of=4)
    tok.enable_truncation(max_length=10, stride=2)
    yield tok.truncation, tok.padding, tok.encode_batch(TEXTS[:3])
    tok.enable_truncation(max_length=8, strategy="only_first", direction="left")
    tok.enable_padding(length=12, direction="left", pad_type_id=1)
    yield tok.truncation, tok.padding, tok.encode("The quick brown fox jumps", "the dog")
    yield json.loads(tok.to_str()), tok.to_str(pretty=True).count("\n")
    tok.save(str(folder / "tokenizer.json"))
    again = library.Tokenizer.from_file(str(folder / "tokenizer.json"))
    yield again.truncation, again.padding, again.encode(TEXTS[0])
    buffer = library.Tokenizer.from_buffer((folder / "tokenizer.json").read_bytes())
    yield json.loads(buffer.to_str())
    tok.no_padding()
    tok.no_truncation()
    yield tok.truncation, tok.padding, tok.encode(TEXTS[0])
    ids = tok.encode(TEXTS[0]).ids
    yield tok.decode(ids), tok.decode(ids, skip_special_tokens=False), tok.decode_batch([ids, [7]])
    new = [library.AddedToken("br own", lstrip=True), "quick", "quick"]
    yield tok.add_tokens(new), tok.add_special_tokens(["<end>", library.AddedToken("[UNK]")])
    yield tok.get_added_tokens_decoder(), tok.encode("the  br own quick<end>")
    yield tok.get_vocab_size(with_added_tokens=False), len(tok.get_vocab(with_added_tokens=True))
    yield tok.post_process(tok.encode("the fox", add_special_tokens=False))
    yield pickle.loads(pickle.dumps(tok)).encode(TEXTS[1]), copy.deepcopy(tok).encode(TEXTS[2])
    yield asyncio.run(both(tok))


async def both(tok):
    batch = await tok.async_encode_batch(TEXTS[:2])
    return batch, await tok.async_decode_batch([each.ids for each in batch])


def bert_pipeline(library, folder):
    """Build BERT's tokenizer from its parts, and decode."""
    vocab = {token: i for i, token in enumerate([*SPECIALS, "the", "quick", "##ly", "fo", "##x"])}
    tok = library.Tokenizer(library.models.WordPiece(vocab, unk_token="[UNK]"))
    tok.normalizer = library.normalizers.Sequence(
        [
            library.normalizers.NFD(),
            library.normalizers.Lowercase(),
            library.normalizers.StripAccents(),
        ]
    )
    yield tok.normalizer.normalize_str("Héllò hôw are ü?")
    tok.pre_tokenizer = library.pre_tokenizers.Sequence(
        [
            library.pre_tokenizers.Whitespace(),
            library.pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    yield tok.pre_tokenizer.pre_tokenize_str("Call 911! 한국어")
    yield tok.encode("The quickly fox ünquick 12")
    yield tok.decode([5, 6, 7, 8, 9])
    tok.decoder = library.decoders.WordPiece()
    yield tok.decode([1, 5, 6, 7, 8, 9, 2]), tok.decoder.decode(["the", "##x", "!"])
    tok.normalizer[1] = library.normalizers.NFC()
    yield tok.encode("The the")
    tok.decoder.prefix = "#"
    yield tok.decode([5, 7])
    yield tok.model.tokenize("quickly"), tok.model.token_to_id("fo"), tok.model.id_to_token(99)
    tok.model.max_input_chars_per_word = 3
    yield tok.encode("quick the"), tok.model.max_input_chars_per_word
    tok.model.unk_token = "[PAD]"
    yield tok.encode("zzz the"), tok.model.unk_token
    yield read_back(tok.model.save(str(folder))), read_back(tok.model.save(str(folder), "my"))
    yield library.models.WordPiece.read_file(str(folder / "vocab.txt"))
    tok.pre_tokenizer = None
    tok.normalizer = None
    tok.model = library.models.WordPiece.from_file(str(folder / "vocab.txt"))
    yield tok.encode("the fox"), tok.normalizer, tok.pre_tokenizer, tok.post_processor


def read_back(paths):
    return [(path.rpartition("/")[2], open(path, encoding="utf-8").read()) for path in paths]


def byte_level(library, folder):
    """GPT-2's pipeline, trained, and streamed."""
    tok = library.Tokenizer(library.models.BPE())
    tok.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = library.decoders.ByteLevel()
    tok.post_processor = library.processors.ByteLevel(trim_offsets=True)
    trainer = library.trainers.BpeTrainer(
        vocab_size=300,
        show_progress=False,
        initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>"],
        max_token_length=6,
    )
    yield sorted(library.pre_tokenizers.ByteLevel.alphabet()), trainer.special_tokens
    tok.train_from_iterator(TEXTS, trainer)
    yield tok.get_vocab(), json.loads(tok.to_str())
    yield tok.encode_batch(TEXTS[:3])
    ids = tok.encode(TEXTS[2]).ids
    stream = library.decoders.DecodeStream(skip_special_tokens=True)
    yield [stream.step(tok, i) for i in ids]
    tok.pre_tokenizer.add_prefix_space = True
    yield tok.encode("quick")
    yield read_back(tok.model.save(str(folder)))
    files = [str(folder / name) for name in ("vocab.json", "merges.txt")]
    model = library.models.BPE.from_file(*files)
    yield model.tokenize("Ġquick"), library.models.BPE.read_file(*files)
    tok = library.Tokenizer(library.models.BPE())
    tok.train_from_iterator(TEXTS[:1])  # with the model's own trainer
    yield tok.get_vocab()


def single_stages(library, _):
    """Every stage on its own."""
    norm, pre, dec = library.normalizers, library.pre_tokenizers, library.decoders
    text = "  Ａ Ünïcode ﬁ\u0301 x²\t한글 "
    for stage in (
        norm.BertNormalizer(lowercase=False),
        norm.Lowercase(),
        norm.NFC(),
        norm.NFD(),
        norm.NFKC(),
        norm.NFKD(),
        norm.Nmt(),
        norm.ByteLevel(),
        norm.StripAccents(),
        norm.Strip(left=False),
        norm.Prepend("▁"),
        norm.Replace("A", "b"),
        norm.Replace(library.Regex(r"\s+"), "_"),
    ):
        yield stage.normalize_str(text)
    text = "Hey, friend-o 12 한글ok  a"
    for stage in (
        pre.BertPreTokenizer(),
        pre.ByteLevel(),
        pre.CharDelimiterSplit("e"),
        pre.Digits(),
        pre.FixedLength(length=3),
        pre.Metaspace(),
        pre.Metaspace(replacement="_", prepend_scheme="never", split=False),
        pre.Punctuation(behavior="merged_with_next"),
        pre.Split(library.Regex(r"\w+"), "removed", invert=True),
        pre.Split(" ", "merged_with_previous"),
        pre.UnicodeScripts(),
        pre.WhitespaceSplit(),
    ):
        yield stage.pre_tokenize_str(text)
    tokens = ["▁He", "##y", "y</w>", "<0x61>", "Ġa", "|", "|", "<pad>"]
    for stage in (
        dec.BPEDecoder(),
        dec.ByteFallback(),
        dec.ByteLevel(),
        dec.CTC(),
        dec.Fuse(),
        dec.Metaspace(),
        dec.Replace("y", "z"),
        dec.Sequence([dec.ByteFallback(), dec.Fuse(), dec.Strip("▁", 1, 0)]),
        dec.WordPiece(cleanup=False),
    ):
        yield stage.decode(tokens)
        if not isinstance(stage, dec.Replace):  # the original cannot
            yield pickle.loads(pickle.dumps(stage)).decode(tokens)
    proc = library.processors
    for stage in (
        proc.BertProcessing(("[SEP]", 2), ("[CLS]", 1)),
        proc.RobertaProcessing(("[SEP]", 2), ("[CLS]", 1), trim_offsets=False),
        proc.ByteLevel(trim_offsets=False),
        proc.TemplateProcessing(single="$0 [SEP]", special_tokens=[("[SEP]", 2)]),
        proc.Sequence([proc.ByteLevel(), proc.BertProcessing(("[SEP]", 2), ("[CLS]", 1))]),
    ):
        yield stage.num_special_tokens_to_add(True), stage.num_special_tokens_to_add(False)
    stage = proc.RobertaProcessing(("[SEP]", 2), ("[CLS]", 1))
    yield stage.sep, stage.cls, stage.trim_offsets
    token = library.AddedToken("a", single_word=True)
    yield token, str(token), repr(token), token == library.AddedToken("a", single_word=True)
    yield library.Encoding.merge([]).ids


def prepared(library, folder):
    """The tokenizers of `implementations`."""
    tok = library.ByteLevelBPETokenizer(lowercase=True, unicode_normalizer="nfkc")
    tok.train_from_iterator(TEXTS, vocab_size=300, show_progress=False, special_tokens=["<s>"])
    yield tok.encode(TEXTS[2]), repr(tok), tok.normalize("ＡB"), json.loads(tok.to_str())
    paths = tok.save_model(str(folder))
    again = library.ByteLevelBPETokenizer.from_file(*paths, add_prefix_space=True)
    yield again.encode(TEXTS[1]), again.decode(again.encode("a b").ids)
    tok = library.SentencePieceBPETokenizer(add_prefix_space=False)
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(TEXTS), encoding="utf-8")
    tok.train(str(corpus), vocab_size=120, show_progress=False)
    yield tok.encode(TEXTS[0]), tok.decode(tok.encode(TEXTS[0]).ids), json.loads(tok.to_str())
    vocab = {token: i for i, token in enumerate([*SPECIALS, "the", "f", "##ox"])}
    tok = library.BertWordPieceTokenizer(vocab)
    tok.enable_padding(length=6)
    yield tok.encode("The fox"), tok.get_added_tokens_decoder(), json.loads(tok.to_str())
    (folder / "vocab.txt").write_text("\n".join(vocab), encoding="utf-8")
    tok = library.BertWordPieceTokenizer.from_file(str(folder / "vocab.txt"), lowercase=False)
    yield tok.encode("The fox", "f"), repr(tok)
    merges = [("f", "o"), ("fo", "x</w>")]
    chars = {"<unk>": 0, "f": 1, "o": 2, "x</w>": 3, "fo": 4, "fox</w>": 5}
    tok = library.CharBPETokenizer(chars, merges, lowercase=True)
    yield tok.encode("FOX fox q"), tok.decode([5, 5]), json.loads(tok.to_str())


TOURS = [quick_tour, bert_pipeline, byte_level, single_stages, prepared]


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.__name__)
def test_tours_show_the_same(tour, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    expected = [shown(each) for each in tour(theirs, tmp_path / "theirs")]
    got = [shown(each) for each in tour(ours, tmp_path / "ours")]
    assert len(got) == len(expected) > 5
    for step, (mine, other) in enumerate(zip(got, expected, strict=True)):
        assert mine == other, step


@pytest.mark.slow
@pytest.mark.parametrize("folder", tokenizer_folders())
def test_published_tokenizers_are_the_same_after_changes(folder):
    def answers(library):
        tok = library.Tokenizer.from_file(str(folder / "tokenizer.json"))
        tok.no_padding()
        tok.no_truncation()
        yield tok.encode_batch([*TEXTS[:3], ("a", "b c")])
        tok.add_tokens(["quick brown", library.AddedToken("한국", single_word=True)])
        tok.normalizer = library.normalizers.Lowercase()
        yield tok.encode_batch(TEXTS[:3])
        yield tok.get_vocab_size(), tok.token_to_id("quick brown")
        tok.post_processor = None
        yield tok.encode(TEXTS[0], TEXTS[1])
        # No mark is written as null, also where a file has an empty one.
        config = json.loads(tok.to_str().replace('_prefix":""', '_prefix":null'))
        yield json.loads(json.dumps(config).replace('_suffix": ""', '_suffix": null'))

    for mine, other in zip(answers(ours), answers(theirs), strict=True):
        same = shown(mine) == shown(other)
        assert (
            same
        )  # not compared here: pytest would spell out the difference of whole vocabularies


def test_what_is_not_supported_says_so():
    with pytest.raises(TypeError, match="normalizer must be a Normalizer"):
        ours.Tokenizer(ours.models.BPE()).normalizer = "nfc"
    with pytest.raises(TypeError, match="each step must be a Decoder"):
        ours.decoders.Sequence([ours.normalizers.NFC()])
    with pytest.raises(AttributeError, match="no attribute 'lower'"):
        ours.normalizers.Lowercase().lower = True
    with pytest.raises(AttributeError, match="no attribute 'lower'"):
        _ = ours.normalizers.Lowercase().lower
    with pytest.raises(ValueError, match="trains WordPiece, got BPE"):
        ours.Tokenizer(ours.models.BPE()).train_from_iterator([], ours.trainers.WordPieceTrainer())
    with pytest.raises(ValueError, match="together"):
        ours.models.BPE({"a": 0})
    with pytest.raises(ValueError, match="strategy must be one of"):
        ours.Tokenizer(ours.models.BPE()).enable_truncation(5, strategy="all")
    with pytest.raises(ValueError, match="normalizer must be one of"):
        ours.ByteLevelBPETokenizer(unicode_normalizer="nfx")
    with pytest.raises(TypeError, match="vocabulary must have"):
        ours.BertWordPieceTokenizer({"[UNK]": 0})
    with pytest.raises(TypeError, match="a token must be a str"):
        ours.Tokenizer(ours.models.BPE()).add_tokens([3])
    with pytest.raises(NotImplementedError):
        ours.models.Model().save(".")


def test_the_visualizer_shows_every_character_once():
    from subword.compat.tokenizers.tools import Annotation, EncodingVisualizer

    tok = ours.Tokenizer(ours.models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")]))
    tok.pre_tokenizer = ours.pre_tokenizers.Whitespace()
    show = EncodingVisualizer(tok, default_to_notebook=False)
    page = show("ab a <b>\n", [Annotation(0, 4, "A"), Annotation(6, 99, "<B>")])
    body = page[page.index("<body>") : page.index("</body>")]
    shown = html.unescape(re.sub(r"<[^>]*>", "", body))
    assert shown == "ab a <b>\n"
    assert 'class="even" title="ab 2"' in body
    assert body.count('data-label="A"') == body.count('data-label="&lt;B&gt;"') == 1
    colors = EncodingVisualizer.calculate_label_colors([Annotation(0, 1, "x")])
    assert colors == {"x": "hsl(10,32%,64%)"}
    converted = EncodingVisualizer(tok, False, lambda given: Annotation(*given))
    assert converted("ab", [(0, 1, "A")]).count("annotation") > show("ab").count("annotation")


def test_a_base_tokenizer_wraps_a_tokenizer():
    from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer

    inner = ours.Tokenizer(ours.models.BPE({"a": 0, "b": 1, "[PAD]": 2}, []))
    tok = BaseTokenizer(inner, {"model": "mine"})
    tok.enable_padding("right", 4, 2, 0, "[PAD]")
    assert [e.ids for e in tok.encode_batch(inputs=["ab", "a"])] == [[0, 1, 2, 2], [0, 2, 2, 2]]
    inner.normalizer = ours.normalizers.Lowercase()
    assert tok.encode("AB").ids[:2] == [0, 1]
    assert tok.add_special_tokens(special_tokens=["[PAD]"]) == 1
    assert repr(tok) == "Tokenizer(vocabulary_size=3, model=mine)"
