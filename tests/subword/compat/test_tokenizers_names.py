"""Names and parameters of `subword.compat.tokenizers` are those of `tokenizers`."""

import importlib
import inspect

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours

# What is not there.
MISSING = {
    "": set(),
    "normalizers": set(),
    "models": set(),
    "trainers": set(),
    "pre_tokenizers": set(),
    "processors": set(),
    "decoders": set(),
    "implementations": set(),
    "tools": set(),
}


def parameters(cls):
    try:
        names = list(inspect.signature(cls).parameters)
    except ValueError:
        return []
    return [name for name in names if name != "self"]


@pytest.mark.parametrize("room", MISSING)
def test_names_and_parameters_are_those_of_the_original(room):
    mine, other = [
        importlib.import_module(f"{package.__name__}.{room}" if room else package.__name__)
        for package in (ours, theirs)
    ]
    missing = set()
    compared = 0
    for name, cls in vars(other).items():
        if not isinstance(cls, type) or not cls.__module__.startswith(("tokenizers", "builtins")):
            continue
        if (
            name.startswith("_")
            or issubclass(cls, BaseException)
            or hasattr(cls, "__members__")
            or cls is str
        ):
            continue
        if not hasattr(mine, name):
            missing.add(name)
            continue
        own = getattr(mine, name)
        compared += 1
        if name not in ("Regex", "Encoding", "Model", "Trainer"):
            assert parameters(cls) == parameters(own)[: len(parameters(cls))] or not parameters(cls)
        sample = own.__dict__ | {k: v for base in own.__mro__ for k, v in vars(base).items()}
        fields = set(sample) | set(parameters(own))
        for method, value in vars(cls).items():
            if method.startswith("_"):
                continue
            if method not in fields and method not in RENAMED.get(name, ()):
                missing.add(f"{name}.{method}")
            elif callable(value) and method in sample and callable(sample[method]):
                wanted, got = parameters(getattr(cls, method)), parameters(getattr(own, method))
                assert wanted == got[: len(wanted)] or "args" in got or method in NAMED_ANEW
    assert missing == MISSING[room]
    assert compared > 0


def test_the_types_of_inputs_and_the_version_are_there():
    names = {"EncodeInput", "InputSequence", "Offsets", "PreTokenizedEncodeInput"}
    names |= {"PreTokenizedInputSequence", "TextEncodeInput", "TextInputSequence"}
    for name in names:
        assert getattr(ours, name)
        assert name in ours.__all__
    assert ours.__version__ == theirs.__version__


def test_the_fields_of_stages_have_the_names_of_the_original():
    for room, name, args in (
        ("decoders", "Strip", (" ", 1, 2)),
        ("decoders", "WordPiece", ("##", False)),
        ("decoders", "BPEDecoder", ("</w>",)),
        ("decoders", "CTC", ("<pad>", "|", True)),
        ("decoders", "Metaspace", ("_", "never", False)),
        ("normalizers", "Strip", (True, False)),
        ("normalizers", "BertNormalizer", (True, False, None, True)),
        ("normalizers", "Prepend", ("_",)),
        ("pre_tokenizers", "Split", (" ", "removed", True)),
        ("pre_tokenizers", "Metaspace", ("_", "first", False)),
        ("pre_tokenizers", "Punctuation", ("removed",)),
        ("pre_tokenizers", "ByteLevel", (False, True, False)),
        ("pre_tokenizers", "FixedLength", (3,)),
        ("processors", "ByteLevel", (False, True, False)),
        ("processors", "RobertaProcessing", (("a", 1), ("b", 2), False, False)),
        ("trainers", "BpeTrainer", ()),
        ("trainers", "WordPieceTrainer", ()),
        ("trainers", "UnigramTrainer", ()),
        ("trainers", "WordLevelTrainer", ()),
        ("models", "BPE", ()),
        ("models", "WordPiece", ()),
    ):
        made = [
            getattr(importlib.import_module(f"{package.__name__}.{room}"), name)(*args)
            for package in (theirs, ours)
        ]
        for field in {each for each in dir(made[0]) if not each.startswith("_")} - {"pattern"}:
            if not callable(getattr(made[0], field)):  # a pattern cannot be read there
                assert getattr(made[1], field) == getattr(made[0], field), (room, name, field)


# Their parameter is `token`, also in the stubs of the original.
NAMED_ANEW = {"token_to_id"}
# Attributes that are not parameters of the constructor under the same name.
RENAMED = {
    "BertProcessing": {"cls", "sep"},
    "RobertaProcessing": {"cls", "sep"},
    "Strip": {"start", "stop"},  # given as left and right
}


def test_enumerations_have_the_members_of_the_original():
    found = [name for name, cls in vars(theirs).items() if getattr(cls, "__members__", None)]
    assert len(found) == 3
    for name in found:
        members = {member.name: member.value for member in getattr(theirs, name)}
        assert {member.name: member.value for member in getattr(ours, name)} == members


def test_characters_become_the_html_of_the_original():
    from tokenizers.tools.visualizer import CharState as TheirState
    from tokenizers.tools.visualizer import EncodingVisualizer as TheirVisualizer

    from subword.compat.tokenizers.tools import EncodingVisualizer
    from subword.compat.tokenizers.tools.char_states import CharState

    vocab = {"[UNK]": 0, "a": 1, "foov": 2, "<b": 3}
    text = "a foov <b zz"
    tok = theirs.Tokenizer(theirs.models.WordLevel(vocab, unk_token="[UNK]"))
    tok.pre_tokenizer = theirs.pre_tokenizers.WhitespaceSplit()
    encoding = tok.encode(text)
    spans = [([0], 0, 1), ([], 1, 2), ([1], 2, 6), ([2, 3], 7, 9), ([3], 10, 12), ([0], None, None)]
    for tokens, start, end in spans:
        html = []
        for cls, show in ((TheirState, TheirVisualizer), (CharState, EncodingVisualizer)):
            states = [cls(i) for i in ([None] if start is None else range(start, end))]
            for state in states:
                state.tokens += tokens
            assert states[0].partition_key() == (tokens[0] if tokens else None, None)
            html.append(show.consecutive_chars_to_html(states, text=text, encoding=encoding))
        assert html[0] == html[1]
    assert EncodingVisualizer.unk_token_regex == TheirVisualizer.unk_token_regex


def test_a_token_does_not_leave_the_attribute_it_is_shown_in():
    from types import SimpleNamespace

    from subword.compat.tokenizers.tools import EncodingVisualizer
    from subword.compat.tokenizers.tools.char_states import CharState

    encoding = SimpleNamespace(tokens=['unk" onclick="x', "<unk> onclick=x"])
    for index, place, quotes in ((0, 0, 4), (0, None, 4), (1, None, 4)):
        state = CharState(place, tokens=[index])
        html = EncodingVisualizer.consecutive_chars_to_html([state], "u", encoding)
        assert html.count('"') == quotes
